#!/usr/bin/env bash
#===- run.sh - unpacks ONNX's node tests and runs them ------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# usage: run.sh QCC-CONFORMANCE ARCHIVE-NAME [ARGUMENT...]
# ARCHIVE-NAME is that of a .tar in the models' folder `conformance`. Exits with 77 (skipped) where there is none. A wrong
# result is a failure unless known-wrong.txt names the test: those are bugs that are known and not mended yet.
set -euo pipefail
program=$1
name=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
archive=${QCC_MODELS:-$here/../../../shared/models}/conformance/$name.tar
if [ ! -f "$archive" ]; then
  echo "skipped: $archive is not there"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xf "$archive" -C "$work"

status=0
"$program" "$work"/* "$@" >"$work/log" || status=$?
cat "$work/log"
[ "$status" -eq 0 ] && exit 0

sed -n 's/^WRONG \([^:]*\): .*/\1/p' "$work/log" | sort >"$work/wrong"
grep -v '^#' "$here/known-wrong.txt" | sort >"$work/known"
new=$(comm -23 "$work/wrong" "$work/known" | tr '\n' ' ')
if [ ! -s "$work/wrong" ] || [ -n "$new" ] || grep -q '^at least .* should have passed$' "$work/log"; then
  echo "new wrong results: ${new:-none}" >&2
  exit 1
fi
echo "all $(wc -l <"$work/wrong") wrong results are known (test/conformance/known-wrong.txt)"
