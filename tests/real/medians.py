#!/usr/bin/env python3
"""Scores every real window of a folder with an index.csv and prints the median scores by system and fault type.

    cargo build --release
    python3 tests/real/medians.py --pss target/release/pss tests/fixtures/nezha
"""

import argparse
import csv
import json
import statistics
import subprocess
import sys
from pathlib import Path

METRICS = ["TIME", "DB", "NET", "ERR"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--pss", required=True, help="the program")
    arguments.add_argument("folder", type=Path)
    arguments = arguments.parse_args()
    index = list(csv.DictReader((arguments.folder / "index.csv").open()))
    rows, unreported = {}, 0
    for window in index:
        done = subprocess.run([arguments.pss, "analyze", "--json", str(arguments.folder / window["file"])], capture_output=True, text=True)
        if done.returncode != 0:
            unreported += 1
            continue
        report = json.loads(done.stdout)
        scores = {metric["code"]: metric["score"] for metric in report["metrics"]}
        scores["PSS"] = report["pss"]["score"]
        kind = "normal" if window["label"] == "normal" else window["fault_type"]
        rows.setdefault((window["system"], window["label"] != "normal", kind), []).append(scores)
    print("| system | windows | n | PSS |", " | ".join(METRICS), "|")
    print("|---|---|---|---|" + "---|" * len(METRICS))
    for (system, _, kind), found in sorted(rows.items()):
        cells = []
        for name in ["PSS", *METRICS]:
            values = [scores[name] for scores in found if scores.get(name) is not None]
            cells.append(f"{statistics.median(values):.{1 if name == 'PSS' else 2}f}" if values else "n/a")
        print(f"| {system} | {kind} | {len(found)} |", " | ".join(cells), "|")
    print(f"\n{len(index) - unreported} of {len(index)} windows yield a report")
    return int(unreported > 0)


if __name__ == "__main__":
    sys.exit(main())
