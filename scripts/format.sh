#!/usr/bin/env bash
#===- format.sh - clang-format over the tree ----------------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# usage: format.sh            formats every C and C++ file that git knows or would add
#        format.sh --check    changes nothing; prints what would change, and exits with 1 if anything would
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -d '' -t files < <(git ls-files -z --cached --others --exclude-standard --deduplicate -- '*.c' '*.cpp' '*.h')
existing=()
for file in "${files[@]}"; do
  [ -f "$file" ] && existing+=("$file")
done

if [ "${1:-}" != --check ]; then
  printf '%s\0' "${existing[@]}" | xargs -0 -r -n 16 -P "$(nproc)" clang-format-22 --style=file -i
  exit 0
fi
# Quick for a clean tree: one process for many files decides whether anything is to be printed.
if printf '%s\0' "${existing[@]}" | xargs -0 -r -n 16 -P "$(nproc)" clang-format-22 --style=file --dry-run --Werror 2>/dev/null; then
  echo "format: ${#existing[@]} files are as clang-format wants them"
  exit 0
fi
for file in "${existing[@]}"; do
  diff -u --label "$file" --label "$file (clang-format)" "$file" <(clang-format-22 --style=file "$file") || true
done
echo "format: run scripts/format.sh" >&2
exit 1
