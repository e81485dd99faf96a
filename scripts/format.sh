#!/usr/bin/env bash
#===- format.sh - clang-format over the tree ----------------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# usage: format.sh            formats every C and C++ file that git knows or would add
#        format.sh --check    changes nothing, exits with 1 if that would change a file
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(-i)
[ "${1:-}" = --check ] && mode=(--dry-run --Werror)
git ls-files -z --cached --others --exclude-standard -- '*.c' '*.cpp' '*.h' |
  xargs -0 -r -n 16 -P "$(nproc)" clang-format-22 --style=file "${mode[@]}"
