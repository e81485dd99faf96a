#!/usr/bin/env bash
#===- tidy.sh - clang-tidy over changed or named files ------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# usage: tidy.sh [FILE...]   without files: the C++ files that differ from origin/main (or $BASE). The tree must be built:
# generated headers and compile_commands.json come from there (BUILD_DIR, default build).
set -euo pipefail
cd "$(dirname "$0")/.."
files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  mapfile -t files < <(git diff --name-only --diff-filter=d "${BASE:-origin/main}" -- '*.cpp' '*.c')
fi
[ ${#files[@]} -eq 0 ] && { echo "tidy: no file differs from ${BASE:-origin/main}"; exit 0; }
# Without precompiled headers, so that a file that does not include what it needs is found, too.
build=${BUILD_DIR:-build}
mkdir -p "$build/tidy"
sed -E 's/-Xclang -include-pch -Xclang [^ ]+ -Xclang -include -Xclang [^ ]+//' "$build/compile_commands.json" \
  >"$build/tidy/compile_commands.json"
printf '%s\0' "${files[@]}" |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy-22 -p "$build/tidy" --quiet --warnings-as-errors='*'
