#!/usr/bin/env python3
#===- samples.py - what more calibration samples do ---===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Compiles real models with qcc's defaults from few, more and all calibration samples, in several random draws each, and
with the two data sets exchanged, and prints a Markdown table of what each keeps of the float model on samples that
calibration did not see: for each number of samples the mean over the draws of the SQNR (and the least and the greatest) and of the
agreement of top-1.

usage: python bench/samples.py [--models A,B] [--counts 8,32] [--draws N] [--json F]
Runs in the environment of test/requirements.txt (scripts/venv.sh makes it).
"""

import json
import os
import statistics
import sys
import tempfile

import numpy as np

import models
import quality


def measure(model, qcc, calib, test, references, folder):
    """The row of quality.py for qcc."""
    saved, out = os.path.join(folder, "calib.npy"), os.path.join(folder, "model.qcm")
    np.save(saved, calib)
    qcc.compile(model, saved, out)
    return quality.judge(model, references, qcc.run(out, model, test.inputs, folder), test.labels)


def rows_of(model, qcc, counts, draws):
    """Yields (samples, draw, row); samples are a number, "all" or "exchanged"."""
    calib, test = model.calib(), model.test()
    with tempfile.TemporaryDirectory() as folder:
        references = quality.run_ort(model.path, test.inputs)
        for count in counts:
            for draw in range(draws):
                order = np.random.default_rng(draw).permutation(len(calib.inputs))
                chosen = calib.inputs[np.sort(order[:count])]
                yield count, draw, measure(model, qcc, chosen, test, references, folder)
        yield "all", 0, measure(model, qcc, calib.inputs, test, references, folder)
        references = quality.run_ort(model.path, calib.inputs)
        yield "exchanged", 0, measure(model, qcc, test.inputs, calib, references, folder)


def cell(rows):
    numbers = [row["sqnr_db"] for row in rows]
    text = f"{statistics.mean(numbers):.1f} dB"
    if len(rows) > 1:
        text += f" ({min(numbers):.1f} to {max(numbers):.1f})"
    if "agreement" in rows[0]:
        text += f", {100 * statistics.mean(row['agreement'] for row in rows):.1f} %"
    return text


def main():
    parser = models.argument_parser(__doc__, "resnet20-cifar10,resnet56-cifar10,mobilenet_v2,squeezenet")
    parser.add_argument("--counts", default="8,32")
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--json", help="write all rows here")
    args = parser.parse_args()
    counts = [int(count) for count in args.counts.split(",")]
    heads = [*counts, "all", "exchanged"]
    print("| model | " + " | ".join(str(head) for head in heads) + " |")
    print("|" + "---|" * (len(heads) + 1), flush=True)
    kept = []
    for name in args.models:
        groups = {}
        for samples, draw, row in rows_of(models.ALL[name], quality.Qcc(args.binaries, "8"), counts, args.draws):
            groups.setdefault(samples, []).append(row)
            kept.append({"model": name, "samples": samples, "draw": draw, **row})
        print(f"| {name} | " + " | ".join(cell(groups[head]) for head in heads) + " |", flush=True)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"schema": "qcc.samples/1", "rows": kept}, file, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
