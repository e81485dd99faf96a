#!/usr/bin/env bash
#===- build.sh - configure and build qcc -------------------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# usage: build.sh [TARGET...]
#   BUILD_DIR      where to build (default: build)
#   QCC_DEPS_DIR   where built dependencies are kept (default: ~/.cache/qcc), shared by all checkouts
# More arguments for CMake go into CMAKE_ARGS.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD_DIR:-build}
export QCC_DEPS_DIR=${QCC_DEPS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/qcc}

# shellcheck disable=SC2086 # CMAKE_ARGS is a list
cmake -G Ninja -S . -B "$build" -DQCC_DEPS_DIR="$QCC_DEPS_DIR" ${CMAKE_ARGS:-}
cmake --build "$build" --target "${@:-all}"
