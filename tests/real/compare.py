#!/usr/bin/env python3
"""Compares every real window of a folder with an index.csv to normal windows of the same system, and prints how well that tells faults from the normal.

    cargo build --release
    python3 tests/real/compare.py --pss target/release/pss FOLDER [--write]

Each window is the head of `pss compare` against five normal windows of other experiments of its system, drawn with a seed. A predictor's AUC is the share of pairs
of a faulty and a normal window in which the faulty one has the higher value; half a pair where they are equal. --write renews RESULTS.md beside this file.
"""

import argparse
import collections
import concurrent.futures
import csv
import datetime
import gzip
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

BASES = 5
# Each window is compared with so many draws of bases, and its regression score is their mean: one draw would say as much of the draw as of the window.
DRAWS = 3
SEED = 20260

HERE = Path(__file__).parent


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--pss", required=True, type=Path, help="the program")
    arguments.add_argument("--write", action="store_true", help="renew RESULTS.md")
    arguments.add_argument("folder", type=Path)
    arguments = arguments.parse_args()
    windows = list(csv.DictReader((arguments.folder / "index.csv").open()))
    for window in windows:
        window["day"] = datetime.datetime.fromtimestamp(float(window["start"]), datetime.timezone.utc).date().isoformat()
        window["normal"] = window["label"] == "normal"
    with tempfile.TemporaryDirectory() as summaries:
        bench = Bench(arguments.pss.resolve(), arguments.folder, Path(summaries))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for window, latency in zip(windows, pool.map(bench.read, windows)):
                window["latency"] = latency
            for kind, wanted in (("any", lambda a, b: True), ("same", same_day), ("other", lambda a, b: not same_day(a, b))):
                for window, found in zip(windows, pool.map(lambda window: bench.compare(windows, window, kind, wanted), windows)):
                    window[kind] = found
    page = "".join(line + "\n" for line in lines(windows))
    sys.stdout.write(page)
    if arguments.write:
        (HERE / "RESULTS.md").write_text(page, encoding="utf-8")


def same_day(a, b):
    return a["day"] == b["day"]


class Bench:
    def __init__(self, pss, folder, summaries):
        self.pss, self.folder, self.summaries = pss, folder, summaries

    def summary(self, window):
        return str(self.summaries / (window["file"] + ".pss"))

    def read(self, window):
        """Makes the window's summary, and gives the mean duration of its spans."""
        path = self.folder / window["file"]
        command = [self.pss, "analyze", path, "--quiet", "--export", "summary=" + self.summary(window)]
        subprocess.run(command, check=True, capture_output=True)
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as file:
            return statistics.fmean(json.loads(line)["duration"] for line in file)

    def compare(self, windows, head, kind, wanted):
        """Regression scores over several draws, and in how many of them the head is `regressed`; nothing where there are too few bases."""
        bases = [
            base for base in windows
            if base["normal"] and base["system"] == head["system"] and base["experiment"] != head["experiment"] and wanted(base, head)
        ]
        if len(bases) < BASES:
            return None
        draw = random.Random(f"{SEED} {kind} {head['file']}")
        scores, regressed = [], []
        for _ in range(DRAWS):
            drawn = [self.summary(base) for base in draw.sample(bases, BASES)]
            done = subprocess.run([self.pss, "compare", *drawn, "--head", self.summary(head), "--json"], capture_output=True, text=True)
            compared = json.loads(done.stdout)["compare"]
            if compared["regression"] is not None:
                scores.append(compared["regression"])
            regressed.append(compared["regressed"])
        return {"score": statistics.fmean(scores) if scores else None, "regressed": statistics.fmean(regressed)}


def auc(pairs):
    won = [1.0 if faulty > normal else 0.5 if faulty == normal else 0.0 for faulty, normal in pairs]
    return f"{statistics.fmean(won):.2f}" if won else "n/a"


def score(window, kind):
    return window[kind] and window[kind]["score"]


def lines(windows):
    yield "# Faulty windows against normal ones"
    yield ""
    yield "Written by `python3 tests/real/compare.py --pss target/release/pss FOLDER --write`; README.md beside it says of what."
    yield ""
    yield (
        f"{len(windows)} windows. Each is compared with {BASES} normal windows of other experiments of its system, {DRAWS} draws of them; its value is the mean regression score. "
        "Beside it the mean duration of its spans, which needs no base. AUC: how often a faulty window has a higher value than a normal one of the same system; .5 is a coin."
    )
    yield ""
    yield "| system | fault | windows | regression, any day | mean latency, any day | regression, within one day | mean latency, within one day | `regressed`, any day |"
    yield "|---|---|---|---|---|---|---|---|"
    for system in sorted({window["system"] for window in windows}):
        own = [window for window in windows if window["system"] == system]
        normal = [window for window in own if window["normal"]]
        for fault in ["all", *sorted({window["fault_type"] for window in own if not window["normal"]})]:
            faulty = [window for window in own if not window["normal"] and fault in ("all", window["fault_type"])]
            cells = []
            for kind, day in (("any", lambda a, b: True), ("same", same_day)):
                for value in (lambda window: score(window, kind), lambda window: window["latency"] if window[kind] else None):
                    pairs = [(value(a), value(b)) for a in faulty for b in normal if day(a, b)]
                    cells.append(auc([pair for pair in pairs if None not in pair]))
            found = [window["any"]["regressed"] for window in faulty if window["any"]]
            yield f"| {system} | {fault} | {len(faulty)} | " + " | ".join(cells) + f" | {100 * statistics.fmean(found):.0f} % |"
    yield ""
    yield "Normal windows that are called `regressed`, which none should be: a share of their comparisons."
    yield ""
    yield "| system | windows | bases of any day | of the same day | of other days |"
    yield "|---|---|---|---|---|"
    for system in sorted({window["system"] for window in windows}):
        cells = []
        for kind in ("any", "same", "other"):
            found = [window[kind]["regressed"] for window in windows if window["system"] == system and window["normal"] and window[kind]]
            cells.append(f"{100 * statistics.fmean(found):.0f} % of {len(found)}" if found else "n/a")
        count = sum(window["system"] == system and window["normal"] for window in windows)
        yield f"| {system} | {count} | " + " | ".join(cells) + " |"
    yield ""
    days = collections.Counter((window["system"], window["day"], "normal" if window["normal"] else "faulty") for window in windows)
    yield "Windows by day: " + "; ".join(f"{system} {day} {label} {n}" for (system, day, label), n in sorted(days.items())) + "."


if __name__ == "__main__":
    main()
