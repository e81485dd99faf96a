#!/usr/bin/env bash
#===- run.sh - unpacks ONNX's node tests and runs them ------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# usage: run.sh QCC-CONFORMANCE ARCHIVE-NAME [ARGUMENT...]
# ARCHIVE-NAME is that of a .tar.gz in Inputs here, or of a .tar in the models' folder `conformance`. Exits with 77 (skipped) where
# there is none.
set -euo pipefail
program=$1
name=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
archive=$here/Inputs/$name.tar.gz
if [ ! -f "$archive" ]; then
  archive=${QCC_MODELS:-$here/../../../shared/models}/conformance/$name.tar
fi
if [ ! -f "$archive" ]; then
  echo "skipped: $archive is not there"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xf "$archive" -C "$work"

"$program" "$work"/* "$@"
