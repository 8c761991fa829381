#!/usr/bin/env bash
# Every fuzz target for a while; the time is the argument.
set -euo pipefail
cd "$(dirname "$0")/.."
go list -f '{{.Dir}}' ./... | while read -r dir; do
  grep -hoE '^func (Fuzz[A-Za-z0-9_]+)' "$dir"/*_test.go 2>/dev/null | awk '{print $2}' | while read -r f; do
    echo "$f in ${dir#"$PWD"/}"
    (cd "$dir" && go test -run '^$' -fuzz "^$f\$" -fuzztime "${1:-30s}" -fuzzminimizetime 1x .)
  done
done
