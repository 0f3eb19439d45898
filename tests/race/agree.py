"""Checks that all contestants found the same: python agree.py DUCKDB POLARS POLARS_STREAMING PSS_REPORT."""

import json
import math
import sys

# Sums of floats depend on their order; nothing else may differ between exact systems.
EXACT = 1e-9

# A quantile of pss lies in the same histogram bucket as the exact one, and a bucket is 2 % wide. Systems also differ in where between two
# neighbouring values a quantile lies, which is small only where at least BEYOND values are above it.
QUANTILE = 0.025
BEYOND = 200


def main():
    duckdb, polars, streaming = (rows(path) for path in sys.argv[1:4])
    exact("duckdb", duckdb, "polars", polars)
    exact("duckdb", duckdb, "polars streaming", streaming)
    print(f"DuckDB and polars agree on {len(duckdb)} operations, {sum(row['n'] for row in duckdb.values())} records")
    pss(sys.argv[4], duckdb)


def rows(path):
    with open(path) as file:
        return {row["name"]: row for row in json.load(file)}


def exact(one, left, other, right):
    if left.keys() != right.keys():
        sys.exit(f"{one} and {other} see different operations: {sorted(left.keys() ^ right.keys())[:5]}")
    for name, row in left.items():
        for field, value in row.items():
            if not same(value, right[name][field]):
                sys.exit(f"{name}: {field} is {value} in {one} and {right[name][field]} in {other}")


def same(a, b):
    if isinstance(a, list) or isinstance(b, list):
        # No value at all: SQL says null, polars a list of nulls.
        known_a, known_b = ([value for value in values or [] if value is not None] for values in (a, b))
        return len(known_a) == len(known_b) and all(map(same, known_a, known_b))
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=EXACT)
    return a == b


def pss(path, expected):
    with open(path) as file:
        report = json.load(file)
    # Compared as far as the report goes: it may leave out small operations.
    operations = {}
    for operation in report["operations"]:
        operations.setdefault(operation["operation"], []).append(operation)
    if not operations:
        sys.exit("the report of pss names no operation")
    compared = 0
    for name, parts in operations.items():
        row = expected.get(name)
        if row is None:
            sys.exit(f"pss reports an operation {name!r} that is not in the trace")
        for field in ("n", "errors"):
            found = sum(part[field] for part in parts)
            if found != row[field]:
                sys.exit(f"{name}: {field} is {found} in pss and {row[field]} in duckdb")
        if len(parts) > 1:
            continue
        for field, share, value in zip(("q50", "q99"), (0.5, 0.01), row["quantiles"]):
            if row["n"] * share < BEYOND:
                continue
            if not math.isclose(parts[0][field], value, rel_tol=QUANTILE):
                sys.exit(f"{name}: {field} is {parts[0][field]} in pss and {value} in duckdb")
            compared += 1
    spans = sum(row["n"] - row["system"] for row in expected.values())
    records = sum(row["n"] for row in expected.values())
    if (report["input"]["records"], report["input"]["spans"]) != (records, spans):
        sys.exit(f"pss read {report['input']['records']} records and {report['input']['spans']} spans, duckdb {records} and {spans}")
    print(f"pss agrees with them on n and errors of {len(operations)} operations, and on the {compared} medians and 99th percentiles with {BEYOND} values or more beyond them")


if __name__ == "__main__":
    main()
