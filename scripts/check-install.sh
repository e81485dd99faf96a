#!/usr/bin/env bash
#===- check-install.sh - can a program be built with what is installed? -------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# usage: check-install.sh BUILD_DIR C-COMPILER
# Installs the built runtime into a scratch folder, moves it, and builds test/install against it: with CMake's find_package
# (static and shared), and with pkg-config (static and shared). Checks the size and the dependencies of the library.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
build=$1
cc=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/prefix"
library=$(find "$work/prefix" -name 'libqcc_runtime.so.*.*')

cmake -G Ninja -S "$source/test/install" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_C_COMPILER="$cc" >/dev/null
cmake --build "$work/build" >/dev/null
"$work/build/user-static"
"$work/build/user-shared"

pc=$(dirname "$(find "$work/prefix" -name qcc-runtime.pc)")
export PKG_CONFIG_PATH=$pc
# shellcheck disable=SC2046 # flags are a list
"$cc" "$source/test/install/main.c" $(pkg-config --cflags --libs qcc-runtime) -o "$work/user-pc"
LD_LIBRARY_PATH=$(dirname "$library") "$work/user-pc"
# shellcheck disable=SC2046
"$cc" -static "$source/test/install/main.c" $(pkg-config --static --cflags --libs qcc-runtime) -o "$work/user-pc-static"
"$work/user-pc-static"

size=$(stat -c %s "$library")
needed=$(readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | tr '\n' ' ')
echo "runtime library: $size bytes, needs $needed"
if [ "$size" -ge 300000 ]; then
  echo "check-install: the library has 300 KB or more" >&2
  exit 1
fi
for name in $needed; do
  case $name in
    libc.so.*|libm.so.*|libpthread.so.*|ld-linux-*) ;;
    *) echo "check-install: the library needs $name" >&2 && exit 1 ;;
  esac
done
