#!/usr/bin/env python3
#===- magika_labels.py - does int8 label unseen files as float does? ---------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Collects files of many kinds below some folders of this machine, calibrates Magika (../shared/models/onnx/magika.onnx) on some
of them, and compares the labels that the float and the int8 artifact give the others. No folder has files in both parts, so that
neighbours of a file cannot help.

usage: python bench/magika_labels.py [--calib N] [--test N] [--seed S] [--roots DIR ...] [--qcc-option=-OPTION ...]
Needs numpy, and the tools built (scripts/build.sh).
"""

import argparse
import collections
import hashlib
import os
import random
import subprocess
import sys
import tempfile

import numpy as np

import models
import magika  # of scripts/, where models looks

ROOTS = ["/etc", "/opt", "/root", "/usr", "/var/lib", "/var/cache", models.SOURCE, models.MODELS]


def collect(roots, seed):
    """Files by part and kind (suffix), in an order of chance that `seed` fixes."""
    parts = {"calib": collections.defaultdict(list), "test": collections.defaultdict(list)}
    for root in roots:
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(f for f in folders if f not in (".git", "__pycache__", "build"))
            digest = hashlib.sha256(f"{seed}:{folder}".encode()).digest()
            kinds = parts["calib" if digest[0] < 128 else "test"]
            for name in sorted(names):
                path = os.path.join(folder, name)
                kind = os.path.splitext(name)[1].lower()
                if not os.path.islink(path) and os.path.isfile(path) and os.path.getsize(path) >= 16:
                    kinds[kind].append(path)
    rng = random.Random(seed)
    for kinds in parts.values():
        for paths in kinds.values():
            rng.shuffle(paths)
    return parts


def take(kinds, count):
    """Files in turn from each kind, frequent kinds first."""
    order = sorted(kinds, key=lambda kind: (-len(kinds[kind]), kind))
    found, turn = [], 0
    while len(found) < count and any(len(kinds[kind]) > turn for kind in order):
        found += [kinds[kind][turn] for kind in order if len(kinds[kind]) > turn][:count - len(found)]
        turn += 1
    return found


def run(binaries, tool, *arguments):
    subprocess.run([os.path.join(binaries, tool), *arguments], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calib", type=int, default=256, help="files to calibrate on")
    parser.add_argument("--test", type=int, default=1000, help="files to compare on")
    parser.add_argument("--seed", type=int, default=0, help="another number, other files")
    parser.add_argument("--roots", nargs="+", default=ROOTS)
    parser.add_argument("--binaries", default=os.path.join(models.SOURCE, "build", "bin"))
    parser.add_argument("--qcc-option", action="append", default=[], help="hand on to qcc")
    parser.add_argument("--minimum", type=float, default=0, help="exit with 1 if fewer agree")
    args = parser.parse_args()

    parts = collect(args.roots, args.seed)
    files = {"calib": take(parts["calib"], args.calib), "test": take(parts["test"], args.test)}
    model = os.path.join(models.MODELS, "onnx", "magika.onnx")
    with tempfile.TemporaryDirectory() as folder:
        for part, paths in files.items():
            np.save(f"{folder}/{part}.npy", np.array([magika.features(path) for path in paths], np.int32))
        scores = {}
        for bits, options in (("f32", []), ("8", [f"-calib={folder}/calib.npy", *args.qcc_option])):
            run(args.binaries, "qcc", model, f"-bits={bits}", "-shape=bytes:1x2048", *options, "-o", f"{folder}/{bits}.qcm")
            run(args.binaries, "qcc-run", f"{folder}/{bits}.qcm", "-input", f"bytes={folder}/test.npy", "-output",
                f"target_label={folder}/{bits}.npy")
            scores[bits] = np.load(f"{folder}/{bits}.npy")
    reference, quantized = scores["f32"].argmax(1), scores["8"].argmax(1)
    differ = np.flatnonzero(reference != quantized)
    for i in differ:
        best = scores["f32"][i, reference[i]]
        print(f"differs: {files['test'][i]}: label {reference[i]} at {best:.3f} in float, {quantized[i]} in int8")
    agreement = 1 - len(differ) / len(reference)
    print(f"same label: {100 * agreement:.2f} % of {len(reference)} files of {len(set(reference))} types")
    return 0 if agreement >= args.minimum else 1


if __name__ == "__main__":
    sys.exit(main())
