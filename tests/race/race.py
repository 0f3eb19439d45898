#!/usr/bin/env python3
"""Races pss against DuckDB, polars and PyPSS on the same generated trace. See README.md beside this file."""

import argparse
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# What the project promises; --assert allows SLACK beyond it, because machines and neighbours differ.
SLACK = 1.25
FASTER_THAN = {"duckdb": 4.0, "polars": 4.0, "pypss": 30.0}
PEAK_MB = 120.0
GROWTH = 1.2
UNPACKING = 1.3


def main():
    options = arguments()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    pss = options.pss.resolve() if options.pss else build_pss()
    python = environment(work)
    files = inputs(work, options)

    commands = contestants(pss, python, files, work, options)
    print(f"machine: {processor()}, {os.cpu_count()} processors, {platform.system()} {platform.release()}")
    print(f"versions: {version(pss)}; {', '.join((HERE / 'requirements.txt').read_text().split())}")
    print(f"trace: {options.records} records, {files['jsonl'].stat().st_size / 1e6:.0f} MB; {options.rounds} alternating rounds, whole processes, files in memory\n", flush=True)

    agree(commands, files, work)
    runs = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, command in commands.items():
            runs[name].append(measure(command, work))
    failures = speed(runs)
    failures += unpacking(runs)
    failures += memory(runs, pss, files["five"], work)
    start_up(pss, files["small"], work)
    if failures and options.asserting:
        sys.exit("\n".join(["", *failures]))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pss", type=Path, metavar="PATH", help="the binary to race (default: build it with the dist profile)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="threads of DuckDB and polars (default: all)")
    parser.add_argument("--skip-pypss", action="store_true", help="leave PyPSS out, which takes most of the time")
    parser.add_argument("--assert", action="store_true", dest="asserting", help=f"fail if a promise is missed by more than a factor of {SLACK}")
    parser.add_argument("--work", type=Path, default=ROOT / "target" / "race", metavar="FOLDER", help="where traces and the Python environment are kept (default: target/race)")
    options = parser.parse_args()
    if options.rounds < 1 or options.records < 1:
        parser.error("--rounds and --records must be at least 1")
    return options


# Preparing


def build_pss():
    subprocess.run(["cargo", "build", "--quiet", "--profile", "dist", "--package", "pss"], cwd=ROOT, check=True)
    metadata = subprocess.run(["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return Path(json.loads(metadata.stdout)["target_directory"]) / "dist" / "pss"


def environment(work):
    """A Python with the pinned packages; made once for each state of requirements.txt."""
    requirements = HERE / "requirements.txt"
    folder = work / f"venv-{digest(requirements.read_bytes())}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", requirements], check=True)
        (folder / "complete").touch()
    return python


def inputs(work, options):
    """The generated traces, named after all that decides their bytes; made where they are missing."""
    sources = sorted((ROOT / "samples" / "generator").rglob("*.rs"))
    state = digest(b"".join(source.read_bytes() for source in sources))

    def trace(records, *flags):
        path = work / f"trace-{state}-{options.seed}-{records}.{'array.json' if flags else 'jsonl'}"
        command = ["cargo", "run", "--quiet", "--release", "--package", "pss-generator", "--", "race", "--records", str(records), "--seed", str(options.seed), *flags]
        return made(path, command)

    jsonl = trace(options.records)
    files = {
        "jsonl": jsonl,
        "gz": made(jsonl.with_suffix(".jsonl.gz"), ["gzip", "--stdout", jsonl]),
        "zst": made(jsonl.with_suffix(".jsonl.zst"), ["zstd", "--quiet", "--stdout", jsonl]),
        "five": trace(5 * options.records),
        "small": trace(1000),
    }
    if not options.skip_pypss:
        files["array"] = trace(options.records, "--array")
    return files


def made(path, command):
    if not path.exists():
        part = path.with_name(path.name + ".part")
        with open(part, "wb") as out:
            subprocess.run(command, cwd=ROOT, stdout=out, check=True)
        part.rename(path)
    return path


def contestants(pss, python, files, work, options):
    """Every command of a round, by name, as (arguments, environment)."""
    threads = str(options.threads)
    polars = {"POLARS_MAX_THREADS": threads}
    commands = {
        "pss": ([pss, "analyze", files["jsonl"], "--json"], {}),
        "duckdb": ([python, HERE / "query_duckdb.py", files["jsonl"], threads, work / "duckdb.json"], {}),
        "polars": ([python, HERE / "query_polars.py", files["jsonl"], work / "polars.json"], polars),
        "polars streaming": ([python, HERE / "query_polars.py", files["jsonl"], work / "polars-streaming.json", "--lazy"], polars),
        "pss, gzip": ([pss, "analyze", files["gz"], "--json"], {}),
        "gzip -dc": (["gzip", "-dc", files["gz"]], {}),
        "pss, zstd": ([pss, "analyze", files["zst"], "--json"], {}),
        "zstd -dc": (["zstd", "-dcq", files["zst"]], {}),
    }
    if not options.skip_pypss:
        commands["pypss"] = ([python.parent / "pypss", "analyze", "--trace-file", files["array"]], {})
    return commands


def agree(commands, files, work):
    """Runs each reader once, which also warms the files, and stops unless all of them found the same."""
    report = work / "pss.json"
    for name, (command, environment) in commands.items():
        if name == "pss":
            command = [*command, "--top", "10000"]
        with open(report if name == "pss" else os.devnull, "wb") as out:
            subprocess.run(command, cwd=work, env={**os.environ, **environment}, stdout=out, check=True)
    with open(files["five"], "rb") as file:
        while file.read(1 << 20):
            pass
    # In a process of its own: the peak memory of a child is at least that of the process which starts it.
    checked = subprocess.run([sys.executable, HERE / "agree.py", work / "duckdb.json", work / "polars.json", work / "polars-streaming.json", report])
    if checked.returncode != 0:
        sys.exit("the contestants disagree, so there is no race")
    print(flush=True)


# Measuring


# A run that took longer has warmed itself: what it read from disk is nothing beside it.
LONG = 5.0


def measure(contestant, work):
    """Wall time in seconds and peak memory in MB of one whole process, with all it reads in memory: it ran just before. While others run, a system may take pages
    of idle files away, its own libraries as well as its input."""
    first = run(contestant, work)
    return first if first[0] > LONG else run(contestant, work)


def run(contestant, work):
    command, environment = contestant
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=work, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with status {process.returncode}")
    # Kibibytes on Linux, bytes on macOS.
    unit = 1 if platform.system() == "Darwin" else 1024
    return seconds, usage.ru_maxrss * unit / 1e6


def median(runs):
    return statistics.median(seconds for seconds, _ in runs)


def peak(runs):
    return max(memory for _, memory in runs)


# Reporting


def speed(runs):
    print(f"{'':18}{'median':>9}{'min':>9}{'max':>9}{'to pss':>9}{'peak':>10}")
    for name, measured in runs.items():
        seconds = [second for second, _ in measured]
        print(f"{name:18}{median(measured):7.3f} s{min(seconds):7.3f} s{max(seconds):7.3f} s{median(measured) / median(runs['pss']):7.2f} x{peak(measured):7.0f} MB")
    return [
        f"pss is {median(runs[name]) / median(runs['pss']):.2f} x as fast as {name}; promised is {least} x"
        for name, least in FASTER_THAN.items()
        if name in runs and median(runs[name]) / median(runs["pss"]) * SLACK < least
    ]


def unpacking(runs):
    """pss on a packed file against the slower of unpacking alone and reading the plain file."""
    print()
    failures = []
    for packed, plain in (("pss, gzip", "gzip -dc"), ("pss, zstd", "zstd -dc")):
        ratio = median(runs[packed]) / max(median(runs[plain]), median(runs["pss"]))
        print(f"{packed}: {median(runs[packed]):.3f} s is {ratio:.2f} x the slower of {plain} ({median(runs[plain]):.3f} s) and the plain file ({median(runs['pss']):.3f} s)")
        if ratio > UNPACKING * SLACK:
            failures.append(f"{packed} takes {ratio:.2f} x the slower of {plain} and the plain file; promised is {UNPACKING} x")
    return failures


def memory(runs, pss, five, work):
    once = peak(runs["pss"])
    measured = [measure(([pss, "analyze", five, "--json"], {}), work) for _ in range(3)]
    growth = peak(measured) / once
    print(f"\npeak memory of pss: {once:.0f} MB; for five times the records {peak(measured):.0f} MB, {growth:.2f} x, in {median(measured):.3f} s")
    failures = []
    if once > PEAK_MB * SLACK:
        failures.append(f"peak memory is {once:.0f} MB; promised is {PEAK_MB:.0f} MB")
    if growth > GROWTH * SLACK:
        failures.append(f"five times the records take {growth:.2f} x the memory; promised is {GROWTH} x")
    return failures


def start_up(pss, small, work):
    commands = {
        "true": ([shutil.which("true")], {}),
        "pss --version": ([pss, "--version"], {}),
        "pss, 1000 records": ([pss, "analyze", small, "--json"], {}),
    }
    runs = {name: [] for name in commands}
    for _ in range(41):
        for name, command in commands.items():
            runs[name].append(measure(command, work))
    print("\nstart-up, median of 41:")
    for name, measured in runs.items():
        print(f"{name:18}{1000 * median(measured):7.2f} ms{median(measured) / median(runs['true']):7.2f} x true{peak(measured):7.0f} MB")


def version(pss):
    return subprocess.run([pss, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def digest(data):
    return hashlib.sha256(data).hexdigest()[:8]


if __name__ == "__main__":
    main()
