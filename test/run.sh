#!/usr/bin/env bash
# Runs the tests of the packages named, and fails on a failure or a skip: a skipped test proves nothing.
set -uo pipefail
out=$(mktemp); trap 'rm -f "$out"' EXIT
go test -count=1 -timeout 45m -v "$@" >"$out" 2>&1; code=$?
grep -E '^(ok|FAIL|---? FAIL|panic:)|no test files' "$out" | grep -v 'no test files'
if [ $code -ne 0 ]; then
  echo; echo "What failed said:"; grep -vE '^(=== |ok |\s*--- PASS|PASS|\?)' "$out" | tail -n 400
fi
passed=$(grep -cE '^\s*--- PASS' "$out"); failed=$(grep -cE '^\s*--- FAIL' "$out"); skipped=$(grep -cE '^\s*--- SKIP' "$out")
grep -E '^\s*--- SKIP' "$out"
echo "$passed passed, $failed failed, $skipped skipped"
[ $code -eq 0 ] && [ "$skipped" -eq 0 ]
