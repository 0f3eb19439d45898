#!/usr/bin/env python3
"""FOOBAR of samples/plugin-crate as a plugin of pss that is a program of its own, in Python.

    pip install pyarrow
    pss plugins add ./foobar.py
    pss analyze traces.jsonl

It is called FOOBAR_PYTHON, so that it can stand beside FOOBAR itself, whose score it has: it counts durations on the same
grid of buckets. That grid is most of this file; a metric of one's own needs none, and begins at `main`.
"""

import bisect
import json
import math
import os
import sys

MANIFEST = {
    "protocol": "pss-plugin/1",
    "name": "foobar-python",
    "version": "0.1.0",
    "description": "do operations with \"foobar\" in their name take a steady time?",
    "metrics": [
        {
            "code": "FOOBAR_PYTHON",
            "question": "do operations with \"foobar\" in their name take a steady time?",
            "weight": 0.10,
            "table": "spans",
            "columns": ["service", "operation", "category", "duration", "error"],
            "needs": "spans of operations with \"foobar\" in their name",
            "minimum": "30 spans of an operation that did not fail",
            "advice": "look at the operation with the most points",
            "factors": [{"name": "disp", "what": "dispersion of durations, as disp of TIME", "good": 0.50, "mid": 1.25}],
        }
    ],
}


def main(arguments):
    if arguments == ["describe"]:
        answer = MANIFEST
    elif arguments == ["metric", "FOOBAR_PYTHON"]:
        answer = score(json.loads(os.environ["PSS_SETTINGS"]))
    else:
        sys.exit(f"asked for {arguments}; it knows describe, and metric FOOBAR_PYTHON")
    json.dump(answer, sys.stdout)


def score(settings):
    operations = {}
    for key, duration in durations():
        operations.setdefault(key, Histogram()).record(duration)
    scores = []
    for key, histogram in sorted(operations.items(), key=str):
        # A run as a whole is timed once; ten are enough to tell.
        if histogram.n >= (10 if key[1] == "run" else 30):
            weight = histogram.n * math.sqrt(math.exp(histogram.ln_quantile(0.5)) * 1e-9)
            scores.append((weight, curve(settings["disp"], histogram.dispersion()), histogram.n))
    if not scores:
        return {"no_data": "no operation with \"foobar\" in its name has 30 spans"}
    total = sum(weight for weight, _, _ in scores)
    mean = math.exp(sum(weight * math.log(score) for weight, score, _ in scores) / total)
    value = inverse(settings["disp"], mean)
    return {"score": mean, "n": sum(n for _, _, n in scores), "factors": [{"name": "disp", "value": value, "score": mean}]}


def durations():
    """Of each span that did not fail: its operation, and its duration in nanoseconds. One batch is in memory at a time."""
    import pyarrow
    import pyarrow.compute as compute

    for batch in pyarrow.ipc.open_stream(sys.stdin.buffer):
        wanted = compute.match_substring(batch["operation"], "foobar")
        wanted = compute.and_(wanted, compute.invert(compute.fill_null(batch["error"], False)))
        wanted = compute.and_(wanted, compute.is_valid(batch["duration"]))
        rows = batch.filter(wanted)
        columns = [rows[name].to_pylist() for name in ("service", "operation", "category", "duration")]
        for service, operation, category, duration in zip(*columns):
            yield (service, operation, category), max(1, round(duration * 1e9))


class Histogram:
    """Counts on the grid of pss: bucket i holds g^i <= x < g^(i+1) with g = 101/99."""

    BOUNDS = []
    LN_G = 0.02000066670666943

    def __init__(self):
        self.counts = {}
        self.n = 0

    def record(self, value):
        bucket = bisect.bisect_right(self.BOUNDS, value) - 1
        self.counts[bucket] = self.counts.get(bucket, 0) + 1
        self.n += 1

    def ln_quantile(self, q):
        rank, below = q * self.n, 0
        for bucket, count in sorted(self.counts.items()):
            if below + count >= rank:
                break
            below += count
        return (bucket + min(max((rank - below) / count, 0.0), 1.0)) * self.LN_G

    def dispersion(self):
        body = (self.ln_quantile(0.75) - self.ln_quantile(0.25)) / 1.349
        tail = max((self.ln_mean_above(0.05) - self.ln_quantile(0.5)) / 2.0627, 0.0)
        return math.sqrt((body * body + tail * tail) / 2)

    def ln_mean_above(self, share):
        left = wanted = share * self.n
        total = 0.0
        for bucket, count in sorted(self.counts.items(), reverse=True):
            taken = min(left, count)
            total += taken * (bucket + 1 - 0.5 * taken / count) * self.LN_G
            left -= taken
            if left <= 0:
                break
        return total / wanted


def grid():
    power, bounds = 1 << 64, []
    for _ in range(1842):
        bounds.append((power + (1 << 64) - 1) >> 64)
        power = power * 101 // 99
    return bounds


Histogram.BOUNDS = grid()


def curve(points, value):
    """0.9 at good, 0.5 at mid, at least 0.01."""
    return min(max(1 / (1 + (value / points["mid"]) ** steepness(points)), 0.01), 1.0)


def inverse(points, score):
    return points["mid"] * (1 / score - 1) ** (1 / steepness(points))


def steepness(points):
    return math.log(9) / math.log(points["mid"] / points["good"])


if __name__ == "__main__":
    main(sys.argv[1:])
