#!/usr/bin/env bash
#===- demo.sh - a trained model, quantized, compiled and run -------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
# Installs what is missing, builds, and compiles Magika (Google's file-type classifier) to int8: calibrated on files of this
# machine, checked, and run on the files of this repository.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD_DIR:-build}
export QCC_DEPS_DIR=${QCC_DEPS_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/qcc}
say() { printf '\n== %s\n' "$*"; }

say "Install and build"
scripts/setup.sh
scripts/build.sh qcc qcc-run qcc-bench
export PATH="$PWD/$build/bin:$PATH"

say "Fetch the model"
version=1.0.3
sha256=3e9b49134e8116ee40b431664dcbed9e199413efddcce1a173c734b4e0521529
package=$QCC_DEPS_DIR/magika-$version
if [ ! -e "$package/complete" ]; then
  rm -rf "$package" && mkdir -p "$package"
  echo "magika==$version --hash=sha256:$sha256" >"$package/requirements.txt"
  python3 -m pip download --disable-pip-version-check --quiet --no-deps --only-binary :all: --require-hashes \
    --platform manylinux_2_28_x86_64 -r "$package/requirements.txt" -d "$package"
  python3 -m zipfile -e "$package"/magika-*.whl "$package/files"
  touch "$package/complete"
fi
model=$package/files/magika/models/standard_v3_3
ls -l "$model/model.onnx"

work=$build/demo
mkdir -p "$work"
say "Calibration data: files of this machine"
scripts/magika.py find 256 /etc /usr/bin /usr/include /usr/lib /usr/share >"$work/calib.txt"
scripts/magika.py features "$work/calib.npy" <"$work/calib.txt"
echo "$(wc -l <"$work/calib.txt") files, the first of them $(head -n 1 "$work/calib.txt")"

say "Compile"
for bits in f32 8; do
  start=$(date +%s%N)
  calib=()
  [ "$bits" = 8 ] && calib=("-calib=$work/calib.npy")
  qcc "$model/model.onnx" -target=x86 -bits=$bits -shape=bytes:1x2048 "${calib[@]}" -o "$work/magika-$bits.qcm"
  echo "-bits=$bits: $(stat -c %s "$work/magika-$bits.qcm") bytes, $((($(date +%s%N) - start) / 1000000)) ms"
done

say "Self-test"
for bits in f32 8; do
  qcc-run "$work/magika-$bits.qcm" -selftest
done

say "Classify the files of this repository"
git ls-files -z | xargs -0 -n 1 | while read -r file; do
  if [ -f "$file" ] && [ "$(stat -c %s "$file")" -ge 16 ]; then echo "$file"; fi
done >"$work/files.txt"
scripts/magika.py features "$work/files.npy" <"$work/files.txt"
for bits in f32 8; do
  qcc-run "$work/magika-$bits.qcm" -input "bytes=$work/files.npy" -output "target_label=$work/labels-$bits.npy"
done
scripts/magika.py report "$model/config.min.json" "$work/labels-f32.npy" "$work/labels-8.npy" --minimum 0.98 <"$work/files.txt"

say "Latency, one file at a time"
for bits in f32 8; do
  echo "-bits=$bits:"
  qcc-bench "$work/magika-$bits.qcm" -threads=1
done
