#!/usr/bin/env bash
#===- tidy.sh - clang-tidy over changed or named files ------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# usage: tidy.sh [--all | FILE...]   without files: the C++ files that differ from origin/main (or $BASE). The tree must be built:
# generated headers and compile_commands.json come from there (BUILD_DIR, default build); files that are built elsewhere, as the
# examples, are left out.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD_DIR:-build}
files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  mapfile -t files < <(git diff --name-only --diff-filter=d "${BASE:-origin/main}" -- '*.cpp' '*.c')
elif [ "${files[*]}" = --all ]; then
  mapfile -t files < <(git ls-files '*.cpp' '*.c')
fi
mapfile -t files < <(for file in "${files[@]}"; do grep -qF "\"file\": \"$PWD/$file\"" "$build/compile_commands.json" && echo "$file"; done)
[ ${#files[@]} -eq 0 ] && { echo "tidy: no file to look at"; exit 0; }
# Without precompiled headers, so that a file that does not include what it needs is found, too.
mkdir -p "$build/tidy"
sed -E 's/-Xclang -include-pch -Xclang [^ ]+ -Xclang -include -Xclang [^ ]+//' "$build/compile_commands.json" \
  >"$build/tidy/compile_commands.json"
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy-22 -p "$build/tidy" --quiet --warnings-as-errors='*'
