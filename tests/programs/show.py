#!/usr/bin/env python3
"""Shows which metric each of some small programs loses under pss run. See README.md beside this file."""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CODES = ["TIME", "IO", "ERR", "MEM", "GC", "STARVE"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pss", type=Path, required=True)
    parser.add_argument("--quick", action="store_true", help="shorter and fewer rounds, and assert the outcome")
    options = parser.parse_args()
    pss = options.pss.resolve()
    seconds = 2 if options.quick else 6
    print(f"machine: {processor()}, {os.cpu_count()} processors, {platform.system()} {platform.release()}")
    work = tempfile.mkdtemp(prefix="pss-programs-")
    os.chdir(work)

    def program(name, length=seconds):
        return [sys.executable, str(HERE / "programs.py"), name, str(length)]

    rounds = 12 if options.quick else 30
    shows = [
        ("steady", [], program("steady"), None),
        ("starved", [], program("starved"), "STARVE"),
        ("leaking", [], program("leaking"), "MEM"),
        ("steady rounds", ["--runs", str(rounds)], program("steady", 0.2), None),
        ("waiting", ["--runs", str(rounds)], program("waiting", 0.6), "IO"),
        ("failing", ["--runs", "30", "--ignore-failure"], program("failing"), "ERR"),
    ]
    if shutil.which("java"):
        java = ["java", "-Xmx300m", "-XX:+UseSerialGC", "-Xlog:gc:gc.log", str(HERE / "Pauses.java"), str(seconds)]
        shows.append(("pausing", ["--read", "gc.log"], java, "GC"))
    print("\n" + "program".ljust(16) + "".join(code.rjust(8) for code in CODES) + "     PSS")
    scores = {}
    for name, flags, command, _ in shows:
        scores[name] = run(pss, flags, command)
        print(name.ljust(16) + "".join(shown(scores[name].get(code)).rjust(8) for code in CODES) + shown(scores[name]["PSS"]).rjust(8), flush=True)
    if not shutil.which("java"):
        print("pausing: skipped, Java is not installed")

    repetitions = 3 if options.quick else 20
    again = [run(pss, [], program("steady", 2)) for _ in range(repetitions)]
    print(f"\nthe steady one, {repetitions} times, 2 s each:")
    for code in [*CODES, "PSS"]:
        values = [scores[code] for scores in again if scores.get(code) is not None]
        if values:
            print(f"{code.ljust(8)} from {shown(min(values))} to {shown(max(values))}, median {shown(statistics.median(values))}")
    overhead(pss, program("steady", seconds), 3 if options.quick else 10)

    if options.quick:
        for name, _, _, code in shows:
            if code:
                other = scores["steady rounds"] if code in ("IO", "ERR") else scores["steady"]
                worse = scores[name].get(code)
                better = 1.0 if other.get(code) is None else other[code]
                if code == "STARVE" and better < 0.5:
                    print("the machine is busy with something else: what starving does cannot be seen")
                    continue
                if worse is None or worse > better - 0.1:
                    sys.exit(f"{name}: {code} is {shown(worse)}, and {shown(better)} for the steady one")


def run(pss, flags, command):
    """The scores of a run, by code."""
    done = subprocess.run([pss, "run", "--quiet", "--export", "json=report.json", *flags, "--", *command], stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 4):
        sys.exit(f"{command}: exit {done.returncode}: {done.stderr}")
    report = json.loads(Path("report.json").read_text())
    scores = {metric["code"]: metric["score"] for metric in report["metrics"]}
    scores["PSS"] = report["pss"]["score"]
    return scores


def shown(score):
    return "n/a" if score is None else f"{score:.2f}"


def overhead(pss, command, rounds):
    """Processor time of pss and all its threads beyond that of the command, as a share of one processor."""
    shares = []
    for _ in range(rounds):
        bare, _ = cpu(command)
        watched, wall = cpu([pss, "run", "--quiet", "--", *command])
        shares.append((watched - bare) / wall)
    print(f"\nwatching costs {100 * statistics.median(shares):.2f} % of one processor (median of {rounds} alternating rounds, from {100 * min(shares):.2f} to {100 * max(shares):.2f})")


def cpu(command):
    """Processor time and wall time of a command and its children, in seconds."""
    began = time.monotonic()
    pid = os.spawnvp(os.P_NOWAIT, str(command[0]), [str(word) for word in command])
    _, _, used = os.wait4(pid, 0)
    return used.ru_utime + used.ru_stime, time.monotonic() - began


def processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
