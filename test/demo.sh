#!/usr/bin/env bash
# The main job for one member of the sample cooperative, on embedded stores under .demo/: nothing to install, no server.
set -euo pipefail
cd "$(dirname "$0")/.."
demo=$PWD/.demo
rm -rf "$demo" && mkdir -p "$demo"

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
say() { printf '\n%s\n' "$bold$*$plain"; }
# prompt prints a command as it would be typed; the demo's own -q and the folders are left out.
prompt() { printf '\n%s$ dossier %s%s\n' "$bold" "$(sed "s#$demo/##g; s#^-q ##" <<<"$*")" "$plain"; }
# run runs a command. Exit code 4 says that something is waited for: that is no failure here.
run() {
  local code=0
  bin/dossier "$@" || code=$?
  [ $code -eq 0 ] || [ $code -eq 4 ] || { echo "dossier $* ended with $code" >&2; exit $code; }
}
show() { prompt "$@"; run "$@"; }
quietly() { prompt "$@"; run "$@" >/dev/null; }
# refused shows a command that must fail, with the exit code it must fail with.
refused() {
  local want=$1 code=0
  shift
  prompt "$@"
  bin/dossier "$@" 2>&1 || code=$?
  [ $code -eq "$want" ] || { echo "dossier $* ended with $code, want $want" >&2; exit 1; }
}
# clock sets the time dossier goes by; the sample's day is 6 November 2026.
clock() { export DOSSIER_NOW=$1; }

say "A housing cooperative: a register and a ledger in SQLite, a folder of documents, 2,000 invented members."
bin/dossier-sample --dir "$demo/stores" --requests "$demo/requests" >"$demo/stores.env"
set -a; . "$demo/stores.env"; set +a
export DOSSIER_MAP=manifests/cooperative DOSSIER_STATE=$demo/state/state.db DOSSIER_KEYS=$demo/keys/ring.json DOSSIER_OPERATOR=anna
clock 2026-11-06T11:20:00+01:00
{
  while IFS='=' read -r name value; do printf 'export %s=%q\n' "$name" "$value"; done <"$demo/stores.env"
  for name in DOSSIER_MAP DOSSIER_STATE DOSSIER_KEYS DOSSIER_OPERATOR; do printf 'export %s=%q\n' "$name" "${!name}"; done
  printf 'export DOSSIER_NOW=2026-11-07T11:45:00+01:00\nexport PATH=%q:$PATH\n' "$PWD/bin"
} >"$demo/shell"
run -q init >/dev/null

say "1. The data map says once where members' data is, why, and how long. It is checked like a program."
show -q manifest check
show -q manifest explain register/vehicles

say "2. Access (art. 15): found in three systems. What is on paper, and what may name others, is for people."
show -q run "$demo/requests/access.json"
printf '%%PDF-1.4 a scan of her file\n' >"$demo/scan.pdf"
show -q task list
show -q --as archiwum task done 1 --attach "$demo/scan.pdf"
for task in 2 3 4 5; do quietly -q --as ewa task done $task; done
show -q request show 2026-000119
show -q archive 2026-000119 -o "$demo/access.zip"

say "3. Portability (art. 20): what she gave herself, for another controller."
quietly -q run "$demo/requests/portability.json"
show -q archive 2026-000120 -o "$demo/portability.zip"

say "4. Erasure (art. 17): seen before it happens. A plan changes nothing."
show -q plan "$demo/requests/erasure.json" -o "$demo/plan.json"
digest=$(grep -o '"digest": *"[^"]*"' "$demo/plan.json" | head -1 | cut -d'"' -f4)
digest=${digest:0:15}…${digest: -4} # as the screens show it

say "5. Whoever made the plan may not approve it; another person may. Then it is carried out, and checked."
clock 2026-11-06T11:40:00+01:00
refused 3 -q apply "$demo/plan.json" --approve "$digest"
show -q --as jan apply "$demo/plan.json" --approve "$digest"

say "6. It is not done before everyone who had the data was told, and every processor has confirmed."
clock 2026-11-06T15:00:00+01:00
quietly -q recipients record 2026-000123 bank --told 2026-11-06 --by letter
quietly -q recipients record 2026-000123 accountant --told 2026-11-06 --by letter --done
quietly -q recipients record 2026-000123 mailer --told 2026-11-06 --by telephone --done
quietly -q --as archiwum task done 6
show -q recipients 2026-000123

say "7. A day later it looks once more, for applications go on writing. Then it is done."
clock 2026-11-07T11:45:00+01:00
show -q request wait 2026-000123

say "8. The evidence, verifiable offline; one bit changed, and it does not verify."
prompt "journal key > journal.pub"; run -q journal key >"$demo/journal.pub"
prompt "receipt 2026-000123 > receipt.json"; run -q receipt 2026-000123 >"$demo/receipt.json"
show -q receipt verify "$demo/receipt.json" --key "$demo/journal.pub"
sed 's/"outcome":"partly"/"outcome":"partlx"/' "$demo/receipt.json" >"$demo/altered.json"
refused 1 -q receipt verify "$demo/altered.json" --key "$demo/journal.pub"
show -q journal verify

say "9. What stays, and until when; and whether somebody is to be left out from now on (the value is never an argument)."
show -q due
prompt "tombstone check pesel - < pesel"
grep -A1 '"pesel"' "$demo/requests/erasure.json" | grep -o '[0-9]\{11\}' | run -q tombstone check pesel -

cat <<TXT

${bold}Where it all lies${plain}
  .demo/access.zip        unpack it and open index.html
  .demo/portability.zip   the same for another controller
  .demo/plan.json         the plan that was approved
  .demo/receipt.json      the receipt; .demo/journal.pub verifies it
  .demo/stores            the cooperative's own databases and documents

${bold}What to try next${plain}, after: . .demo/shell
  dossier run .demo/requests/spouse-access.json        her husband, who shares the flat: all of his is still there
  dossier plan .demo/requests/wife-erasure.json        a couple with one e-mail: what cannot be told apart is not touched
  dossier plan .demo/requests/unknown-dates-erasure.json   a date that cannot be read never lapses
  dossier request list                                 the register
  dossier manifest graph                               how the collections hang together
TXT
