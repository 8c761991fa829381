#!/usr/bin/env bash
# Installs what the tests need beside Go, where it is missing: a browser, fonts for it, servers of PostgreSQL and MariaDB, which are not started, FerretDB and MinIO.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${DOSSIER_TEST_MONGODB_URL:-}" ]; then # a minute the first time
  mkdir -p .tools && (cd test/servers/ferretdb && GOWORK=off CGO_ENABLED=0 "${GO:-go}" build -trimpath -o ../../../.tools/ferretdb . && touch ../../../.tools/ferretdb)
fi
if [ -z "${DOSSIER_TEST_S3_URL:-}" ]; then # three minutes the first time
  mkdir -p .tools && (cd test/servers/minio && GOWORK=off CGO_ENABLED=0 "${GO:-go}" build -trimpath -o ../../../.tools/minio github.com/minio/minio && touch ../../../.tools/minio)
fi
need=()
[ -x /usr/bin/chromium ] || need+=(chromium fonts-dejavu-core)
[ -n "${DOSSIER_TEST_POSTGRES_URL:-}" ] || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || need+=(postgresql)
[ -n "${DOSSIER_TEST_MYSQL_URL:-}" ] || [ -x /usr/sbin/mariadbd ] || need+=(mariadb-server)
[ ${#need[@]} -eq 0 ] && exit 0
echo "installing ${need[*]}"
as_root=(); [ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null
