#!/usr/bin/env bash
#===- venv.sh - a Python environment from a pinned list of requirements -------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# usage: venv.sh REQUIREMENTS.txt
# Prints the path of the environment's Python. The environment is kept below $QCC_DEPS_DIR (default: ~/.cache/qcc), under
# the hash of the list, so it is made once for all checkouts. Python is no part of the product: tests and benchmarks use it
# to run other people's software.
set -euo pipefail
requirements=$1
deps=${QCC_DEPS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/qcc}
key=$(sha256sum <"$requirements" | cut -c1-12)
venv=$deps/venv-$key
mkdir -p "$deps"
exec 9>"$venv.lock"
flock 9
if [ ! -e "$venv/complete" ]; then
  echo "venv: installing $requirements into $venv" >&2
  rm -rf "$venv"
  python3 -m venv "$venv" >&2
  "$venv/bin/python" -m pip install --disable-pip-version-check --quiet --no-deps --only-binary :all: --require-hashes \
    -r "$requirements" >&2
  touch "$venv/complete"
fi
echo "$venv/bin/python"
