#!/usr/bin/env bash
# The main job for one member of the sample cooperative, on embedded stores under .demo/: nothing to install, no server. With STORE=postgres
# or STORE=mysql register and ledger are on a server, which ends with the demonstration.
set -euo pipefail
cd "$(dirname "$0")/../.."
demo=$PWD/.demo
rm -rf "$demo" && mkdir -p "$demo"

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
say() { printf '\n%s\n' "$bold$*$plain"; }
# prompt prints a command as it would be typed; the demo's own -q and the folders are left out.
prompt() {
  local word line=
  for word in "$@"; do
    [[ $word != *' '* || $word == *'|'* || $# -eq 1 ]] || word="\"$word\""
    line+=" $word"
  done
  printf '\n%s$ dossier %s%s\n' "$bold" "$(sed "s#$demo/##g; s#^-q ##" <<<"${line# }")" "$plain"
}
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

# on_server moves register and ledger to a server of kind $1, which its process holds until the end.
on_server() {
  local line
  $GO build -o "$demo/server" ./test/demo
  coproc SERVER { exec "$demo/server" "$1" "$demo" 2>"$demo/server.log"; }
  while read -r line <&"${SERVER[0]}" && [ -n "$line" ]; do echo "$line" >>"$demo/stores.env"; done
  [ "$line" = "" ] && grep -q DOSSIER_MAP "$demo/stores.env" || { cat "$demo/server.log" >&2; exit 1; }
  set -a; . "$demo/stores.env"; set +a
}
# psql and mariadb are the clients of an administrator, of the system $1.
psql() { local at=${1^^}_ADMIN_URL; command psql -q -v ON_ERROR_STOP=1 "${!at}"; }
mariadb() {
  local at=${1^^}_ADMIN_URL
  [[ ${!at} =~ ^mysql://([^:]+):([^@]+)@([^:]+):([0-9]+)/(.+)$ ]]
  printf '[client]\nuser=%s\npassword=%s\nhost=%s\nport=%s\n[mariadb]\ndatabase=%s\n' "${BASH_REMATCH[@]:1}" >"$demo/$1.cnf"
  command mariadb --defaults-file="$demo/$1.cnf"
}
# prepared lets the administrator of the system $1 carry out what dossier prints, as it stands, with the client $2.
prepared() {
  local what
  for what in grants install; do
    prompt "connector $what $1 | $2"
    bin/dossier -q connector $what "$1" | $2 "$1" >/dev/null
  done
}

GO=${GO:-go} STORE=${STORE:-sqlite}
case $STORE in
  sqlite) label=SQLite ;;
  postgres) label=PostgreSQL client=psql ;;
  mysql) label=MariaDB client=mariadb ;;
  *) echo "there is no demonstration on $STORE: STORE is sqlite, postgres or mysql" >&2; exit 2 ;;
esac
say "A housing cooperative: a register and a ledger in $label, a folder of documents, 2,000 invented members."
bin/dossier-sample --dir "$demo/stores" --requests "$demo/requests" >"$demo/stores.env"
export DOSSIER_MAP=manifests/cooperative
[ -z "${client:-}" ] || on_server "$STORE"
set -a; . "$demo/stores.env"; set +a
export DOSSIER_STATE=$demo/state/state.db DOSSIER_KEYS=$demo/keys/ring.json DOSSIER_OPERATOR=anna
clock 2026-11-06T11:20:00+01:00
{
  while IFS='=' read -r name value; do printf 'export %s=%q\n' "$name" "$value"; done <"$demo/stores.env"
  for name in DOSSIER_MAP DOSSIER_STATE DOSSIER_KEYS DOSSIER_OPERATOR; do printf 'export %s=%q\n' "$name" "${!name}"; done
  printf 'export DOSSIER_NOW=2026-11-07T11:45:00+01:00\nexport PATH=%q:$PATH\n' "$PWD/bin"
} >"$demo/shell"
run -q init >/dev/null
if [ -n "${client:-}" ]; then
  say "0. Their administrator grants the executor's account what it needs, and installs what holds restricted rows."
  for system in register ledger; do prepared $system "$client"; done
fi

# answer answers the open tasks of a request as their departments would; told records that its recipients were told, and answers theirs.
answer() {
  local id
  for id in $(bin/dossier -q task list --request "$1" | awk 'NR > 1 && $1 ~ /^[0-9]+$/ && $3 != "notify" { print $1 }'); do quietly -q --as "$2" task done "$id"; done
}
told() {
  local name
  for name in bank accountant mailer; do
    case " $2 " in *" $name "*) quietly -q recipients record "$1" $name --told "${DOSSIER_NOW:0:10}" --by letter --done ;; esac
  done
}
# digest is that of a plan file, short, as the screens show it.
digest() { local d; d=$(grep -o '"digest": *"[^"]*"' "$1" | head -1 | cut -d'"' -f4); echo "${d:0:15}…${d: -4}"; }

say "1. The data map says once where members' data is, why, and how long. It is checked like a program."
show -q manifest check
show -q manifest explain register/vehicles

say "2. Rectification (art. 16): a name and a phone number corrected everywhere, a statement added. Paper is a task for people."
clock 2026-10-12T10:00:00+02:00
show -q plan "$demo/requests/rectification.json" -o "$demo/rectification.json"
quietly -q apply 2026-000121 --approve "$(digest "$demo/rectification.json")"
answer 2026-000121 archiwum
told 2026-000121 "bank accountant"
clock 2026-10-13T11:00:00+02:00
show -q request wait 2026-000121

say "3. Restriction (art. 18): what she contests is put out of everybody's reach, and proven so by an ordinary account."
clock 2026-10-14T10:00:00+02:00
show -q plan "$demo/requests/restriction.json" -o "$demo/restriction.json"
quietly -q apply 2026-000122 --approve "$(digest "$demo/restriction.json")"
answer 2026-000122 archiwum
told 2026-000122 "bank accountant mailer"
clock 2026-10-15T11:00:00+02:00
show -q request wait 2026-000122

say "4. A use the law allows all the same (art. 18(2)): permitted for a time, to one account, recorded."
show -q restriction permit 2026-000122 --basis legal_claims --law "k.c., art. 118" --account "Radca prawny" --until 2026-10-31
show -q restriction open 2026-000122 --permit 1 --for "statement of claim" --only ledger/entries -o "$demo/permitted.zip"
show -q restriction uses 2026-000122

say "5. Lifting it, a week after she was told (art. 18(3)): byte for byte as it was."
clock 2026-11-03T15:30:00+01:00
quietly -q plan "$demo/requests/lift.json"
quietly -q apply 2026-000124
answer 2026-000124 archiwum
told 2026-000124 "bank accountant mailer"
show -q request wait 2026-000124

say "6. Access (art. 15): found in four systems. What may name others is looked at by people before it leaves."
clock 2026-11-06T11:20:00+01:00
quietly -q run "$demo/requests/access.json"
show -q task list
paper=$(bin/dossier -q task list --request 2026-000119 | awk '$3 == "manual" { print $1 }')
printf 'Kopia deklaracji członkowskiej z teczki papierowej.\n' >"$demo/declaration.txt"
show -q --as archiwum task done "$paper" --attach "$demo/declaration.txt"
answer 2026-000119 kancelaria
show -q request wait 2026-000119
show -q archive 2026-000119 -o "$demo/access.zip"

say "7. Portability (art. 20): what she gave herself, for another controller."
quietly -q run "$demo/requests/portability.json"
answer 2026-000120 kancelaria
show -q archive 2026-000120 -o "$demo/portability.zip"

say "8. Erasure (art. 17): seen before it happens. A plan changes nothing."
show -q plan "$demo/requests/erasure.json" -o "$demo/plan.json"
approval=$(digest "$demo/plan.json")

say "9. Whoever made the plan may not approve it; another person may. Then it is carried out, and checked."
clock 2026-11-06T11:40:00+01:00
refused 3 -q apply "$demo/plan.json" --approve "$approval"
show -q --as jan apply "$demo/plan.json" --approve "$approval"

say "10. It is not done before people have done their part, everyone who had the data was told, and every processor has confirmed."
clock 2026-11-06T15:00:00+01:00
answer 2026-000123 archiwum
told 2026-000123 "bank accountant mailer"
show -q recipients 2026-000123

say "11. A day later it looks once more, for applications go on writing. Then it is done."
clock 2026-11-07T11:45:00+01:00
show -q request wait 2026-000123

say "12. The evidence, verifiable offline; one bit changed, and it does not verify."
prompt "journal key > journal.pub"; run -q journal key >"$demo/journal.pub"
prompt "receipt 2026-000123 > receipt.json"; run -q receipt 2026-000123 >"$demo/receipt.json"
show -q receipt verify "$demo/receipt.json" --key "$demo/journal.pub"
sed 's/"outcome":"partly"/"outcome":"partlx"/' "$demo/receipt.json" >"$demo/altered.json"
refused 1 -q receipt verify "$demo/altered.json" --key "$demo/journal.pub"
show -q journal verify

say "13. What stays, and until when; and whether somebody is to be left out from now on (the value is never an argument)."
show -q due
prompt "tombstone check pesel - < pesel"
grep -A1 '"pesel"' "$demo/requests/erasure.json" | grep -o '[0-9]\{11\}' | run -q tombstone check pesel -

where=".demo/stores            the cooperative's own databases and documents"
case $STORE in
  postgres) where=".demo/stores            the cooperative's documents; its databases: psql \"\$REGISTER_ADMIN_URL\", after: . .demo/shell" ;;
  mysql) where=".demo/stores            the cooperative's documents; its databases: mariadb --defaults-file=.demo/register.cnf" ;;
esac
cat <<TXT

${bold}Where it all lies${plain}
  .demo/access.zip        unpack it and open index.html
  .demo/portability.zip   the same for another controller
  .demo/permitted.zip     what the permit opened while the restriction stood
  .demo/plan.json         the plan of the erasure that was approved
  .demo/receipt.json      the receipt; .demo/journal.pub verifies it
  $where

${bold}What to try next${plain}, after: . .demo/shell
  dossier run .demo/requests/spouse-access.json        her husband, who shares the flat: all of his is still there
  dossier plan .demo/requests/wife-erasure.json        a couple with one e-mail: what cannot be told apart is not touched
  dossier plan .demo/requests/unknown-dates-erasure.json   a date that cannot be read never lapses
  dossier request list                                 the register
  dossier manifest graph                               how the collections hang together
TXT

if [ -n "${client:-}" ] && [ -t 0 ]; then
  read -rp "The server ends when you press Enter; until then all of this works in another terminal. "
elif [ -n "${client:-}" ]; then
  echo "The server ends now; started from a terminal, the demonstration would wait with that."
fi
