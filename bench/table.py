#!/usr/bin/env python3
#===- table.py - the README's table: quality and latency against the peers ---===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Runs quality.py and latency.py on the same models and prints one Markdown table of both: SQNR and agreement of top-1 with
the float model for ONNX Runtime as it comes, for the best (by SQNR) of all peers, and for qcc; then one inference on
one thread. A latency.json of an earlier version shows what became of the speed.

usage: python bench/table.py FOLDER [--models A,B] [--before latency.json] [--print]
FOLDER takes quality.json and latency.json; with --print they are there already.
Runs in the environment of test/requirements.txt (scripts/venv.sh makes it).
"""

import argparse
import json
import math
import os
import subprocess
import sys

import models

PEERS = {"ort-default": "ONNX Runtime", "ort-percentile": "ONNX Runtime, percentile", "nncf": "NNCF",
         "nncf-full": "NNCF, full bias correction"}


def quality_cell(row):
    if row is None:
        return ""
    if "error" in row:
        return "fails"
    text = f"{row['sqnr_db']:.1f} dB"
    return text + (f" / {100 * row['agreement']:.1f} %" if "agreement" in row else "")


def milliseconds(row, contestant):
    return f"{row['median_seconds'][contestant] * 1e3:.3g}"


def lines(quality, latency, before):
    """The table's lines, for the models in the order of quality.json."""
    yield "| model | ONNX Runtime default | best peer | **qcc** | int8 ms: qcc, ONNX Runtime (ratio) | f32 ms: qcc, ONNX Runtime (ratio) |" + (
        " int8 ms before |" if before else "")
    yield "|---|---|---|---|---|---|" + ("---|" if before else "")
    for name in dict.fromkeys(row["model"] for row in quality):
        rows = {row["tool"]: row for row in quality if row["model"] == name}
        best = max((rows[tool] for tool in PEERS if tool in rows and not math.isnan(rows[tool].get("sqnr_db", math.nan))),
                   key=lambda row: row["sqnr_db"], default=None)
        cells = [name, quality_cell(rows.get("ort-default")),
                 "none" if best is None else f"{quality_cell(best)} ({PEERS[best['tool']]})",
                 f"**{quality_cell(rows.get('qcc'))}**"]
        timed = next((row for row in latency if row["model"] == name and row["threads"] == 1), None)
        for kind in ("int8", "f32"):
            cells.append("" if timed is None else f"{milliseconds(timed, 'qcc-' + kind)}, "
                         f"{milliseconds(timed, 'ort-' + kind)} ({timed['ratio'][kind]:.1f})")
        if before:
            old = next((row for row in before if row["model"] == name and row["threads"] == 1), None)
            cells.append("" if old is None else milliseconds(old, "qcc-int8"))
        yield "| " + " | ".join(cells) + " |"


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)["rows"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--models", default="all")
    parser.add_argument("--binaries", default=os.path.join(models.SOURCE, "build", "bin"))
    parser.add_argument("--before", help="the latency.json of an earlier version, from the same machine")
    parser.add_argument("--print", action="store_true", help="only print the table of what is in FOLDER")
    args = parser.parse_args()
    files = {name: os.path.join(args.folder, name + ".json") for name in ("quality", "latency")}
    if not args.print:
        os.makedirs(args.folder, exist_ok=True)
        for name, path in files.items():
            script = os.path.join(models.SOURCE, "bench", name + ".py")
            options = ["--threads", "1"] if name == "latency" else []
            subprocess.run([sys.executable, script, "--models", args.models, "--binaries", args.binaries, "--json", path, *options],
                           check=True, stdout=sys.stderr)
    for line in lines(load(files["quality"]), load(files["latency"]), args.before and load(args.before)):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
