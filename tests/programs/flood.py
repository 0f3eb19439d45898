#!/usr/bin/env python3
"""Sends spans to pss run at a rate, and shows what arrived and what memory pss needed for it: python3 flood.py --pss PSS [--rate 50000] [--seconds 30]."""

import argparse
import http.client
import json
import os
import resource
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

BATCH = 512  # what SDKs send at once by default
EMITTERS = 4


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pss", type=Path)
    parser.add_argument("--rate", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--emit", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.emit:
        return emit(options.rate, options.seconds)
    with tempfile.TemporaryDirectory() as work:
        script = [sys.executable, __file__, "--emit", "--rate", str(options.rate), "--seconds", str(options.seconds)]
        report = Path(work, "report.json")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        pss = subprocess.Popen([options.pss, "run", "--quiet", "--export", f"json={report}", "--", *script])
        highest, fifth = 0, 0
        while pss.poll() is None:
            time.sleep(0.1)
            highest = max(highest, peak(pss.pid))
            if not fifth and time.monotonic() - START > 5:
                fifth = highest
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert pss.returncode == 0, pss.returncode
        read = json.loads(report.read_text())
        arrived = read["input"]["spans"] - 1  # one is the round itself
        sent = int(options.rate * options.seconds / BATCH) * BATCH
        losses = [warning for warning in read["warnings"] if "receiver" in warning or "could not be used" in warning]
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"{sent} spans sent, {arrived} arrived, told of losses: {losses or 'none'}")
        print(f"pss had {fifth >> 10} MB at most in its first 5 s, {highest >> 10} MB in all; pss and the emitter used {used:.1f} s of processors")
        assert arrived == sent or losses, "what is lost is told"


START = time.monotonic()


def peak(pid):
    """Most resident memory of a process so far, in kB."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def emit(rate, seconds):
    """Each batch at its time, over http/protobuf; one that is refused is sent again, as SDKs do."""
    bodies = [body(number) for number in range(8)]
    endpoint = urllib.parse.urlparse(os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"])
    batches, start = int(rate * seconds / BATCH), time.monotonic()
    failed = []

    def work(first):
        to = http.client.HTTPConnection(endpoint.hostname, endpoint.port)
        for number in range(first, batches, EMITTERS):
            time.sleep(max(0, start + number * BATCH / rate - time.monotonic()))
            for _ in range(100):
                to.request("POST", "/v1/traces", bodies[number % len(bodies)], {"content-type": "application/x-protobuf"})
                answer = to.getresponse()
                answer.read()
                if answer.status == 200:
                    break
                time.sleep(0.1)
            else:
                failed.append(number)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(EMITTERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    late = time.monotonic() - start - seconds
    print(f"emitted in {seconds + late:.1f} s, {len(failed)} batches given up", flush=True)


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def field(number, content):
    return varint(number << 3 | 2) + varint(len(content)) + content


def fixed(number, value):
    return varint(number << 3 | 1) + struct.pack("<Q", value)


def body(number):
    """An ExportTraceServiceRequest with a batch of spans of one service."""
    now, spans = time.time_ns(), b""
    for at in range(BATCH):
        ids = field(1, os.urandom(16)) + field(2, struct.pack("<Q", number * BATCH + at + 1))
        kind = varint(6 << 3) + varint(2)
        times = fixed(7, now - 1_000_000 - at * 100) + fixed(8, now - at * 50)
        spans += field(2, field(5, b"GET /items") + ids + kind + times)
    service = field(1, b"service.name") + field(2, field(1, b"shop"))
    return field(1, field(1, field(1, service)) + field(2, spans))


if __name__ == "__main__":
    main()
