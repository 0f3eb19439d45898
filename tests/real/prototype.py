#!/usr/bin/env python3
"""Computes the regression score a second time, from raw durations and by its formulas alone, and prints how much its AUC depends on which bases are drawn.

    python3 tests/real/prototype.py FOLDER

Needs numpy. It reads the folder that compare.py reads, and draws the bases that compare.py draws for "any day".
"""

import argparse
import collections
import csv
import gzip
import json
import random
import statistics
from pathlib import Path

import numpy as np

import compare

QUANTILES = (np.arange(20) + 0.5) / 20
OTHER_SEEDS = 12


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("folder", type=Path)
    folder = arguments.parse_args().folder
    windows = [Window(row, folder) for row in csv.DictReader((folder / "index.csv").open())]
    for system in sorted({window.system for window in windows}):
        own = [window for window in windows if window.system == system]
        print(system)
        print(f"  the draws of compare.py: {auc(own, [score_of_draws(own, head) for head in own]):.3f}")
        singles = []
        for seed in range(OTHER_SEEDS):
            scores = [regression(random.Random(f"{seed} {head.file}").sample(bases(own, head), compare.BASES), head) for head in own]
            singles.append(auc(own, scores))
        print(f"  one draw, {OTHER_SEEDS} times: {min(singles):.3f} to {max(singles):.3f}, median {statistics.median(singles):.3f}")
        print(f"  all other normal windows: {auc(own, [regression(bases(own, head), head) for head in own]):.3f}")


class Window:
    def __init__(self, row, folder):
        self.file, self.system, self.experiment = row["file"], row["system"], row["experiment"]
        self.normal = row["label"] == "normal"
        self.calls, self.errors, self.roots = collections.Counter(), collections.Counter(), 0
        durations = collections.defaultdict(list)
        for line in gzip.open(folder / row["file"], "rt", encoding="utf-8"):
            span = json.loads(line)
            operation = span["service"], span["name"]
            self.calls[operation] += 1
            self.roots += not span["parent_span_id"]
            if span["error"]:
                self.errors[operation] += 1
            else:
                durations[operation].append(max(span["duration"], 1e-9))
        self.logs = {operation: np.log(values) for operation, values in durations.items()}


def bases(windows, head):
    return [base for base in windows if base.normal and base.experiment != head.experiment]


def score_of_draws(windows, head):
    draw = random.Random(f"{compare.SEED} any {head.file}")
    return statistics.fmean(regression(draw.sample(bases(windows, head), compare.BASES), head) for _ in range(compare.DRAWS))


def auc(windows, scores):
    faulty = [score for window, score in zip(windows, scores) if not window.normal]
    normal = [score for window, score in zip(windows, scores) if window.normal]
    return statistics.fmean((a > b) + 0.5 * (a == b) for a in faulty for b in normal)


def curve(x, good, mid):
    return 1 / (1 + (max(0, x) / mid) ** (np.log(9) / np.log(mid / good)))


def regression(runs, head):
    logs, calls, errors = collections.defaultdict(list), collections.Counter(), collections.Counter()
    for run in runs:
        calls.update(run.calls)
        errors.update(run.errors)
        for operation, values in run.logs.items():
            logs[operation].append(values)
    parts = [(shift(logs, head), 0.6), (more_errors(calls, errors, head), 0.2), (mix(calls, sum(run.roots for run in runs), head), 0.2)]
    parts = [(score, exponent) for score, exponent in parts if score is not None]
    return 100 * (1 - np.exp(sum(exponent * np.log(max(0.01, score)) for score, exponent in parts) / sum(exponent for _, exponent in parts)))


def shift(logs, head):
    scores, weights = [], []
    for operation, values in logs.items():
        base, own = np.concatenate(values), head.logs.get(operation, ())
        if len(base) < 20 or len(own) < 5:
            continue
        of_base = np.quantile(base, QUANTILES)
        apart = np.abs(np.quantile(own, QUANTILES) - of_base).mean()
        noise = 2 * np.sqrt(of_base.std() ** 2 * (1 / len(own) + 1 / len(base)) + 0.10**2)
        scores.append(max(0.01, curve(apart - noise, 0.10, 0.50)))
        weights.append(len(base))
    if not scores:
        return None
    scores, weights = np.array(scores), np.array(weights, float)
    mean = np.exp((weights * np.log(scores)).sum() / weights.sum())
    heavy = weights >= 0.01 * weights.sum()
    return np.sqrt(mean * (scores[heavy].min() if heavy.any() else scores[weights.argmax()]))


def more_errors(calls, errors, head):
    excess = []
    for operation, n_base in calls.items():
        n = head.calls[operation]
        if n_base >= 20 and n >= 5:
            rate = (errors[operation] + 0.5) / (n_base + 1)
            excess.append((head.errors[operation] - n * rate - 2 * np.sqrt(n * rate * (1 - rate) + 0.25)) / (n + 2))
    return curve(max(excess), 0.10, 0.50) if excess else None


def mix(calls, roots, head):
    if not roots or not head.roots:
        return None
    moved = everything = 0
    for operation in calls.keys() | head.calls.keys():
        if max(calls[operation], head.calls[operation]) < 5:
            continue
        base, own = calls[operation] / roots, head.calls[operation] / head.roots
        variance = 2 * (base + 0.5 / head.roots) * (1 / head.roots + 1 / roots) * max(1, base)
        moved += max(0, abs(own - base) - 3 * np.sqrt(variance))
        everything += max(base, own)
    return curve(moved / everything, 0.05, 0.30) if everything else None


if __name__ == "__main__":
    main()
