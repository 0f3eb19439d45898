//! No query reaches a file: a pipe that tells who opens it is named in every way there is.

use std::{
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::work::{Work, lines};

/// `{}` stands for a path.
const HOSTILE: &[&str] = &[
    "SELECT * FROM read_csv('{}')",
    "SELECT * FROM READ_CSV('{}')",
    "SELECT * FROM \"read_csv\"('{}')",
    "SELECT * FROM read_parquet('{}')",
    "SELECT * FROM read_ipc('{}')",
    "SELECT * FROM read_json('{}')",
    "SELECT * FROM read_ndjson('{}')",
    "SELECT * FROM scan_csv('{}') AS s",
    "SELECT * FROM '{}'",
    "SELECT * FROM \"{}\"",
    "SELECT * FROM `{}`",
    "SELECT * FROM spans, '{}'",
    "SELECT * FROM spans.'{}'",
    "SELECT * FROM spans JOIN read_csv('{}') AS r ON r.a = spans.name",
    "SELECT * FROM spans CROSS JOIN read_csv('{}') AS r",
    "SELECT * FROM (spans CROSS JOIN read_csv('{}') AS r)",
    "SELECT * FROM (SELECT * FROM read_csv('{}')) AS r",
    "SELECT * FROM LATERAL (SELECT * FROM read_csv('{}')) AS r",
    "SELECT * FROM TABLE(read_csv('{}'))",
    "SELECT * FROM LATERAL read_csv('{}')",
    "SELECT * FROM UNNEST(read_csv('{}')) AS r(a)",
    "SELECT * FROM UNNEST(['{}']) AS r(a)",
    "SELECT * FROM JSON_TABLE('{}', '$' COLUMNS (a INT PATH '$')) AS r",
    "WITH r AS (SELECT * FROM read_csv('{}')) SELECT * FROM r",
    "WITH r AS (SELECT * FROM read_csv('{}')) SELECT * FROM spans",
    "WITH a AS (WITH b AS (SELECT * FROM read_csv('{}')) SELECT * FROM b) SELECT * FROM a",
    "SELECT name FROM spans UNION ALL SELECT * FROM read_csv('{}')",
    "SELECT name FROM spans EXCEPT SELECT * FROM read_csv('{}')",
    "(SELECT * FROM read_csv('{}'))",
    "SELECT (SELECT max(a) FROM read_csv('{}')) FROM spans",
    "SELECT name FROM spans WHERE name IN (SELECT a FROM read_csv('{}'))",
    "SELECT name FROM spans WHERE EXISTS (SELECT 1 FROM read_csv('{}'))",
    "SELECT name FROM spans WHERE duration > ALL (SELECT a FROM read_csv('{}'))",
    "SELECT CASE WHEN error THEN (SELECT a FROM read_csv('{}')) END FROM spans",
    "SELECT count(*) FROM spans GROUP BY (SELECT a FROM read_csv('{}'))",
    "SELECT name FROM spans GROUP BY name HAVING count(*) > (SELECT a FROM read_csv('{}'))",
    "SELECT name FROM spans ORDER BY (SELECT a FROM read_csv('{}'))",
    "SELECT name FROM spans LIMIT (SELECT a FROM read_csv('{}'))",
    "SELECT rank() OVER (ORDER BY (SELECT a FROM read_csv('{}'))) FROM spans",
    "SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM read_csv('{}'))) FROM spans",
    "SELECT read_csv('{}') FROM spans",
    "SELECT * FROM spans PIVOT (sum(duration) FOR name IN (SELECT a FROM read_csv('{}')))",
    "TABLE \"{}\"",
    "TABLE spans",
    "SELECT name FROM spans UNION ALL TABLE \"{}\"",
    "SELECT * INTO \"{}\" FROM spans",
    "SELECT * INTO OUTFILE '{}' FROM spans",
    "COPY spans TO '{}'",
    "COPY (SELECT * FROM spans) TO '{}' (FORMAT csv)",
    "COPY spans FROM '{}'",
    "CREATE TABLE r AS SELECT * FROM read_csv('{}')",
    "CREATE TABLE r AS SELECT * FROM spans",
    "CREATE EXTERNAL TABLE r (a INT) LOCATION '{}'",
    "CREATE VIEW r AS SELECT * FROM read_csv('{}')",
    "EXPLAIN SELECT * FROM read_csv('{}')",
    "EXPLAIN SELECT * FROM spans",
    "EXPLAIN ANALYZE SELECT * FROM spans",
    "INSERT INTO spans SELECT * FROM read_csv('{}')",
    "WITH r AS (INSERT INTO spans SELECT * FROM read_csv('{}')) SELECT * FROM r",
    "UPDATE spans SET name = '{}'",
    "DELETE FROM spans WHERE name IN (SELECT a FROM read_csv('{}'))",
    "TRUNCATE TABLE spans",
    "DROP TABLE spans",
    "SHOW TABLES",
    "ATTACH '{}' AS r",
    "INSTALL httpfs",
    "LOAD '{}'",
    "PRAGMA database_list",
    "SET x = '{}'",
    "CALL read_csv('{}')",
    "SELECT * FROM spans; SELECT * FROM read_csv('{}')",
    "SELECT * FROM 's3://bucket/{}'",
    "SELECT * FROM read_parquet('http://127.0.0.1:9/{}')",
];

#[test]
fn hostile_queries_are_refused_and_open_nothing() {
    let work = Work::new();
    work.write("t.jsonl", lines(20));
    work.write("there.csv", "a\nsecret\n");
    let pipe = work.path("pipe.csv");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    let opened = Arc::new(AtomicBool::new(false));
    let watch = std::thread::spawn({
        let (pipe, opened) = (pipe.clone(), Arc::clone(&opened));
        move || {
            // Goes on only when somebody opens the other end.
            let end = std::fs::OpenOptions::new().write(true).open(pipe);
            opened.store(true, Ordering::SeqCst);
            drop(end);
        }
    });
    for sql in HOSTILE {
        let says = |path: &str| {
            let ran = work.pss(&["query", &sql.replace("{}", path), "t.jsonl"]);
            assert_eq!(ran.code, Some(2), "{sql}: {ran:?}");
            assert_eq!(ran.out, "", "{sql}");
            assert!(ran.err.starts_with("error: query"), "{sql}: {}", ran.err);
            assert!(!ran.err.contains("panicked"), "{sql}: {}", ran.err);
            ran.err.replace(path, "{}")
        };
        says("pipe.csv");
        assert!(!opened.load(Ordering::SeqCst), "{sql} opened a file");
        // Whether a file is there cannot be told from the answer.
        assert_eq!(says("there.csv"), says("nosuc.csv"), "{sql}");
    }
    drop(std::fs::File::open(&pipe));
    watch.join().expect("the watch ends");
    assert!(opened.load(Ordering::SeqCst), "the watch works");
    assert_eq!(work.read("there.csv"), "a\nsecret\n");
}
