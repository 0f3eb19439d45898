//! What the help says of the tables.

use std::fmt::Write;

use pss_integrations::sql_tables::TABLES;

/// Tables with their columns, types and units; what a query may be; examples.
pub(in crate::cli) fn help() -> String {
    let mut out = "Tables, kept in memory while the query runs:\n".to_owned();
    for table in TABLES {
        let _ = writeln!(out, "\n  {}: {}", table.name, table.row);
        for column in table.columns {
            let _ = writeln!(
                out,
                "    {:15} {:8} {}",
                column.name,
                column.of.name(),
                column.what
            );
        }
    }
    out.push_str(
        "
What a record did not say is null. Names are lower case. Without ORDER BY, rows
come in any order.

The SQL is that of polars: joins, WITH, subqueries, UNION, window functions,
QUANTILE_CONT, MEDIAN, STDDEV, COUNT(DISTINCT ..), CASE, LIKE and more.
A query is one SELECT over these tables: it names no files and writes nothing.

Examples:
  pss query \"SELECT service, name, quantile_cont(duration, .99) AS p99
             FROM spans GROUP BY 1, 2 ORDER BY p99 DESC LIMIT 10\" traces.jsonl
  pss query \"SELECT trace_id, duration FROM spans WHERE error\" a.json b.json --to csv
  pss query \"SELECT * FROM samples\" traces.jsonl --output samples.parquet",
    );
    out
}
