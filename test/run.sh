#!/usr/bin/env bash
# Runs the tests of the packages named, with -run PATTERN before them some of the tests, and fails on a failure or a skip: a skipped test proves nothing.
set -uo pipefail
# Tests wait for servers, processes and disks as often as they compute: one package more at a time than there are processors.
at_once=$(($(nproc) + 1))
out=$(mktemp); mine=()
trap 'rm -rf "$out" "${mine[@]}"' EXIT
# What several packages' tests compile and run is compiled once; for several runs, where they name one folder.
[ -n "${DOSSIER_TEST_BUILT:-}" ] || { DOSSIER_TEST_BUILT=$(mktemp -d); mine+=("$DOSSIER_TEST_BUILT"); export DOSSIER_TEST_BUILT; }
some=()
[ "${1:-}" != -run ] || { some=(-run "${2:?a pattern}"); shift 2; }
# Packages start in the order they are named: those that take longest first, so that none of them is waited for alone in the end.
long=(test/faults test/clinic test/crash test/oracle test/restriction core/engine cmd/dossier test/twins test/leak test/access plugins/processes test/whose connectors/mysql
  connectors/mongodb connectors/s3 test/sabotage connectors/postgres core/archive connectors/sqlite test/shapes connectors/files core/datamap connectors/conformance test/bench)
mapfile -t packages < <(go list "$@")
[ ${#packages[@]} -gt 0 ] || exit 1
first=()
for p in "${long[@]}"; do
  for q in "${packages[@]}"; do [[ $q == */$p ]] && first+=("$q"); done
done
mapfile -t rest < <(printf '%s\n' "${packages[@]}" | grep -vxF -e "$(printf '%s\n' "${first[@]}")")
# The linter has had vet look at everything. Garbage is collected late: most processes end before
# they hold much. What measures memory sees to it that nothing it measures is told so.
go test -exec 'env GOGC=400' -count=1 -vet=off -p "$at_once" -timeout 45m -v "${some[@]}" "${first[@]}" "${rest[@]}" >"$out" 2>&1; code=$?
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
# A pattern that fits no test proves nothing either.
[ $code -eq 0 ] && [ "$skipped" -eq 0 ] && [ "$passed" -gt 0 ]
