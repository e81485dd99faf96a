#!/usr/bin/env bash
#===- sanitize.sh - the runtime's tests and the fuzz targets, sanitized -------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# usage: sanitize.sh address|thread [BUILD_DIR]
#   address   ASan and UBSan: the runtime's and the importer's tests, and a short run of each fuzz target
#   thread    TSan: the runtime's tests
# Builds in BUILD_DIR/sanitize-KIND; only the runtime, its tests and what they need is built again.
set -euo pipefail
kind=$1
source=$(cd "$(dirname "$0")/.." && pwd)
main=$(cd "${2:-$source/build}" && pwd)
build=$main/sanitize-$kind
export QCC_DEPS_DIR=${QCC_DEPS_DIR:-$(sed -n 's/^QCC_DEPS_DIR:[A-Z]*=//p' "$main/CMakeCache.txt")}

case $kind in
  address) options=(-DQCC_SANITIZE=address,undefined,fuzzer-no-link) ;;
  thread) options=(-DQCC_SANITIZE=thread) ;;
  *) echo "sanitize: unknown kind '$kind'" >&2 && exit 1 ;;
esac
cmake -G Ninja -S "$source" -B "$build" "${options[@]}" >/dev/null
# Neither LLVM nor ONNX is instrumented: their containers' annotations are not to be believed.
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_container_overflow=0}
export TSAN_OPTIONS=${TSAN_OPTIONS:-halt_on_error=1}
cmake --build "$build" --target sanitized-tests
exec ctest --test-dir "$build" --output-on-failure -j "$(nproc)" --no-tests=error
