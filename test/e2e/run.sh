#!/usr/bin/env bash
#===- run.sh - runs a script in the environment of the tests -----------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# usage: run.sh SCRIPT.py [ARGUMENT...]
# Exits with 77 (skipped) where the folder of the real models is not there.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
models=${QCC_MODELS:-$root/../shared/models}
if [ ! -d "$models/onnx" ]; then
  echo "skipped: $models is not there"
  exit 77
fi
exec "$("$root/scripts/venv.sh" "$root/test/requirements.txt")" "$@"
