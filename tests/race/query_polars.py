"""The race's aggregates by polars: POLARS_MAX_THREADS=N python query_polars.py FILE OUT [--lazy]."""

import json
import sys

import polars as pl

# Only what the aggregates need: a field that is not named is skipped while parsing.
SCHEMA = {
    "name": pl.String, "duration": pl.Float64, "cpu_time": pl.Float64, "wait_time": pl.Float64, "memory": pl.Int64,
    "error": pl.Boolean, "branch_tag": pl.String, "timestamp": pl.Float64, "system_metric": pl.Boolean,
    "metadata": pl.Struct({"lag": pl.Float64, "gc_pause_duration": pl.Float64, "kafka_lag": pl.Int64, "gpu_memory_used": pl.Int64}),
}


def total(column, name):
    """A sum that is null where no value is, as in SQL."""
    return pl.when(column.count() > 0).then(column.sum()).alias(name)


c = pl.col
metadata = c("metadata").struct.field
AGGREGATES = [
    pl.len().alias("n"),
    c("error").sum().alias("errors"),
    total(c("duration"), "duration_sum"), c("duration").min().alias("duration_min"), c("duration").max().alias("duration_max"),
    pl.concat_list(c("duration").filter(~c("error")).quantile(p, "linear") for p in (0.5, 0.99)).alias("quantiles"),
    total(c("wait_time"), "wait_sum"), total(c("cpu_time"), "cpu_sum"),
    total(c("memory"), "memory_sum"), c("memory").min().alias("memory_min"), c("memory").max().alias("memory_max"),
    (c("branch_tag") == "cache_hit").sum().alias("hits"),
    (c("branch_tag") == "cache_miss").sum().alias("misses"),
    c("timestamp").min().alias("first"), c("timestamp").max().alias("last"),
    c("system_metric").sum().alias("system"),
    total(metadata("lag"), "lag_sum"), total(metadata("gc_pause_duration"), "pause_sum"),
    total(metadata("kafka_lag"), "kafka_sum"), metadata("gpu_memory_used").max().alias("gpu_max"),
]

file, out = sys.argv[1:3]
if "--lazy" in sys.argv:
    result = pl.scan_ndjson(file, schema=SCHEMA).group_by("name").agg(AGGREGATES).collect(engine="streaming")
else:
    result = pl.read_ndjson(file, schema=SCHEMA).group_by("name").agg(AGGREGATES)
with open(out, "w") as target:
    json.dump(result.to_dicts(), target)
