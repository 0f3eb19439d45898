#!/usr/bin/env bash
# Fuzzes every target for SECONDS_EACH (900 by default) and prints executions, coverage and findings of each. Needs a nightly toolchain and cargo-fuzz.
set -u
cd "$(dirname "$0")"
seconds=${1:-900}
shift || true
targets=${*:-reader formats native pypss summary config}
for target in $targets; do
  log=$(mktemp)
  # What it finds on its way is kept apart from the corpus of the repository, which holds the seeds.
  mkdir -p "work/$target"
  cargo +nightly fuzz run --fuzz-dir . "$target" "work/$target" "corpus/$target" -- -max_total_time="$seconds" -print_final_stats=1 -timeout=20 -rss_limit_mb=4096 >"$log" 2>&1
  status=$?
  executions=$(grep -o 'stat::number_of_executed_units: *[0-9]*' "$log" | grep -o '[0-9]*$')
  coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -1)
  findings=$(ls artifacts/"$target" 2>/dev/null | wc -l)
  echo "$target: ${executions:-?} executions in $seconds s, ${coverage:-cov: ?}, $findings findings, exit $status"
  rm -f "$log"
done
