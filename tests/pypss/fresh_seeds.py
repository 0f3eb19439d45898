#!/usr/bin/env python3
"""Compares the profiles `pypss` and `pypss-core` with PyPSS 1.3.1 on freshly generated traces.

    python3 -m venv venv && venv/bin/pip install pypss==1.3.1
    cargo build --release
    venv/bin/python tests/pypss/fresh_seeds.py --pss target/release/pss --seeds 5

Each seed makes every regime, with and without nulls, as lines and as a JSON array. PyPSS is run in this process, on records whose null texts are
read as empty (its plugins raise an exception on null). Every unrounded value must agree within 1e-9, and the whole number must be the one PyPSS
prints. Exit status: 0 all agree, 1 some differ, 77 (skipped) where PyPSS 1.3.1 is not installed or Python is not 3.11, whose `sum` the profiles follow.
"""

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

TOLERANCE = 1e-9
NAMES = ["db_query_user", "fetch_rows", "widget", "http_get_user", "compute_price", "resize_image", "SEND_MAIL", "plain", "cache_lookup", "validate", "\u017fql"]
MODULES = ["store.sql", "store.orm", "ui", "web.api", "core.price", "media", "jobs", "alpha", "store.cache"]
TAGS = ["main_path", "slow_path", "Cache_HIT", "cache_miss", "", "caf\u00e9"]


def trace(rng, at):
    duration = max(1e-6, rng.gauss(0.01, 0.0008))
    wait = duration * rng.uniform(0.45, 0.55)
    record = {
        "trace_id": f"{at}-{rng.randrange(10**6)}", "name": rng.choice(NAMES), "filename": "/srv/a.py", "lineno": rng.randrange(1, 500),
        "module": rng.choice(MODULES), "duration": duration, "cpu_time": duration - wait, "wait_time": wait,
        "memory": int(rng.gauss(3e8, 1e6)), "memory_diff": rng.randrange(0, 50_000), "error": False, "timestamp": at,
    }
    if rng.random() < 0.4:
        record["branch_tag"] = rng.choice(TAGS)
    return record


def system(rng, at, kind=None):
    kind = kind or rng.choice(["loop", "gc", "kafka"])
    if kind == "loop":
        lag = rng.expovariate(500)
        return {"name": "__event_loop_health__", "module": "pypss.system", "duration": 0.5, "wait_time": lag, "memory": 3e8, "memory_diff": 0,
                "timestamp": at, "system_metric": True, "metadata": {"lag": lag, "active_tasks": rng.randrange(9), "churn_rate": 1.5}}
    value = {"gc": {"gc_pause_duration": rng.choice([0.0, rng.expovariate(100)])}, "kafka": {"kafka_lag": rng.randrange(20)}}[kind]
    return {"system_metric": True, "timestamp": at, "name": f"{kind}_report", "metadata": value}


def each(change):
    def apply(rng, records):
        traces = [record for record in records if not record.get("system_metric")]
        for index, record in enumerate(traces):
            change(rng, record, index / max(1, len(traces)))
        return records
    return apply


def put(**fields):
    return each(lambda rng, record, part: record.update({name: make(rng, record, part) for name, make in fields.items()}))


def drop(*names):
    return each(lambda rng, record, part: [record.pop(name, None) for name in names])


def with_system(kind, count, **metadata):
    def apply(rng, records):
        records = [record for record in records if kind not in record.get("name", "") and not (kind == "loop" and record.get("system_metric"))]
        for _ in range(count):
            extra = system(rng, 1.7e9, kind)
            extra["metadata"].update({name: make(rng) for name, make in metadata.items()})
            records.insert(rng.randrange(len(records) + 1), extra)
        return records
    return apply


def cache(rate):
    return put(branch_tag=lambda rng, record, part: "x:CACHE_hit" if rng.random() < rate else "cache_MISS")


REGIMES = {
    "stable": lambda rng, records: records,
    "empty": lambda rng, records: [],
    "single": lambda rng, records: [r for r in records if "trace_id" in r][:1],
    "two": lambda rng, records: [r for r in records if "trace_id" in r][:2],
    "three": lambda rng, records: [r for r in records if "trace_id" in r][:3],
    "jittery": put(duration=lambda rng, r, p: rng.uniform(0.001, 0.02)),
    "lognormal": put(duration=lambda rng, r, p: rng.lognormvariate(-3, 1.2), wait_time=lambda rng, r, p: rng.lognormvariate(-3.5, 1)),
    "tail": put(duration=lambda rng, r, p: r["duration"] * (30 if rng.random() < 0.06 else 1)),
    "integers": put(duration=lambda rng, r, p: rng.randrange(1, 6), wait_time=lambda rng, r, p: rng.randrange(0, 2)),
    "two_ops": put(duration=lambda rng, r, p: rng.choice([0.001, 1.0])),
    "zero_duration": put(duration=lambda rng, r, p: rng.choice([0, 0.0, r["duration"]])),
    "no_duration": drop("duration"),
    "tiny_duration": put(duration=lambda rng, r, p: rng.choice([0.0001, 0.00010000001, 0.0002]), wait_time=lambda rng, r, p: 0.00005),
    "negative_duration": put(duration=lambda rng, r, p: rng.gauss(0.01, 0.01)),
    "constant": put(duration=lambda rng, r, p: 0.1, wait_time=lambda rng, r, p: 0.05, memory=lambda rng, r, p: 1000),
    "huge": put(duration=lambda rng, r, p: rng.uniform(1, 2) * 1e200, memory=lambda rng, r, p: rng.randrange(2**70, 2**71)),
    "wait_threshold": put(wait_time=lambda rng, r, p: 0.001),
    "wait_small": put(wait_time=lambda rng, r, p: rng.uniform(0, 0.0009)),
    "wait_chaos": put(wait_time=lambda rng, r, p: rng.choice([0, 0.02]) * rng.random()),
    "wait_above_duration": put(wait_time=lambda rng, r, p: rng.uniform(-1, 3) * r["duration"]),
    "no_wait": drop("wait_time"),
    "memory_leak": put(memory=lambda rng, r, p: int(1e8 * (1 + 3 * p))),
    "memory_spike": put(memory=lambda rng, r, p: int(1e8 * (rng.choice([1] * 30 + [4])))),
    "memory_negative": put(memory=lambda rng, r, p: -int(rng.gauss(2e8, 1e6))),
    "memory_zero": put(memory=lambda rng, r, p: rng.choice([0, 0, 0, 5])),
    "half_memory": put(memory=lambda rng, r, p: 0 if rng.random() < 0.5 else 10**8),
    "no_memory": drop("memory"),
    "error_sparse": put(error=lambda rng, r, p: rng.random() < 0.02),
    "error_high": put(error=lambda rng, r, p: rng.random() < 0.4),
    "error_burst": put(error=lambda rng, r, p: 0.5 < p < 0.6),
    "error_truthy": put(error=lambda rng, r, p: rng.choice(["false", "", 0, 0.0, None, [], [0], {}, 1e-400, False] * 3 + [1])),
    "all_errors": put(error=lambda rng, r, p: True),
    "no_error": drop("error"),
    "tags_one": put(branch_tag=lambda rng, r, p: "only"),
    "tags_uniform": put(branch_tag=lambda rng, r, p: f"t{int(p * 1e4) % 8}"),
    "tags_many": put(branch_tag=lambda rng, r, p: f"t{int(rng.expovariate(0.1))}"),
    "no_tag": drop("branch_tag"),
    "no_names": drop("name", "module"),
    "low_cache": cache(0.2),
    "no_cache": cache(0),
    "gc_memdiff": put(memory_diff=lambda rng, r, p: rng.choice([-99, -100, -rng.randrange(10**6), 7, None])),
    "gc_pauses": with_system("gc", 30, gc_pause_duration=lambda rng: rng.expovariate(50)),
    "high_lag": with_system("loop", 20, lag=lambda rng: rng.uniform(0.01, 0.3)),
    "zero_lag": with_system("loop", 5, lag=lambda rng: 0),
    "edge_lag": with_system("loop", 5, lag=lambda rng: 0.01),
    "one_lag": with_system("loop", 1),
    "kafka_lag": with_system("kafka", 30, kafka_lag=lambda rng: rng.randrange(500)),
    "system_only": lambda rng, records: [system(rng, 1.7e9) for _ in range(60)],
    "no_system": lambda rng, records: [r for r in records if not r.get("system_metric")],
    "unsorted": lambda rng, records: rng.sample(records, len(records)),
}


def generate(regime, seed, nulls):
    rng = random.Random(f"{regime}/{seed}")
    records = []
    for index in range(rng.randrange(40, 160)):
        at = 1.7e9 + index * 0.004
        records.append(system(rng, at) if rng.random() < 0.07 else trace(rng, at))
    records = REGIMES[regime](rng, records)
    if nulls:
        for record in records:
            for name in ("name", "module", "branch_tag"):
                if rng.random() < 0.2:
                    record[name] = None
    return records


def sanitised(record):
    return {name: "" if value is None and name in ("name", "module", "branch_tag") else value for name, value in record.items()}


def expected(records):
    """What PyPSS makes of the records: by profile, the whole number and the unrounded values by our codes."""
    from pypss.core import core
    from pypss.plugins import MetricRegistry, metrics
    from pypss.utils import GLOBAL_CONFIG as conf

    records = [sanitised(record) for record in records]
    traces = [record for record in records if not record.get("system_metric")]
    floats = lambda name: [float(record.get(name, 0.0)) for record in traces]
    lags = [record["metadata"]["lag"] for record in records if record.get("system_metric") and "lag" in record["metadata"]]
    pillars = {
        "TIME": core._calculate_timing_stability_score(floats("duration"), conf),
        "MEM": core._calculate_memory_stability_score(floats("memory"), conf),
        "ERR": core._calculate_error_volatility_score([1 if record.get("error", False) else 0 for record in traces], conf),
        "BRANCH": core._calculate_branching_entropy_score(core.Counter(r["branch_tag"] for r in traces if r.get("branch_tag"))),
        "CONC": core._calculate_concurrency_chaos_score(floats("wait_time"), conf, {"lag": lags}),
    }
    kinds = [metrics.IOStabilityMetric, metrics.DBStabilityMetric, metrics.GCStabilityMetric, metrics.CacheStabilityMetric,
             metrics.ThreadStarvationMetric, metrics.NetworkStabilityMetric, metrics.KafkaLagStabilityMetric]
    seven = {kind.code: max(0.0, min(1.0, kind().compute(records))) for kind in kinds}
    MetricRegistry.clear()
    printed_core = core.compute_pss_from_traces(records)["pss"]
    for kind in kinds:
        MetricRegistry.register(kind)
    printed_full = core.compute_pss_from_traces(records)["pss"]
    return {"pypss-core": (printed_core, pillars), "pypss": (printed_full, {**pillars, **seven})}


def compare(program, path, profile, printed, values):
    """The differences, as texts."""
    command = [program, "analyze", "--profile", profile, "--json", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return [f"exit {done.returncode}, no report: {done.stderr.strip()[:200]}"]
    ours = {metric["code"]: metric["score"] for metric in report["metrics"]}
    score = report["pss"]["score"]
    differences = []
    if set(ours) != set(values):
        differences.append(f"metrics {sorted(ours)} instead of {sorted(values)}")
    for code in sorted(set(ours) & set(values)):
        if ours[code] is None or math.isnan(values[code]) or abs(ours[code] - values[code]) > TOLERANCE:
            differences.append(f"{code} {ours[code]} instead of {values[code]}")
    if score is None or round(score) != printed:
        differences.append(f"PSS {score} instead of {printed}")
    return differences


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--pss", required=True, help="the program to compare")
    arguments.add_argument("--seeds", type=int, default=3, help="how many seeds of each regime")
    arguments.add_argument("--first-seed", type=int, default=1000)
    arguments.add_argument("--keep-empty", action="store_true", help="also the regime without records, on which `pss analyze` exits 3 by design")
    arguments = arguments.parse_args()
    try:
        from importlib.metadata import version
        found = version("pypss")
    except ImportError:
        found = "none"
    if found != "1.3.1" or sys.version_info[:2] != (3, 11):
        print(f"skipped: needs pypss 1.3.1 on Python 3.11, found pypss {found} on Python {sys.version.split()[0]}")
        return 77
    compared, wrong = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.seeds):
            for regime in REGIMES:
                if regime == "empty" and not arguments.keep_empty:
                    continue
                for nulls in (False, True):
                    records = generate(regime, seed, nulls)
                    profiles = expected(records)
                    texts = {"jsonl": "".join(json.dumps(record) + "\n" for record in records), "json": json.dumps(records)}
                    for suffix, text in texts.items():
                        path = Path(folder) / f"traces.{suffix}"
                        path.write_text(text)
                        for profile, (printed, values) in profiles.items():
                            compared += 1
                            for difference in compare(arguments.pss, path, profile, printed, values):
                                wrong += 1
                                print(f"{regime} seed {seed}{' with nulls' if nulls else ''} {suffix} {profile}: {difference}")
    print(f"{compared} reports compared, {wrong} differences")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
