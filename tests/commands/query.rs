//! SQL over records. Every expected number was computed by hand from the records below.

use serde_json::{Value, json};

use crate::work::Work;

const TRACES: &str = r#"{"name":"GET /users/1","service":"shop","duration":0.1,"timestamp":1700000000,"error":false,"kind":"server","trace_id":"t1","span_id":"a","memory":1000}
{"name":"GET /users/2","service":"shop","duration":0.2,"timestamp":1700000001,"error":true,"kind":"server","trace_id":"t2","span_id":"b","memory":3000}
{"name":"GET /users/2","service":"shop","duration":0.4,"timestamp":1700000061.5,"error":false,"kind":"server","trace_id":"t3","span_id":"c"}
{"name":"SELECT user","service":"db","duration":0.01,"timestamp":1700000000.25,"kind":"client","attributes":{"db.system.name":"postgresql"},"trace_id":"t1","span_id":"d","parent_span_id":"a","wait_time":0.008,"cpu_time":0.002,"lock_wait":0.001,"queue_wait":0.002}
{"name":"get cart","duration":0.001,"branch_tag":"cache_hit"}
{"name":"get cart","duration":0.003,"branch_tag":"cache_miss"}
{"system_metric":true,"timestamp":1700000000,"metadata":{"process":"p1","memory_rss":5000,"gc_pause_duration":0.25}}
{"system_metric":true,"timestamp":1700000002,"metadata":{"gpu":"0","gpu_utilization":50}}
"#;

fn work() -> Work {
    let work = Work::new();
    work.write("t.jsonl", TRACES);
    work
}

/// The answer as JSON.
#[track_caller]
fn ask(work: &Work, sql: &str, more: &[&str]) -> Value {
    let ran = work.pss(&[&["query", sql, "t.jsonl", "--to", "json"], more].concat());
    assert_eq!(ran.code, Some(0), "{sql}: {ran:?}");
    serde_json::from_str(&ran.out).expect("JSON")
}

/// The same, but for the last digits of floats.
#[track_caller]
fn gives(sql: &str, expected: Value) {
    let answer = ask(&work(), sql, &[]);
    assert!(close(&answer, &expected), "{sql}\n{answer}\n{expected}");
}

fn close(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.keys().eq(b.keys()) && a.iter().all(|(key, a)| close(a, &b[key]))
        }
        (Value::Number(a), Value::Number(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * b.abs().max(1.0),
            _ => a == b,
        },
        (a, b) => a == b,
    }
}

#[test]
fn the_query_of_the_readme_gives_quantiles_by_group() {
    gives(
        "SELECT service, name, quantile_cont(duration, .99) AS q99 FROM spans GROUP BY 1, 2 ORDER BY 1 NULLS FIRST, 2",
        json!([
            {"service": null, "name": "get cart", "q99": 0.00298},
            {"service": "db", "name": "SELECT user", "q99": 0.01},
            {"service": "shop", "name": "GET /users/1", "q99": 0.1},
            {"service": "shop", "name": "GET /users/2", "q99": 0.398},
        ]),
    );
}

#[test]
fn every_column_of_a_span_holds_what_the_record_said() {
    gives(
        "SELECT * FROM spans WHERE span_id = 'd'",
        json!([{
            "service": "db", "name": "SELECT user", "operation": "SELECT user", "category": "db", "kind": "client", "tag": null,
            "start": "2023-11-14T22:13:20.25Z", "timestamp": 1_700_000_000.25, "duration": 0.01, "cpu": 0.002, "wait": 0.008, "lock_wait": 0.003,
            "memory": null, "error": null, "cache_hit": null, "trace_id": "t1", "span_id": "d", "parent_span_id": "a",
        }]),
    );
    gives(
        "SELECT operation, category, count(*) AS n, avg(error) AS failed, max(memory) - min(memory) AS grew, sum(duration) AS busy
         FROM spans WHERE service = 'shop' GROUP BY operation, category",
        json!([{"operation": "GET /users/{}", "category": "internal", "n": 3, "failed": 1.0 / 3.0, "grew": 2000, "busy": 0.7}]),
    );
    gives(
        "SELECT avg(cache_hit) AS hits, count(cache_hit) AS n, count(*) AS rows, count(tag) AS tags FROM spans",
        json!([{"hits": 0.5, "n": 2, "rows": 6, "tags": 2}]),
    );
}

#[test]
fn every_column_of_a_sample_is_in_its_unit() {
    gives(
        "SELECT signal, time, timestamp, value, unit FROM samples ORDER BY signal",
        json!([
            {"signal": "gc.pause", "time": "2023-11-14T22:13:20Z", "timestamp": 1_700_000_000, "value": 0.25, "unit": "s"},
            {"signal": "gpu.utilization", "time": "2023-11-14T22:13:22Z", "timestamp": 1_700_000_002, "value": 0.5, "unit": "share"},
            {"signal": "memory.rss", "time": "2023-11-14T22:13:20Z", "timestamp": 1_700_000_000, "value": 5000, "unit": "bytes"},
        ]),
    );
}

#[test]
fn windows_joins_and_subqueries_work() {
    gives(
        "SELECT floor((timestamp - 1700000000) / 60) AS minute, count(*) AS n FROM spans WHERE start IS NOT NULL GROUP BY 1 ORDER BY 1",
        json!([{"minute": 0.0, "n": 3}, {"minute": 1.0, "n": 1}]),
    );
    gives(
        "SELECT p.name AS parent, c.name AS child, c.duration / p.duration AS part FROM spans p JOIN spans c ON c.parent_span_id = p.span_id",
        json!([{"parent": "GET /users/1", "child": "SELECT user", "part": 0.1}]),
    );
    gives(
        "WITH slow AS (SELECT trace_id, duration FROM spans WHERE duration > .15)
         SELECT s.name, s.duration FROM spans s WHERE s.trace_id IN (SELECT trace_id FROM slow) ORDER BY duration",
        json!([{"name": "GET /users/2", "duration": 0.2}, {"name": "GET /users/2", "duration": 0.4}]),
    );
    gives(
        "SELECT name, duration FROM (SELECT name, duration, rank() OVER (PARTITION BY name ORDER BY duration DESC) AS place FROM spans) r
         WHERE place = 1 AND name LIKE 'GET%' ORDER BY name",
        json!([{"name": "GET /users/1", "duration": 0.1}, {"name": "GET /users/2", "duration": 0.4}]),
    );
    gives(
        "SELECT 'span' AS what, count(*) AS n FROM spans UNION ALL SELECT 'sample' AS what, count(*) AS n FROM samples ORDER BY n",
        json!([{"what": "sample", "n": 3}, {"what": "span", "n": 6}]),
    );
    gives(
        "SELECT max(start) - min(start) AS length FROM spans",
        json!([{"length": 61.5}]),
    );
}

#[test]
fn files_of_several_formats_and_standard_input_are_one_table() {
    let work = work();
    work.write("b.csv", "name,service,duration\nfrom csv,shop,0.5\n");
    let sql = "SELECT count(*) AS n, max(duration) AS longest FROM spans";
    assert_eq!(
        ask(&work, sql, &["b.csv"]),
        json!([{"n": 7, "longest": 0.5}])
    );
    let fed = work.pss_fed(&["query", sql, "-", "--to", "csv"], TRACES.as_bytes());
    assert_eq!(fed.code, Some(0), "{fed:?}");
    assert_eq!(fed.out, "n,longest\n6,0.4\n");
}

#[test]
fn own_rules_decide_the_category_as_they_do_for_scores() {
    let work = work();
    work.write("pss.toml", "[input.rules.io]\nwords = [\"cart\"]\n");
    assert_eq!(
        ask(
            &work,
            "SELECT DISTINCT category FROM spans WHERE name = 'get cart'",
            &[]
        ),
        json!([{"category": "io"}])
    );
}

#[test]
fn a_table_is_printed_for_people() {
    let work = work();
    let ran = work.pss(&[
        "query",
        "SELECT service, name, count(*) AS n, max(duration) AS longest FROM spans GROUP BY 1, 2 ORDER BY longest DESC",
        "t.jsonl",
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        ran.out,
        "service  name          n  longest
shop     GET /users/2  2      0.4
shop     GET /users/1  1      0.1
db       SELECT user   1     0.01
         get cart      2    0.003
"
    );
}

#[test]
fn an_empty_answer_is_its_header() {
    let work = work();
    let sql = "SELECT service, duration FROM spans WHERE duration > 9";
    for (to, out) in [
        ("table", "service  duration\n"),
        ("csv", "service,duration\n"),
        ("json", "[\n]\n"),
    ] {
        let ran = work.pss(&["query", sql, "t.jsonl", "--to", to]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(0), out), "{to}");
    }
}

/// What is written is read back, by `pss` itself.
#[test]
fn files_hold_what_was_answered() {
    let work = work();
    let sql = "SELECT name, service, start, duration, error FROM spans WHERE start IS NOT NULL ORDER BY start";
    let wanted = json!([
        {"name": "GET /users/1", "service": "shop", "start": "2023-11-14T22:13:20Z", "duration": 0.1, "error": false},
        {"name": "SELECT user", "service": "db", "start": "2023-11-14T22:13:20.25Z", "duration": 0.01, "error": null},
        {"name": "GET /users/2", "service": "shop", "start": "2023-11-14T22:13:21Z", "duration": 0.2, "error": true},
        {"name": "GET /users/2", "service": "shop", "start": "2023-11-14T22:14:21.5Z", "duration": 0.4, "error": false},
    ]);
    for name in ["out.parquet", "out.csv", "out.json"] {
        let ran = work.pss(&["query", sql, "t.jsonl", "--output", name]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(ran.out, format!("4 rows written to {name}\n"));
    }
    let json: Value = serde_json::from_str(&work.read("out.json")).expect("JSON");
    assert!(close(&json, &wanted), "{json}");
    assert_eq!(
        work.read("out.csv"),
        "name,service,start,duration,error
GET /users/1,shop,2023-11-14T22:13:20Z,0.1,false
SELECT user,db,2023-11-14T22:13:20.25Z,0.01,
GET /users/2,shop,2023-11-14T22:13:21Z,0.2,true
GET /users/2,shop,2023-11-14T22:14:21.5Z,0.4,false
"
    );
    for name in ["out.parquet", "out.csv"] {
        let ran = work.pss(&["query", sql, name, "--to", "json"]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let read: Value = serde_json::from_str(&ran.out).expect("JSON");
        assert!(close(&read, &wanted), "{name}: {read}");
    }
    let before = work.read("out.csv");
    work.pss(&["query", sql, "out.csv", "--output", "out.csv"])
        .fails(2, &["`out.csv` is read and written"]);
    assert_eq!(work.read("out.csv"), before);
}

#[test]
fn mistakes_are_told_with_their_place() {
    let work = work();
    for (sql, says) in [
        (
            "SELECT nme FROM spans",
            "query:1:8 there is no column `nme`; did you mean name?",
        ),
        (
            "SELECT name\nFROM spans\nWHERE durtion > 1",
            "query:3:7 there is no column `durtion`; did you mean duration?",
        ),
        (
            "SELECT zzzzzz FROM samples",
            "the columns here are signal, entity, time, timestamp, value, unit",
        ),
        (
            "SELECT name FROM span",
            "query:1:18 there is no table `span`; did you mean spans?",
        ),
        (
            "SELECT name FROM spans WHERE",
            "query: expected: an expression, found: EOF",
        ),
        (
            "SELECT name FROM spans GROUP name",
            "query:1:24 expected: end of statement, found: GROUP",
        ),
        ("SELECT foo(name) FROM spans", "query:1:8 "),
        (
            "SELECT min(duration), max(duration) FROM spans",
            "query:1:12 two columns of the result have the name `duration`; name them apart with AS, such as max(duration) AS largest",
        ),
        ("SELEC name FROM spans", "query:1:1 "),
        ("", "the query has 0 statements; write one SELECT"),
        ("SELECT name FROM spans GROUP BY 9", "query: "),
    ] {
        let ran = work.pss(&["query", sql, "t.jsonl"]);
        ran.fails(2, &[says]);
        assert_eq!(ran.out, "", "{sql}");
    }
    let deep = format!(
        "SELECT {}1{} FROM spans",
        "(".repeat(3000),
        ")".repeat(3000)
    );
    work.pss(&["query", &deep, "t.jsonl"]).fails(2, &["query"]);
    let long = format!("SELECT 1{} FROM spans", "+1".repeat(8000));
    work.pss(&["query", &long, "t.jsonl"])
        .fails(2, &["more than 200 deep"]);
    let unions = format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(400));
    work.pss(&["query", &unions, "t.jsonl"])
        .fails(2, &["a chain of UNION is too long"]);
    work.pss(&["query", &"SELECT 1 ".repeat(4000), "t.jsonl"])
        .fails(2, &["more than the 16384 allowed"]);
}

#[test]
fn a_mistake_in_the_query_is_told_before_a_file_is_read() {
    Work::new()
        .pss(&["query", "SELECT nme FROM spans", "no-such.jsonl"])
        .fails(2, &["there is no column `nme`"]);
}

#[test]
fn bad_records_are_told_and_none_at_all_is_no_table() {
    let work = work();
    work.write("bad.jsonl", "{\"duration\":\"x\"}\n");
    let ran = work.pss(&[
        "query",
        "SELECT count(*) AS n FROM spans",
        "t.jsonl",
        "bad.jsonl",
        "--to",
        "csv",
    ]);
    assert_eq!(ran.out, "n\n6\n");
    ran.fails(0, &["bad.jsonl:1", "1 of 9 records could not be used"]);
    work.pss(&["query", "SELECT 1 FROM spans", "bad.jsonl"])
        .fails(3, &["there is nothing to query"]);
}

#[test]
fn the_help_names_every_column() {
    let ran = Work::new().pss(&["query", "--help"]);
    assert_eq!(ran.code, Some(0));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/commands/query-help.txt");
    if std::env::var_os("PSS_BLESS").is_some() {
        std::fs::write(path, &ran.out).expect("written");
    }
    assert_eq!(
        ran.out,
        std::fs::read_to_string(path).expect("the golden"),
        "PSS_BLESS=1 cargo test --features sql writes it anew"
    );
}
