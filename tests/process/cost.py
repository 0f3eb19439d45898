#!/usr/bin/env python3
"""What a metric costs as a program of its own, over the same metric built in. See RESULTS.md beside this file.

Builds pss with the features process and sample-plugin and the sample plugin of Rust, unless they are given; the sample of
Python takes part where python3 can import pyarrow. All three score the same metric over the same spans, all of which count.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = ROOT / "samples" / "process-python" / "foobar.py"


def main():
    options = arguments()
    pss = options.pss or build("pss", "pss", "process,sample-plugin", "--no-default-features")
    rust = options.plugin or build("pss-sample-process", "pss-sample-process", "arrow")
    plugins = {"FOOBAR_RUST": rust.resolve()}
    if subprocess.run(["python3", "-c", "import pyarrow"], capture_output=True).returncode == 0:
        plugins["FOOBAR_PYTHON"] = PYTHON
    else:
        print("SKIPPED: python3 cannot import pyarrow, so the sample of Python takes no part")
    with tempfile.TemporaryDirectory() as folder:
        race(pss.resolve(), plugins, Path(folder), options)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pss", type=Path, metavar="PATH", help="a pss with the features process and sample-plugin")
    parser.add_argument("--plugin", type=Path, metavar="PATH", help="the built samples/process-rust")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", default="release", help="the profile to build with, and to name in the output (default: release)")
    return parser.parse_args()


def build(package, binary, features, *more):
    profile = arguments().profile
    subprocess.run(["cargo", "build", "--quiet", "--profile", profile, "--package", package, "--features", features, *more], cwd=ROOT, check=True)
    metadata = subprocess.run(["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    folder = "debug" if profile == "dev" else profile
    return Path(json.loads(metadata.stdout)["target_directory"]) / folder / binary


def race(pss, plugins, folder, options):
    trace = folder / "trace.jsonl"
    with open(trace, "w") as file:
        for i in range(options.records):
            duration = 0.001 + (i * 7919 % 10007) / 1e6
            file.write(f'{{"name":"foobar {"abcdefghijklmnopqrst"[i % 20]}","service":"s{i % 5}","trace_id":"{i:032x}","duration":{duration:.6f},"timestamp":{1_700_000_000 + i / 1000:.3f},"error":false}}\n')
    for plugin in plugins.values():
        subprocess.run([pss, "plugins", "add", plugin], cwd=folder, check=True)
    commands = {code: [pss, "analyze", "--json", "--metrics", code, trace] for code in ["FOOBAR", *plugins]}

    scores = {code: score(command, folder) for code, command in commands.items()}
    if max(scores.values()) - min(scores.values()) > 1e-12:
        sys.exit(f"they do not agree, so there is nothing to compare: {scores}")
    print(f"machine: {processor()}, {os.cpu_count()} processors, {platform.system()} {platform.release()}; {options.profile} profile")
    print(f"trace: {options.records} spans, {trace.stat().st_size / 1e6:.0f} MB; {options.rounds} alternating rounds, whole processes")
    print(f"all score {scores['FOOBAR']:.12f}\n", flush=True)

    runs = {code: [] for code in commands}
    for _ in range(options.rounds):
        for code, command in commands.items():
            runs[code].append(measure(command, folder))
    native = [seconds for seconds, _ in runs["FOOBAR"]]
    print(f"{'':14} {'median':>9} {'min':>8} {'max':>8} {'to native':>10} {'more per million':>17} {'peak of pss':>12}")
    for code, measured in runs.items():
        seconds = [seconds for seconds, _ in measured]
        ratio = statistics.median(one / other for one, other in zip(seconds, native))
        more = statistics.median(one - other for one, other in zip(seconds, native)) * 1e6 / options.records
        peak = max(peak for _, peak in measured)
        print(f"{code:14} {statistics.median(seconds):7.3f} s {min(seconds):6.3f} s {max(seconds):6.3f} s {ratio:8.2f} x {more:15.3f} s {peak:10.0f} MB")


def score(command, folder):
    report = json.loads(subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE).stdout)
    (metric,) = report["metrics"]
    if metric["score"] is None:
        sys.exit(f"no score: {metric}")
    return metric["score"]


def measure(command, folder):
    """Wall time in seconds, and the peak memory in MB of pss or the plugin, whichever has more."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with status {process.returncode}")
    # Kibibytes on Linux, bytes on macOS.
    unit = 1 if platform.system() == "Darwin" else 1024
    return seconds, usage.ru_maxrss * unit / 1e6


def processor():
    try:
        with open("/proc/cpuinfo") as info:
            return next(line.split(":")[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
