#!/usr/bin/env python3
"""Races pss against DuckDB and polars on OTLP lines and on Parquet: the same spans, the same aggregates. See README.md beside this file."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPANS_A_LINE = 500

DUCKDB_OTLP = """
import duckdb, sys
duckdb.sql("set threads to {threads}")
rows = duckdb.sql(\"\"\"
with resources as (
  select unnest(resourceSpans) as r from read_json('{file}', format='newline_delimited', maximum_object_size=67108864, columns={{
    resourceSpans: 'STRUCT(resource STRUCT(attributes STRUCT("key" VARCHAR, "value" STRUCT(stringValue VARCHAR))[]), scopeSpans STRUCT(spans STRUCT("name" VARCHAR, startTimeUnixNano UBIGINT, endTimeUnixNano UBIGINT, status STRUCT(code INTEGER))[])[])[]'}})),
spans as (select r.resource.attributes[1]."value".stringValue as service, unnest(flatten(list_transform(r.scopeSpans, lambda s: s.spans))) as s from resources)
select service, s."name", count(*), sum(case when s.status.code = 2 then 1 else 0 end), quantile_cont(s.endTimeUnixNano - s.startTimeUnixNano, .5), quantile_cont(s.endTimeUnixNano - s.startTimeUnixNano, .99)
from spans group by 1, 2\"\"\").fetchall()
print(sum(row[2] for row in rows), sum(row[3] for row in rows), len(rows))
"""

# The aggregates of the race on JSON lines, for each operation and each signal, and only the columns that they need.
DUCKDB_PARQUET = """
import duckdb
duckdb.sql("set threads to {threads}; set preserve_insertion_order to false")
rows = duckdb.sql(\"\"\"
select service, name, signal, count(*), count(*) filter (where error),
  sum(duration_ns), min(duration_ns), max(duration_ns), quantile_cont(duration_ns, [.5, .99]) filter (where not error),
  sum(wait_ns), sum(cpu_ns), sum(memory_bytes), min(memory_bytes), max(memory_bytes),
  count(*) filter (where tag = 'cache_hit'), count(*) filter (where tag = 'cache_miss'),
  min(start_ns), max(start_ns), sum(value), max(value)
from '{file}' group by 1, 2, 3\"\"\").fetchall()
print(sum(row[3] for row in rows if row[2] is None), sum(row[4] for row in rows), len(rows), sum(row[9] or 0 for row in rows), sum(row[18] or 0 for row in rows))
"""

POLARS_PARQUET = """
import polars as pl
c = pl.col
columns = ['service', 'name', 'signal', 'error', 'duration_ns', 'wait_ns', 'cpu_ns', 'memory_bytes', 'tag', 'start_ns', 'value']
rows = pl.read_parquet('{file}', columns=columns).group_by('service', 'name', 'signal').agg(
    pl.len().alias('n'), c('error').sum().alias('errors'),
    c('duration_ns').sum().alias('sum'), c('duration_ns').min().alias('min'), c('duration_ns').max().alias('max'),
    pl.concat_list(c('duration_ns').filter(~c('error')).quantile(p, 'linear') for p in (.5, .99)).alias('quantiles'),
    c('wait_ns').sum().alias('waits'), c('cpu_ns').sum().alias('cpu'),
    c('memory_bytes').sum().alias('memory'), c('memory_bytes').min().alias('least'), c('memory_bytes').max().alias('most'),
    (c('tag') == 'cache_hit').sum().alias('hits'), (c('tag') == 'cache_miss').sum().alias('misses'),
    c('start_ns').min().alias('first'), c('start_ns').max().alias('last'), c('value').sum().alias('values'), c('value').max().alias('largest'))
print(rows.filter(c('signal').is_null())['n'].sum(), rows['errors'].sum(), rows.height, rows['waits'].sum(), rows['values'].sum())
"""

POLARS_OTLP = """
import polars as pl
schema = {{'resourceSpans': pl.List(pl.Struct({{
    'resource': pl.Struct({{'attributes': pl.List(pl.Struct({{'key': pl.String, 'value': pl.Struct({{'stringValue': pl.String}})}}))}}),
    'scopeSpans': pl.List(pl.Struct({{'spans': pl.List(pl.Struct({{'name': pl.String, 'startTimeUnixNano': pl.String, 'endTimeUnixNano': pl.String, 'status': pl.Struct({{'code': pl.Int64}})}}))}}))}}))}}
frame = pl.read_ndjson('{file}', schema=schema).explode('resourceSpans').unnest('resourceSpans')
frame = frame.with_columns(pl.col('resource').struct.field('attributes').list.first().struct.field('value').struct.field('stringValue').alias('service'))
frame = frame.explode('scopeSpans').unnest('scopeSpans').explode('spans').unnest('spans')
frame = frame.with_columns((pl.col('endTimeUnixNano').cast(pl.UInt64) - pl.col('startTimeUnixNano').cast(pl.UInt64)).alias('d'), (pl.col('status').struct.field('code') == 2).alias('error'))
rows = frame.group_by('service', 'name').agg(pl.len().alias('n'), pl.col('error').sum(), pl.col('d').quantile(.5, 'linear').alias('q50'), pl.col('d').quantile(.99, 'linear').alias('q99'))
print(rows['n'].sum(), rows['error'].sum(), rows.height)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trace", type=Path, help="native JSON lines, as race.py generates them")
    parser.add_argument("--pss", type=Path, required=True, help="the binary to race")
    parser.add_argument("--python", default=sys.executable, help="a Python with duckdb and polars (requirements.txt)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=Path("target/race-formats"))
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    threads = len(os.sched_getaffinity(0))
    otlp, parquet = options.work / "race.otlp.jsonl", options.work / "race.parquet"
    if not otlp.exists():
        write_otlp(options.trace, otlp)
    if not parquet.exists():
        subprocess.run([options.pss, "convert", options.trace, parquet], check=True)
    # pss writes row groups of 65 536 rows with zstd; DuckDB of 122 880, with snappy.
    warehouse = options.work / "race.duckdb.parquet"
    if not warehouse.exists():
        copy = f"import duckdb; duckdb.sql(\"copy (from '{parquet}') to '{warehouse}'\")"
        subprocess.run([options.python, "-c", copy], check=True)
    print(f"machine: {platform.processor() or platform.machine()}, {os.cpu_count()} processors, {platform.system()} {platform.release()}")
    for title, file, scripts in [
        ("OTLP lines", otlp, {"duckdb": DUCKDB_OTLP, "polars": POLARS_OTLP}),
        ("Parquet", parquet, {"duckdb": DUCKDB_PARQUET, "polars": POLARS_PARQUET}),
        ("Parquet as DuckDB writes it", warehouse, {"duckdb": DUCKDB_PARQUET, "polars": POLARS_PARQUET}),
    ]:
        commands = {"pss": [str(options.pss), "analyze", str(file), "--json"]}
        for name, script in scripts.items():
            commands[name] = [options.python, "-c", script.format(file=file, threads=threads)]
        runs = {name: [] for name in commands}
        said = {}
        for _ in range(options.rounds):
            for name, command in commands.items():
                seconds, peak, out = measure(command)
                runs[name].append((seconds, peak))
                said[name] = out
        # Spans, errors, groups and sums.
        found = {name: out.split() for name, out in said.items() if name != "pss"}
        spans = json.loads(said["pss"])["input"]["spans"]
        assert len(set(map(tuple, found.values()))) == 1 and all(int(counts[0]) == spans for counts in found.values()), (found, spans)
        print(f"\n{title}: {file.stat().st_size / 1e6:.0f} MB, {spans} spans; {options.rounds} alternating rounds, whole processes; all count the same spans, DuckDB and polars find the same")
        base = statistics.median(seconds for seconds, _ in runs["pss"])
        for name, taken in runs.items():
            median = statistics.median(seconds for seconds, _ in taken)
            print(f"{name:8} {median:.3f} s  {median / base:5.2f} x  {max(peak for _, peak in taken):5.0f} MB")


def write_otlp(trace, out):
    """The spans of a native trace as the Collector's file exporter writes them, a service a line."""
    waiting = {}
    with trace.open() as lines, out.open("w") as sink:
        for line in lines:
            record = json.loads(line)
            if record.get("system_metric"):
                continue
            service = record.get("service") or record.get("module") or "race"
            start = round((record.get("start") or record["timestamp"]) * 1e6) * 1000
            spans = waiting.setdefault(service, [])
            spans.append({
                "traceId": (record.get("trace_id") or "").replace("-", "")[:32].ljust(32, "0"),
                "spanId": f"{len(spans):016x}",
                "name": record["name"],
                "kind": 1,
                "startTimeUnixNano": str(start),
                "endTimeUnixNano": str(start + round(record["duration"] * 1e9)),
                "attributes": [{"key": "code.file.path", "value": {"stringValue": record.get("filename") or ""}}, {"key": "code.line.number", "value": {"intValue": str(record.get("lineno") or 0)}}],
                "status": {"code": 2} if record.get("error") else {},
            })
            if len(spans) == SPANS_A_LINE:
                flush(service, waiting.pop(service), sink)
        for service, spans in waiting.items():
            flush(service, spans, sink)


def flush(service, spans, sink):
    document = {"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]}, "scopeSpans": [{"scope": {"name": "race"}, "spans": spans}]}]}
    sink.write(json.dumps(document, separators=(",", ":")) + "\n")


# A run that took longer has warmed itself.
LONG = 5.0


def measure(command):
    """Wall time in seconds, peak memory in MB and output, with all it reads in memory: it ran just before."""
    first = run(command)
    return first if first[0] > LONG else run(command)


def run(command):
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0, command
    return time.perf_counter() - started, usage.ru_maxrss / 1024, out.decode()


if __name__ == "__main__":
    main()
