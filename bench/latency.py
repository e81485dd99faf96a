#!/usr/bin/env python3
#===- latency.py - how fast: qcc's artifacts and ONNX Runtime, side by side ---===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Times one inference (batch 1) of qcc's int8 artifact, of the int8 QDQ model that ONNX Runtime makes on the same
calibration arrays in the form that it runs fastest, and of the float model in both. The contestants take turns, each in a process of its own, so that what
else the machine does hits all alike; a turn gives the median of its samples, and what is reported is the median over the
turns and the median of the ratios within a turn (above 1: qcc is faster).

usage: python bench/latency.py [--models A,B] [--threads 1,2] [--turns N] [--before BINARIES] [--json F]
With --before, the int8 artifact that an earlier version makes takes part.
Runs in the environment of test/requirements.txt (scripts/venv.sh makes it).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import models
from quality import Qcc


def ort_turn(path, sample, threads):
    """Seconds of single runs for about a second, as qcc-bench measures, after a warm-up."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: np.load(sample)}
    samples, end = [], time.perf_counter() + 1.25
    while time.perf_counter() < end:
        start = time.perf_counter()
        session.run(None, feed)
        samples.append(time.perf_counter() - start)
    return samples[len(samples) // 5:]


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        lines = result.stderr.strip().splitlines() or [f"exit status {result.returncode}"]
        sys.exit(f"{os.path.basename(command[0])}: {lines[-1]}")
    return result.stdout


class Contest:
    """The files of one model: artifacts and models of all contestants, and one input."""

    def __init__(self, model, binaries, before, folder):
        self.binaries = {"qcc-int8": binaries, "qcc-f32": binaries, "before-int8": before}
        calib = model.calib().inputs
        saved, self.sample = os.path.join(folder, "calib.npy"), os.path.join(folder, "sample.npy")
        np.save(saved, calib)
        np.save(self.sample, calib[:1])
        self.files = {name: os.path.join(folder, name) for name in ("qcc-int8", "qcc-f32", "ort-int8")}
        self.files["ort-f32"] = model.path
        Qcc(binaries, "8").compile(model, saved, self.files["qcc-int8"])
        Qcc(binaries, "f32").compile(model, None, self.files["qcc-f32"])
        run([sys.executable, os.path.join(models.SOURCE, "bench", "peers.py"), "ort-fast", model.path, saved,
             self.files["ort-int8"]])
        if before:
            self.files["before-int8"] = os.path.join(folder, "before-int8")
            Qcc(before, "8").compile(model, saved, self.files["before-int8"])

    def turn(self, contestant, threads):
        path = self.files[contestant]
        if contestant in self.binaries:
            out = run([os.path.join(self.binaries[contestant], "qcc-bench"), path, f"-threads={threads}", "-json"])
            return json.loads(out)["samples"]
        return json.loads(run([sys.executable, os.path.abspath(__file__), "--turn", path, self.sample, str(threads)]))


def main():
    if sys.argv[1:2] == ["--turn"]:
        path, sample, threads = sys.argv[2:]
        json.dump(ort_turn(path, sample, int(threads)), sys.stdout)
        return 0
    parser = models.argument_parser(__doc__, "resnet20-cifar10,resnet56-cifar10,resnet8-cifar10,kws,vww,ad")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--before", help="folder of the programs of an earlier version")
    parser.add_argument("--json", help="write all samples here")
    args = parser.parse_args()

    rows = []
    print(f"{'model':22} threads  {'qcc int8':>10} {'ORT int8':>10} {'ratio':>6}  {'qcc f32':>10} {'ORT f32':>10} {'ratio':>6}")
    for name in args.models:
        with tempfile.TemporaryDirectory() as folder:
            contest = Contest(models.ALL[name], args.binaries, args.before, folder)
            for threads in map(int, args.threads.split(",")):
                samples = {contestant: [] for contestant in contest.files}
                for _ in range(args.turns):
                    for contestant in samples:
                        samples[contestant].append(contest.turn(contestant, threads))
                medians = {c: [statistics.median(turn) for turn in turns] for c, turns in samples.items()}
                latency = {c: statistics.median(m) for c, m in medians.items()}
                ratio = {kind: statistics.median(theirs / ours for theirs, ours in
                                                 zip(medians["ort-" + kind], medians["qcc-" + kind]))
                         for kind in ("int8", "f32")}
                rows.append({"model": name, "threads": threads, "median_seconds": latency, "ratio": ratio,
                             "samples_seconds": samples})
                cells = [f"{latency[f'qcc-{k}'] * 1e6:7.1f} us {latency[f'ort-{k}'] * 1e6:7.1f} us {ratio[k]:6.2f}"
                         for k in ("int8", "f32")]
                if args.before:
                    ratio["before"] = statistics.median(
                        theirs / ours for theirs, ours in zip(medians["before-int8"], medians["qcc-int8"]))
                    cells.append(f"before {latency['before-int8'] * 1e6:7.1f} us {ratio['before']:6.2f}")
                print(f"{name:22} {threads:7}  {'  '.join(cells)}", flush=True)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"schema": "qcc.latency/1", "rows": rows}, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
