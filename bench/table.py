#!/usr/bin/env python3
#===- table.py - the README's table: quality and latency against the peers ---===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Runs quality.py and latency.py on the same models and prints one Markdown table of both: SQNR and agreement of top-1 with
the float model for ONNX Runtime as it comes, for the best (by SQNR) of all peers, and for qcc, with a 95 % bootstrap
interval and what top-1 loses in points (an anomaly detector: the area under the curve, in hundredths); then one inference on
one thread. With the programs of an earlier version all of them show what became of it.

usage: python bench/table.py FOLDER [--models A,B] [--before BINARIES] [--print]
FOLDER takes quality.json and latency.json; with --print they are there already.
Runs in the environment of test/requirements.txt (scripts/venv.sh makes it).
"""

import json
import math
import os
import subprocess
import sys

import models

PEERS = {"ort-default": "ONNX Runtime", "ort-percentile": "ONNX Runtime, percentile", "nncf": "NNCF",
         "nncf-full": "NNCF, full bias correction"}


def quality_cell(row, interval=False):
    if row is None:
        return ""
    if "error" in row:
        return "fails"
    text = f"{row['sqnr_db']:.1f} dB"
    if "agreement" in row:
        text += f" / {100 * row['agreement']:.1f} %"
        if interval:
            text += " [{:.1f}, {:.1f}]".format(*(100 * end for end in row["agreement_interval"]))
    return text


def lost_cell(row, exact):
    for key in ("auc", "top1"):
        # Classes are counted where there are labels.
        if exact.get(key) and key in (row or {}):
            text = f"{100 * (exact[key] - row[key]):.2f}"
            if key == "top1":
                text += " ({:.2f} to {:.2f})".format(*(100 * end for end in row["top1_lost_to_noise"]))
            return text
    return ""


def milliseconds(row, contestant):
    return f"{row['median_seconds'][contestant] * 1e3:.3g}"


def lines(quality, latency):
    """The table's lines, for the models in the order of quality.json."""
    has_before = any(row["tool"] == "qcc-before" for row in quality)
    heads = ["model", "ONNX Runtime default", "best peer", "**qcc**", "top-1 lost (to equal noise)", "int8 ms: qcc, ONNX Runtime (ratio)",
             "f32 ms: qcc, ONNX Runtime (ratio)"]
    if has_before:
        heads.append("before: quality, int8 ms (ratio)")
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for name in dict.fromkeys(row["model"] for row in quality):
        rows = {row["tool"]: row for row in quality if row["model"] == name}
        best = max((rows[tool] for tool in PEERS if tool in rows and not math.isnan(rows[tool].get("sqnr_db", math.nan))),
                   key=lambda row: row["sqnr_db"], default=None)
        cells = [name, quality_cell(rows.get("ort-default")),
                 "none" if best is None else f"{quality_cell(best)} ({PEERS[best['tool']]})",
                 f"**{quality_cell(rows.get('qcc'), interval=True)}**", lost_cell(rows.get("qcc"), rows["float"])]
        timed = next((row for row in latency if row["model"] == name and row["threads"] == 1), None)
        for kind in ("int8", "f32"):
            cells.append("" if timed is None else f"{milliseconds(timed, 'qcc-' + kind)}, "
                         f"{milliseconds(timed, 'ort-' + kind)} ({timed['ratio'][kind]:.1f})")
        if has_before:
            cells.append(quality_cell(rows.get("qcc-before")))
            if timed and "before" in timed["ratio"]:
                cells[-1] += f", {milliseconds(timed, 'before-int8')} ({timed['ratio']['before']:.2f})"
        yield "| " + " | ".join(cells) + " |"


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)["rows"]


def main():
    parser = models.argument_parser(__doc__, "all")
    parser.add_argument("folder")
    parser.add_argument("--before", help="folder of the programs of an earlier version")
    parser.add_argument("--print", action="store_true", help="only print the table of what is in FOLDER")
    args = parser.parse_args()
    files = {name: os.path.join(args.folder, name + ".json") for name in ("quality", "latency")}
    if not args.print:
        os.makedirs(args.folder, exist_ok=True)
        for name, path in files.items():
            script = os.path.join(models.SOURCE, "bench", name + ".py")
            options = ["--threads", "1"] if name == "latency" else []
            if args.before:
                options += ["--before", args.before]
            subprocess.run([sys.executable, script, "--models", ",".join(args.models), "--binaries", args.binaries, "--json", path, *options],
                           check=True, stdout=sys.stderr)
    for line in lines(load(files["quality"]), load(files["latency"])):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
