#!/usr/bin/env bash
#===- setup.sh - install what building and testing qcc needs -----------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# Debian 12 (bookworm), as root. Asks dpkg first: a second run takes a moment and touches no network.
set -euo pipefail

packages=(
  # to fetch and to build
  ca-certificates git cmake ninja-build ccache pkg-config
  # LLVM 22, pinned by its major version: Debian moves it within stable
  clang-22 clang-format-22 clang-tidy-22 libclang-rt-22-dev lld-22 llvm-22-dev llvm-22-tools
  libmlir-22-dev mlir-22-tools
  # LLD's archives, and what their CMake package names
  liblld-22-dev libzstd-dev zlib1g-dev
  # the headers and libraries that clang-22 compiles and links C++ with
  libc6-dev libstdc++-12-dev
  # ONNX
  libprotobuf-dev protobuf-compiler
  # tests, benchmarks, pictures
  libgtest-dev libgmock-dev libbenchmark-dev libjpeg-dev libpng-dev
  # Python for lit, for pip (the ONNX source archive) and for the peers' virtual environments
  python3 python3-venv python3-pip
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: all ${#packages[@]} packages are installed"
  exit 0
fi

if [ "$(id -u)" -ne 0 ]; then
  echo "setup: run as root, or install these first: ${missing[*]}" >&2
  exit 1
fi
echo "setup: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends "${missing[@]}"
