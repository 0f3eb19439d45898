#!/usr/bin/env bash
# Fuzzes every target for SECONDS_EACH (900 by default) and prints executions, coverage and findings of each; ends with 1 when there is a finding, whose input
# stays in artifacts/TARGET and whose report is shown. Needs a nightly toolchain and cargo-fuzz. FEATURES=columnar adds Parquet and Arrow to the formats.
set -u
cd "$(dirname "$0")"
seconds=${1:-900}
shift || true
targets=${*:-reader formats native pypss summary config}
found=0
for target in $targets; do
  log=$(mktemp)
  started=$(mktemp)
  # What it finds on its way is kept apart from the corpus of the repository, which holds the seeds.
  mkdir -p "work/$target"
  cargo +nightly fuzz run --fuzz-dir . --features "${FEATURES:-}" "$target" "work/$target" "corpus/$target" -- -max_total_time="$seconds" -print_final_stats=1 -timeout=20 -rss_limit_mb=4096 >"$log" 2>&1
  status=$?
  executions=$(grep -o 'stat::number_of_executed_units: *[0-9]*' "$log" | grep -o '[0-9]*$')
  coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -1)
  # Artifacts of earlier runs are no findings of this one.
  findings=$(find "artifacts/$target" -type f -newer "$started" 2>/dev/null)
  echo "$target: ${executions:-?} executions in $seconds s, ${coverage:-cov: ?}, $(grep -c . <<<"$findings") findings, exit $status"
  if [ -n "$findings" ] || [ "$status" -ne 0 ]; then
    found=1
    echo "$findings"
    # The end of the log has the panic or the slow input with its stack.
    tail -40 "$log"
    for input in $findings; do
      echo "$input, in base64:"
      base64 "$input" | head -c 4000
    done
  fi
  rm -f "$log" "$started"
done
exit "$found"
