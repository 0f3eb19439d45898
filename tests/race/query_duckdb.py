"""The race's aggregates by DuckDB: python query_duckdb.py FILE THREADS OUT."""

import json
import sys

import duckdb

# Only what the aggregates need: a column that is not named is skipped while parsing.
QUERY = """
SELECT name,
       count(*)::BIGINT AS n,
       count(*) FILTER (WHERE error)::BIGINT AS errors,
       sum(duration) AS duration_sum, min(duration) AS duration_min, max(duration) AS duration_max,
       quantile_cont(duration, [0.5, 0.99]) FILTER (WHERE NOT error) AS quantiles,
       sum(wait_time) AS wait_sum, sum(cpu_time) AS cpu_sum,
       sum(memory)::BIGINT AS memory_sum, min(memory) AS memory_min, max(memory) AS memory_max,
       count(*) FILTER (WHERE branch_tag = 'cache_hit')::BIGINT AS hits,
       count(*) FILTER (WHERE branch_tag = 'cache_miss')::BIGINT AS misses,
       min(timestamp) AS first, max(timestamp) AS last,
       count(*) FILTER (WHERE system_metric)::BIGINT AS system,
       sum(metadata.lag) AS lag_sum, sum(metadata.gc_pause_duration) AS pause_sum,
       sum(metadata.kafka_lag)::BIGINT AS kafka_sum, max(metadata.gpu_memory_used) AS gpu_max
FROM read_json($file, format = 'newline_delimited', columns = {
    name: 'VARCHAR', duration: 'DOUBLE', cpu_time: 'DOUBLE', wait_time: 'DOUBLE', memory: 'BIGINT', error: 'BOOLEAN',
    branch_tag: 'VARCHAR', timestamp: 'DOUBLE', system_metric: 'BOOLEAN',
    metadata: 'STRUCT(lag DOUBLE, gc_pause_duration DOUBLE, kafka_lag BIGINT, gpu_memory_used BIGINT)'})
GROUP BY name
"""

file, threads, out = sys.argv[1:4]
connection = duckdb.connect(config={"threads": int(threads), "preserve_insertion_order": False})
result = connection.execute(QUERY, {"file": file})
names = [column[0] for column in result.description]
with open(out, "w") as target:
    json.dump([dict(zip(names, row)) for row in result.fetchall()], target)
