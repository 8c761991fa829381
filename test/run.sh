#!/usr/bin/env bash
# Runs the tests of the packages named, and fails on a failure or a skip: a skipped test proves nothing.
set -uo pipefail
# Tests wait for servers, processes and disks as often as they compute: one package more at a time than there are processors.
at_once=$(($(nproc) + 1))
out=$(mktemp); built=$(mktemp -d); trap 'rm -rf "$out" "$built"' EXIT
export DOSSIER_TEST_BUILT=$built # what several packages' tests compile and run, once
go test -count=1 -p "$at_once" -timeout 45m -v "$@" >"$out" 2>&1; code=$?
grep -E '^(ok|FAIL|---? FAIL|panic:)|no test files' "$out" | grep -v 'no test files'
if [ $code -ne 0 ]; then
  echo; echo "What failed said:"
  # What a test says stands under its name; what is under no name (a panic, a build that failed) belongs to the package.
  awk '
    function flush() { if (!passed || broken) printf "%s", loose; for (n in said) if (n in failed) printf "%s\n%s", n, said[n]; loose = ""; broken = passed = 0; delete said; delete failed }
    /^=== / { name = $3; next }
    /^ *--- FAIL: / { failed[$3]; broken = 1; next }
    /^ *--- (PASS|SKIP): / { next }
    /^ok / { passed = 1; name = ""; flush(); next }
    /^FAIL\t/ { name = ""; flush(); print; next }
    /^(panic|fatal error): / { name = "" }
    { if (name == "") loose = loose $0 "\n"; else said[name] = said[name] $0 "\n" }
    END { flush() }
  ' "$out" | tail -n 400
fi
passed=$(grep -cE '^\s*--- PASS' "$out"); failed=$(grep -cE '^\s*--- FAIL' "$out"); skipped=$(grep -cE '^\s*--- SKIP' "$out")
grep -E '^\s*--- SKIP' "$out"
echo "$passed passed, $failed failed, $skipped skipped"
[ $code -eq 0 ] && [ "$skipped" -eq 0 ]
