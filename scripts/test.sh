#!/usr/bin/env bash
#===- test.sh - install, build and run every test ----------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# usage: test.sh [ctest arguments], for instance: test.sh -R lit/passes
# The last lines are ctest's summary; the exit status is ctest's.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD_DIR:-build}

start=$SECONDS
scripts/setup.sh
installed=$SECONDS
scripts/build.sh
built=$SECONDS
echo "test: setup took $((installed - start)) s, build $((built - installed)) s"

progress=()
[ -t 1 ] && progress=(--progress)
exec ctest --test-dir "$build" -j "$(nproc)" --output-on-failure --no-tests=error "${progress[@]}" "$@"
