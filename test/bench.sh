#!/usr/bin/env bash
# Ratios against hand-written code in the same run, as tables. Options go through: test/bench.sh -only erasure -n 60
set -euo pipefail
cd "$(dirname "$0")/.."
exec "${GO:-go}" run ./test/bench -bin bin "$@"
