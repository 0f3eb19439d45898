//! What is measured of a span is what a query over the table of spans gives, word for word; and what is no measure is refused with its place.
#![cfg(feature = "sql")]

use std::sync::{Arc, Mutex};

use pss_columnar::sql::{
    Aggregate, Query, Value,
    measure::{MeasureError, measure},
};
use pss_metrics::{
    folded::{Measure, Measured, Measures},
    model::{Attribute, Batch, ExtraSpec, Intake, Kind, Sample, Span, Value as Attributed},
};

/// What tells a failure by an attribute.
const FAILED: [Attribute<'static>; 1] = [Attribute {
    key: "http.response.status_code",
    value: Attributed::Number(503.0),
}];

/// Spans in which every column is sometimes null.
fn spans(into: &mut dyn Intake) {
    let names = ["GET /users/42", "checkout", "db query", "Cache_look", ""];
    let tags = ["hot", "12.5", "cache_hit", "cache_miss"];
    for at in 0..500u64 {
        let some = |every: u64| !(at * 5 + at / 7 + 1).is_multiple_of(every);
        let duration = (at * at * 7919) % 900_000_000 + 1;
        into.span(&Span {
            trace_id: if some(3) { "t" } else { "" },
            span_id: if some(5) { "s" } else { "" },
            parent_id: if some(4) { "p" } else { "" },
            service: some(6).then_some(if at % 2 == 0 { "Shop" } else { "pay" }),
            name: some(9).then_some(names[(at % 5) as usize]),
            tag: some(4).then_some(tags[(at / 3 % 4) as usize]),
            kind: [None, Some(Kind::Server), Some(Kind::Client)][(at % 3) as usize],
            start: some(8).then_some(1_700_000_000_000_000_000 + at as i64 * 10_000_001),
            duration: some(7).then_some(duration),
            cpu: some(5).then_some(duration / 3),
            wait: some(6).then_some(duration / (1 + at % 4)),
            lock_wait: some(2).then_some(duration / 9),
            memory: some(3).then_some(at * 4096),
            error: some(3).then_some(at % 5 == 0),
            attributes: if at % 11 == 0 { &FAILED } else { &[] },
            ..Span::default()
        });
    }
}

/// What is measured, in the order of the spans.
fn measured(measure: &Measure) -> Vec<f64> {
    let found = Arc::new(Mutex::new(Vec::new()));
    let (into, of) = (Arc::clone(&found), Arc::clone(&measure.of));
    let spec = ExtraSpec {
        key: String::new(),
        identities: true,
        extract: Arc::new(move |span| {
            into.lock().expect("not poisoned").push(of(span)?);
            None
        }),
    };
    spans(&mut Batch::new(vec![spec]));
    let found = found.lock().expect("not poisoned");
    let numbers = found.iter().map(|value| match value {
        Measured::Number(number) => *number,
        Measured::Truth(truth) => f64::from(u8::from(*truth)),
    });
    numbers.filter(|number| number.is_finite()).collect()
}

/// What a query gives.
fn queried(value: &str, condition: &str) -> Result<Vec<f64>, String> {
    let sql = format!(
        "SELECT ({value}) AS v, trace_id, span_id, parent_span_id FROM spans WHERE ({condition})"
    );
    let query = Query::new(&sql).map_err(|error| error.to_string())?;
    let mut tables = query.tables(Arc::default());
    spans(&mut tables);
    let answer = query.run(tables).map_err(|error| error.to_string())?;
    let cells = (0..answer.height()).filter_map(|row| answer.row(row).next());
    let numbers = cells.filter_map(|cell| match cell {
        Value::Float(number) => Some(number),
        Value::Integer(number) => Some(number as f64),
        Value::Unsigned(number) => Some(number as f64),
        Value::Bool(truth) => Some(f64::from(u8::from(truth))),
        Value::Null => None,
        other => panic!("{other:?}"),
    });
    Ok(numbers.filter(|number| number.is_finite()).collect())
}

const ALIKE: &[(&str, &str)] = &[
    ("duration", "true"),
    ("duration", "name LIKE '%check%'"),
    ("duration", "name NOT LIKE '_ET%'"),
    ("duration", "name ILIKE 'CACHE%'"),
    ("duration * 1000 - 0.5", "error"),
    ("wait / duration", "duration > 0.1 AND NOT error"),
    ("memory / 1024", "memory IS NOT NULL"),
    ("memory - 1", "memory > 5 OR error"),
    ("-duration + 1", "kind IN ('server', 'client')"),
    ("duration", "kind NOT IN ('server')"),
    ("CASE WHEN error THEN 1 ELSE 0 END", "true"),
    (
        "CASE WHEN error THEN 1 WHEN duration > 0.2 THEN 2 END",
        "true",
    ),
    (
        "CASE category WHEN 'db' THEN 2 WHEN 'internal' THEN 3 END",
        "true",
    ),
    ("coalesce(cpu, wait, 0.0)", "true"),
    ("least(cpu, wait)", "true"),
    ("greatest(cpu, wait, 0.001)", "true"),
    ("abs(cpu - wait)", "true"),
    ("floor(duration * 1000)", "true"),
    ("ceil(duration * 1000)", "true"),
    ("sqrt(duration)", "true"),
    ("length(name)", "true"),
    ("duration", "lower(service) = 'shop'"),
    ("duration", "upper(name) || kind = 'CHECKOUTserver'"),
    ("duration", "duration BETWEEN 0.001 AND 0.5"),
    ("duration", "duration NOT BETWEEN 0.001 AND 0.5"),
    ("error OR duration > 0.4", "true"),
    ("error AND cache_hit", "true"),
    ("NOT cache_hit", "true"),
    ("duration > 0.3", "service <> 'pay'"),
    ("duration >= 0.3", "service < 'a'"),
    ("duration", "error IS NULL"),
    ("duration", "NOT coalesce(error, false)"),
    ("duration", "error IS TRUE"),
    ("duration", "error IS FALSE"),
    ("duration", "tag IS NULL OR tag = 'hot'"),
    ("duration", "operation = 'GET /users/{}'"),
    ("duration", "operation IS NULL"),
    ("duration", "category = 'db'"),
    // Polars is off by a bit where it divides to seconds.
    ("timestamp > 1700000001.0", "true"),
    ("lock_wait", "parent_span_id IS NULL"),
    ("duration", "trace_id = 't' AND span_id <> 'x'"),
    ("duration", "nullif(tag, 'hot') IS NULL"),
    ("duration", "starts_with(name, 'GET')"),
    ("CAST(error AS BIGINT)", "true"),
    ("CAST(duration * 100 AS BIGINT)", "true"),
    ("CAST(memory AS DOUBLE)", "true"),
    ("TRY_CAST(tag AS DOUBLE)", "true"),
    (
        "duration",
        "(error OR cache_hit) AND (memory > 100 OR kind = 'client')",
    ),
];

#[test]
fn a_measure_is_what_the_query_gives() {
    let mut wrong = Vec::new();
    let mut found = 0;
    for (value, condition) in ALIKE {
        let ours = match measure(Some(condition), value) {
            Ok(measure) => measured(&measure),
            Err(error) => {
                wrong.push(format!("{value} WHERE {condition}: {error}"));
                continue;
            }
        };
        found += ours.len();
        match queried(value, condition) {
            Ok(theirs) if theirs == ours => {}
            Ok(theirs) => wrong.push(format!(
                "{value} WHERE {condition}: {} values {:?}.. and not {} {:?}..",
                ours.len(),
                &ours[..ours.len().min(8)],
                theirs.len(),
                &theirs[..theirs.len().min(8)]
            )),
            Err(error) => wrong.push(format!("{value} WHERE {condition}: polars says {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(found > 10_000, "{found}");
}

#[test]
fn a_score_is_one_number_whatever_the_order_of_spans() {
    let of = |condition, score, turned: bool| {
        let aggregate = Aggregate::new(condition, score).expect(score);
        let mut tables = aggregate.tables(Arc::default());
        if turned {
            let mut turned = Turned::default();
            spans(&mut turned);
            turned.hand_on(&mut tables);
        } else {
            spans(&mut tables);
        }
        aggregate.of(tables).expect("it runs")
    };
    for (condition, score) in [
        (None, "1 - avg(CASE WHEN error THEN 1.0 ELSE 0.0 END)"),
        (Some("kind = 'client'"), "sum(wait) / sum(duration)"),
        (Some("duration > 0.1"), "avg(duration) -- seconds"),
        (
            None,
            "quantile_cont(duration, 0.5) / quantile_cont(duration, 0.99)",
        ),
        (None, "count(DISTINCT name) / 10.0"),
        (None, "count(*) / 1000.0"),
    ] {
        let (found, n) = of(condition, score, false);
        let found = found.expect(score);
        assert!(
            (0.0..=1.0).contains(&found) && n > 0,
            "{score}: {found} over {n}"
        );
        let (other, _) = of(condition, score, true);
        assert_eq!(other.map(f64::to_bits), Some(found.to_bits()), "{score}");
    }
    assert_eq!(
        of(Some("name = 'nobody'"), "avg(duration)", false),
        (None, 0)
    );
}

/// Spans, to be handed on from the last to the first.
#[derive(Default)]
struct Turned(Vec<(Span<'static>, bool)>);

impl Intake for Turned {
    fn span(&mut self, span: &Span<'_>) {
        // What the test makes lives as long as the test, but for the attributes.
        let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        self.0.push((
            Span {
                trace_id: leak(span.trace_id),
                span_id: leak(span.span_id),
                parent_id: leak(span.parent_id),
                service: span.service.map(leak),
                name: span.name.map(leak),
                tag: span.tag.map(leak),
                module: None,
                parent: span.parent,
                kind: span.kind,
                start: span.start,
                duration: span.duration,
                cpu: span.cpu,
                wait: span.wait,
                lock_wait: span.lock_wait,
                memory: span.memory,
                error: span.error,
                attributes: &[],
            },
            !span.attributes.is_empty(),
        ));
    }

    fn sample(&mut self, _: &Sample<'_>) {}

    fn skipped(&mut self, _: &'static str, _: u64) {}
}

impl Turned {
    fn hand_on(&self, into: &mut dyn Intake) {
        for (span, failed) in self.0.iter().rev() {
            let attributes: &[Attribute<'_>] = if *failed { &FAILED } else { &[] };
            into.span(&Span {
                attributes,
                ..*span
            });
        }
    }
}

#[test]
fn what_is_no_score_is_refused_with_its_place() {
    for (condition, score, says) in [
        (
            None,
            "avg(duratoin)",
            "there is no column `duratoin`; did you mean duration?",
        ),
        (None, "duration", "gives a number for every span"),
        (None, "avg(duration) OVER ()", "has a window"),
        (None, "max(name)", "gives no number"),
        (None, "max(duration) > 1", "gives no number"),
        (None, "avg(duration", "expected"),
        (
            None,
            "(SELECT avg(value) FROM samples)",
            "a query inside an expression",
        ),
        (None, "avg(read_csv('x'))", "reads a file"),
        (None, "1) FROM spans; SELECT (1", "behind the end"),
        (None, "1) AS a FROM spans --", "behind the end"),
        (
            Some("duration"),
            "avg(duration)",
            "a condition is true or false",
        ),
        (
            Some("avg(duration) > 1"),
            "avg(duration)",
            "is over many rows",
        ),
    ] {
        let error = Aggregate::new(condition, score).expect_err(score);
        assert!(error.to_string().contains(says), "{score}: {error}");
    }
    let error = Aggregate::new(None, "1 - avg(duratoin)").expect_err("unknown");
    assert!(matches!(error, MeasureError::Score(error) if error.place() == Some((1, 9))));
}

#[test]
fn nulls_are_no_values_and_unknown_is_not_true() {
    let none = |value, condition| {
        let measure = measure(Some(condition), value).expect("a measure");
        let found = measured(&measure);
        assert!(found.is_empty(), "{value} WHERE {condition}: {found:?}");
    };
    none("NULL + 1", "true");
    none("duration", "NULL AND true");
    none("duration", "NOT (error = NULL)");
    none("duration", "kind IN (NULL)");
    // Division by zero is no value, and never a large one.
    none("duration / 0", "true");
    none("0 / 0", "true");
}

#[test]
fn types_and_identities_are_known_before_the_first_span() {
    let of = |value| measure(None, value).expect(value);
    for (value, measures) in [
        ("duration", Measures::Real),
        ("memory", Measures::Whole),
        ("memory * 2 + 1", Measures::Whole),
        ("memory / 2", Measures::Real),
        ("CASE WHEN error THEN 1 ELSE 0 END", Measures::Whole),
        ("CASE WHEN error THEN 1 ELSE 0.5 END", Measures::Real),
        ("error", Measures::Truth),
        ("name LIKE 'a%'", Measures::Truth),
    ] {
        assert_eq!(of(value).measures, measures, "{value}");
    }
    assert!(of("parent_span_id IS NULL").identities && !of("duration").identities);
    let hidden = measure(Some("CASE WHEN span_id = 'a' THEN true END"), "duration");
    assert!(hidden.expect("a measure").identities);
    // Spelling is no part of a definition.
    assert_eq!(
        of("duration>1  and error").definition,
        of("duration > 1 AND error").definition
    );
}

#[test]
fn what_is_no_measure_is_refused_with_its_place() {
    let says = |error: MeasureError| {
        let (MeasureError::Where(inner) | MeasureError::Value(inner) | MeasureError::Score(inner)) =
            &error;
        let place = inner
            .place()
            .map_or_else(String::new, |(line, column)| format!("{line}:{column} "));
        format!("{place}{error}")
    };
    for (value, says_that) in [
        (
            "duratoin",
            "1:1 value: `duratoin` is no column of a span; did you mean duration?",
        ),
        ("Duration", "did you mean duration?"),
        ("1 + durations", "1:5 value"),
        ("start", "use `timestamp`"),
        ("spans.duration", "has a dot"),
        ("name", "gives text, and a metric measures numbers"),
        ("NULL", "gives null"),
        ("name + 1", "`name` is text, and no number"),
        (
            "duration AND true",
            "`duration` is a number, and not true or false",
        ),
        (
            "duration = 'a'",
            "`'a'` is text, and stands beside a number",
        ),
        ("error = 1", "is a number, and stands beside true or false"),
        ("duration IN (1, 'a')", "stands beside a number"),
        (
            "CASE WHEN error THEN 1 ELSE 'a' END",
            "stands beside a number",
        ),
        ("avg(duration)", "is over many rows"),
        ("count(*)", "is over many rows"),
        ("lowr(name) = 'a'", "did you mean lower?"),
        ("abs(name)", "takes one number"),
        ("abs(duration, 1)", "takes one number"),
        ("abs(DISTINCT duration)", "has more than arguments"),
        ("abs(duration) OVER ()", "has a window"),
        ("coalesce()", "takes one value or more"),
        ("coalesce(*)", "has an argument that is no expression"),
        ("CAST(tag AS DOUBLE)", "TRY_CAST"),
        ("CAST(duration AS VARCHAR) = 'a'", "can be cast here"),
        ("name LIKE tag", "is no pattern"),
        (
            "name LIKE 'a' ESCAPE 'b'",
            "is nothing that can be measured",
        ),
        ("duration % 2", "operator %"),
        ("error IS NOT TRUE", "write NOT COALESCE(.., false)"),
        ("INTERVAL '1' DAY", "is nothing that can be measured"),
        ("duration -> 'a'", "operator ->"),
        ("(SELECT 1)", "a query inside an expression"),
        ("read_csv('x')", "reads a file"),
        ("duration; DROP TABLE spans", "behind the end"),
    ] {
        let said = says(measure(None, value).expect_err(value));
        assert!(said.contains(says_that), "{value}: {said}");
    }
    let said = says(measure(Some("name"), "duration").expect_err("no condition"));
    assert!(
        said.contains("where: gives text, and a condition"),
        "{said}"
    );
    // Whatever is long or deep is an answer, and no overflow.
    for deep in [
        format!("1{}", " + 1".repeat(3000)),
        format!("{}error", "NOT ".repeat(400)),
        format!(
            "{}1{}",
            "CASE WHEN error THEN ".repeat(300),
            " END".repeat(300)
        ),
    ] {
        measure(None, &deep).expect_err("too deep");
    }
}
