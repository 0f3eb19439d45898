#!/usr/bin/env python3
"""Runs programs under pss in a control group with limits, and shows what the sampler of control groups and the scores make of it.

Needs root, and the controllers cpu and memory of control groups (version 1, or 2 with both switched on for children); says so and ends well where it cannot."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

NAME = f"pss-limits-{os.getpid()}"
BUSY = "import time\nend = time.monotonic() + 4\nwhile time.monotonic() < end: pass"
WORKER = "import time; x = bytearray(200_000_000); time.sleep(5)"
EATS = f"import subprocess, sys, time; subprocess.call([sys.executable, '-c', {WORKER!r}]); time.sleep(1)"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pss", type=Path, required=True)
    pss = parser.parse_args().pss.resolve()
    groups = Groups()
    try:
        groups.make()
    except OSError as error:
        print(f"skipped: no control group can be made here ({error})")
        groups.remove()
        return
    try:
        free = run(pss, groups, BUSY)
        groups.limit_cpu(20)
        held = run(pss, groups, BUSY)
        groups.limit_cpu(None)
        groups.limit_memory(64_000_000)
        eaten = run(pss, groups, EATS)
    finally:
        groups.remove()
    print(f"control groups of version {groups.version}, Linux {os.uname().release}")
    print("limit".ljust(24) + "  STARVE   held back, s   killed")
    for name, (starve, throttled, killed) in [("none", free), ("20 % of a processor", held), ("64 MB of memory", eaten)]:
        print(f"{name.ljust(24)}  {starve:6.2f}   {throttled:12.3f}   {killed:6}")
    assert free[1] == 0 and free[2] == 0, "nothing was held back or killed without a limit"
    assert held[1] > 1 and held[0] < free[0], "the limit is seen, and STARVE loses"
    assert eaten[2] == 1, "the kill is seen once"


class Groups:
    """A group for the processor, whose limit is on the one above it, and one for memory."""

    def __init__(self):
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
        first = {name: Path(where) for _, where, kind, options, *_ in mounts if kind == "cgroup" for name in options.split(",")}
        second = [Path(where) for _, where, kind, *_ in mounts if kind == "cgroup2"]
        self.version = 1 if "cpu" in first and "memory" in first else 2
        self.cpu, self.memory = (first["cpu"], first["memory"]) if self.version == 1 else (second[0], second[0]) if second else (None, None)

    def make(self):
        if self.cpu is None:
            raise OSError("none are mounted")
        for mount in {self.cpu, self.memory}:
            self.controllers(mount)
            (mount / NAME).mkdir()
            self.controllers(mount / NAME)
            (mount / NAME / "job").mkdir()

    def controllers(self, group):
        if self.version == 2:
            (group / "cgroup.subtree_control").write_text("+cpu +memory")

    def limit_cpu(self, percent):
        if self.version == 1:
            (self.cpu / NAME / "cpu.cfs_quota_us").write_text("-1" if percent is None else str(percent * 1000))
        else:
            (self.cpu / NAME / "cpu.max").write_text("max 100000" if percent is None else f"{percent * 1000} 100000")

    def limit_memory(self, size):
        file = "memory.limit_in_bytes" if self.version == 1 else "memory.max"
        (self.memory / NAME / "job" / file).write_text(str(size))

    def join(self):
        for mount in {self.cpu, self.memory}:
            (mount / NAME / "job" / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self):
        for mount in {self.cpu, self.memory} - {None}:
            for group in [mount / NAME / "job", mount / NAME]:
                if group.is_dir():
                    group.rmdir()


def run(pss, groups, program):
    with tempfile.TemporaryDirectory() as work:
        files = ["--save", f"{work}/run.jsonl", "--export", f"json={work}/report.json"]
        command = [pss, "run", "--quiet", "--ignore-failure", *files, "--", sys.executable, "-c", program]
        subprocess.run(command, check=True, preexec_fn=groups.join)
        report = json.loads(Path(work, "report.json").read_text())
        starve = next(metric["score"] for metric in report["metrics"] if metric["code"] == "STARVE")
        throttled, killed = [], 0
        for line in Path(work, "run.jsonl").read_text().splitlines():
            said = json.loads(line).get("metadata") or {}
            if said.get("signal") == "cgroup.throttled":
                throttled.append(said["value"])
            killed += said.get("oom") or 0
        return starve, (throttled[-1] - throttled[0]) * 1e-9 if throttled else 0, killed


if __name__ == "__main__":
    main()
