#!/usr/bin/env bash
# The main job for one member of the sample cooperative, on embedded stores under .demo/: nothing to install, no server.
set -euo pipefail
cd "$(dirname "$0")/.."
demo=$PWD/.demo
rm -rf "$demo" && mkdir -p "$demo"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] && [ -z "${NO_COLOR:-}" ] || say() { printf '\n%s\n' "$*"; }
# show runs a command and prints it first. An exit code of 4 says that something is waited for: that is no failure here.
show() {
  printf '\n$ %s\n' "$(sed "s#$demo/##g" <<<"dossier $*")"
  local code=0
  bin/dossier "$@" || code=$?
  [ $code -eq 0 ] || [ $code -eq 4 ] || { echo "ended with $code"; exit $code; }
}

say "A housing cooperative: a register and a ledger in SQLite, a folder of documents, 2,000 invented members."
bin/dossier-sample --dir "$demo/stores" --requests "$demo/requests" >"$demo/env"
set -a; . "$demo/env"; set +a
export DOSSIER_MAP=manifests/cooperative DOSSIER_STATE=$demo/state/state.db DOSSIER_KEYS=$demo/keys/ring.json
export DOSSIER_OPERATOR=anna DOSSIER_NOW=2026-11-06T11:20:00+01:00
bin/dossier -q init >/dev/null

say "1. What is held about one member, and where: the data map is checked."
show manifest check

say "2. Access (art. 15): the package the member receives."
show -q run "$demo/requests/access.json"
show archive 2026-000119 -o "$demo/access.zip"

say "3. Portability (art. 20): what she gave us herself, for another controller."
show -q run "$demo/requests/portability.json"
show archive 2026-000120 -o "$demo/portability.zip"

say "4. Erasure (art. 17): seen before it happens. Nothing is changed by a plan."
show -q plan "$demo/requests/erasure.json" -o "$demo/plan.json"

say "5. Another person approves it, and it is carried out, checked and evidenced."
digest=$(grep -o '"digest": *"[^"]*"' "$demo/plan.json" | head -1 | cut -d'"' -f4)
show -q --as jan apply "$demo/plan.json" --approve "$digest"

say "6. A day later: everything is looked at once more, for applications go on writing."
export DOSSIER_NOW=2026-11-07T11:45:00+01:00
for r in bank accountant mailer; do show -q recipients record 2026-000123 $r --told 2026-11-07 --by letter --done >/dev/null; done
show -q request wait 2026-000123

say "7. The evidence, verifiable offline."
bin/dossier journal key >"$demo/journal.pub"
bin/dossier receipt 2026-000123 >"$demo/receipt.json"
show receipt verify "$demo/receipt.json" --key "$demo/journal.pub"
show journal verify

cat <<TXT

Where it all lies:
  .demo/access.zip        unpack it and open index.html
  .demo/plan.json         the plan that was approved
  .demo/receipt.json      the receipt; .demo/journal.pub verifies it
  .demo/stores            the cooperative's own databases and documents

What to try next (first: set -a; . .demo/env; set +a; export DOSSIER_MAP=manifests/cooperative DOSSIER_STATE=.demo/state/state.db DOSSIER_KEYS=.demo/keys/ring.json):
  bin/dossier plan .demo/requests/spouse-access.json      her husband, who shares the flat
  bin/dossier plan .demo/requests/stranger-erasure.json   a phone number that was given to a stranger
  bin/dossier request list                                the register
  bin/dossier manifest explain ledger/entries             what the map says of one place
TXT
