#!/usr/bin/env python3
"""OpenTelemetry's own SDKs against the receiver: each sends spans and a metric over each protocol and ends, and every span must arrive.

    python3 tests/sdks/run.py

installs the SDKs for Python (PyPI) and, where node is there, for JavaScript (npm) under a temporary folder, builds `examples/listen.rs` of `pss-receiver`, and prints a
table. CARGO_TARGET_DIR is respected. Recorded in RESULTS.md.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SPANS = 100_000
PROTOCOLS = {
    "python": ["grpc", "http/protobuf"],
    "javascript": ["grpc", "http/protobuf", "http/json"],
}
PYPI = [
    "opentelemetry-sdk",
    "opentelemetry-exporter-otlp-proto-grpc",
    "opentelemetry-exporter-otlp-proto-http",
]
NPM = ["@opentelemetry/api", "@opentelemetry/sdk-node"]


def python(folder):
    """A command that emits, and the SDK's version."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    interpreter = folder / "venv/bin/python"
    subprocess.run([interpreter, "-m", "pip", "install", "--quiet", *PYPI], check=True)
    version = "import importlib.metadata as m; print(m.version('opentelemetry-sdk'))"
    version = subprocess.run([interpreter, "-c", version], check=True, capture_output=True, text=True)
    return [interpreter, HERE / "emit.py"], f"opentelemetry-sdk {version.stdout.strip()}"


def javascript(folder):
    """As above; `None` without node."""
    if not shutil.which("npm"):
        return None
    (folder / "package.json").write_text('{"private": true}')
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", *NPM], check=True, cwd=folder)
    shutil.copy(HERE / "emit.js", folder)
    package = json.loads((folder / "node_modules/@opentelemetry/sdk-node/package.json").read_text())
    return ["node", folder / "emit.js"], f"@opentelemetry/sdk-node {package['version']}"


def build():
    command = ["cargo", "build", "-q", "-p", "pss-receiver", "--features", "serve", "--example", "listen"]
    subprocess.run(command, check=True, cwd=ROOT)
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/examples/listen"


def one(listen, command, protocol, compression):
    """Spans and samples that arrived, and requests that were refused."""
    receiver = subprocess.Popen([listen], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    receiver.stdout.readline()
    environment = dict(os.environ)
    while line := receiver.stdout.readline().strip():
        name, value = line.split("=", 1)
        environment[name] = value
    environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol
    if compression != "none":
        environment["OTEL_EXPORTER_OTLP_COMPRESSION"] = compression
    # The emitters here know no pause: SDKs drop what their own queue does not hold, and that for JavaScript gives up at its end on more than thirty batches.
    environment["OTEL_BSP_MAX_QUEUE_SIZE"] = str(SPANS)
    environment["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = "5000"
    emitter = subprocess.run([*command, str(SPANS)], env=environment, capture_output=True, text=True)
    # Closing its input ends the receiver; the emitter is gone by now.
    out, _ = receiver.communicate()
    if emitter.returncode != 0 or emitter.stderr.strip():
        print(emitter.stdout, emitter.stderr, file=sys.stderr)
    spans, samples = map(int, re.search(r"spans (\d+), samples (\d+)", out).groups())
    refused = re.search(r"refused: \{([^}]*)\}", out).group(1).strip()
    return spans, samples, " ".join(refused.split()) or "none"


def main():
    listen = build()
    failed = False
    print("| SDK | protocol | compression | spans sent | arrived | samples | refused |")
    print("|---|---|---|---|---|---|---|")
    for install in (python, javascript):
        with tempfile.TemporaryDirectory() as folder:
            found = install(pathlib.Path(folder))
            if found is None:
                print(f"no {install.__name__} here", file=sys.stderr)
                continue
            command, version = found
            for protocol in PROTOCOLS[install.__name__]:
                for compression in ("none", "gzip"):
                    spans, samples, refused = one(listen, command, protocol, compression)
                    failed |= spans != SPANS or samples == 0 or refused != "none"
                    row = [version, protocol, compression, SPANS, spans, samples, refused]
                    print("|", " | ".join(map(str, row)), "|", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
