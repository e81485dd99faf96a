#!/usr/bin/env python3
#===- quality.py - how close int8 stays to float: qcc and others ---===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Quantizes real models with qcc and with other tools, on the same calibration arrays, runs all of them on the same test
arrays, and compares with the float model in ONNX Runtime:

  SQNR       10 log10(sum ref^2 / sum err^2), pooled over the set, the mean over the graph's outputs
  agreement  how often the largest number of the output is the same one, with a 95 % bootstrap interval
  top-1      how often it is the label (float's stands in the first row)

usage: python bench/quality.py [--models A,B] [--tools qcc,ort-default,...] [--before BINARIES] [--json F]
--before names the programs of an earlier version: the tool qcc-before.
Runs in the environment of test/requirements.txt (scripts/venv.sh makes it, and NNCF's own for that peer).
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

import models

TOOLS = ["qcc", "qcc-before", "ort-default", "ort-percentile", "nncf", "nncf-full"]


def venv(requirements):
    return subprocess.run([os.path.join(models.SOURCE, "scripts", "venv.sh"), os.path.join(models.SOURCE, requirements)],
                          check=True, capture_output=True, text=True).stdout.strip()


def has_vnni():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        return any(line.startswith("flags") and "avx512_vnni" in line.split() for line in file)


def ort_session(model):
    """A session of ONNX Runtime whose numbers are right: without VNNI its integer kernels saturate sums of two products at 16
    bits unless they are told not to, and models with Q/DQ can give anything. With VNNI they do not need to be told, and told
    so ONNX Runtime 1.31 cannot load Magika ("replace the existing tensor")."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if not has_vnni():
        options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run_ort(path, inputs):
    """The graph's outputs, each [N, ...]."""
    session = ort_session(path)
    name = session.get_inputs()[0].name
    return [np.concatenate(parts) for parts in zip(*(session.run(None, {name: sample[None]}) for sample in inputs))]


class Qcc:
    def __init__(self, binaries, bits):
        self.binaries, self.bits = binaries, bits

    def compile(self, model, calib, out):
        command = [os.path.join(self.binaries, "qcc"), model.path, "-target=x86", f"-bits={self.bits}", "-o", out]
        if calib:
            command.append(f"-calib={calib}")
        subprocess.run(command + shape_option(model), check=True, capture_output=True, text=True)

    def run(self, artifact, model, inputs, folder):
        return run_qcc(artifact, inputs, *io_names(model), folder, self.binaries)


def run_qcc(artifact, inputs, input_name, output_names, folder, binaries=""):
    """The outputs of those names, each [N, ...]."""
    source = os.path.join(folder, "input.npy")
    results = [os.path.join(folder, f"output{i}.npy") for i in range(len(output_names))]
    np.save(source, inputs)
    command = [os.path.join(binaries, "qcc-run"), artifact, "-input", f"{input_name}={source}"]
    for name, result in zip(output_names, results):
        command += ["-output", f"{name}={result}"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return [np.load(result) for result in results]


def graph_of(model):
    import onnx
    return onnx.load(model.path, load_external_data=False).graph


def io_names(model):
    """The name of the only input, and those of the outputs."""
    graph = graph_of(model)
    initializers = {t.name for t in graph.initializer}
    return next(i.name for i in graph.input if i.name not in initializers), [o.name for o in graph.output]


def shape_option(model):
    """Tells qcc to take one sample where the leading dimension of the input is symbolic."""
    graph = graph_of(model)
    initializers = {t.name for t in graph.initializer}
    value = next(i for i in graph.input if i.name not in initializers)
    if not value.type.tensor_type.shape.dim[0].dim_param:
        return []
    return [f"-shape={value.name}:" + "x".join(map(str, (1, *model.shape)))]


def sqnr(reference, actual):
    reference, actual = reference.astype(np.float64), actual.astype(np.float64)
    noise = np.sum((reference - actual) ** 2)
    return float("inf") if noise == 0 else float(10 * np.log10(np.sum(reference ** 2) / noise))


def bootstrap(hits, rounds=2000):
    """95 % interval of the mean of `hits`, reproducible."""
    rng = np.random.default_rng(0)
    means = rng.choice(hits, (rounds, len(hits))).mean(1)
    return [float(v) for v in np.percentile(means, [2.5, 97.5])]


def logits(scores):
    """What the scores of a classifier are the softmax of, but for a constant; the scores themselves if they are none."""
    scores = scores.reshape(len(scores), -1).astype(np.float64)
    if scores.min() >= 0 and np.allclose(scores.sum(1), 1, atol=1e-2):
        scores = np.log(np.maximum(scores, 1e-7))
    return scores - scores.mean(1, keepdims=True)


def lost_to_noise(reference, output, classes, rounds=200):
    """95 % interval of the share of top-1 that the float model loses if its logits get random noise of the size that
    rounding makes: what to expect of any int8 version that is as close to float as this one. Reproducible."""
    reference, output = logits(reference), logits(output)
    size = np.sqrt(np.mean((output - reference) ** 2))
    rng = np.random.default_rng(0)
    hits = np.mean(reference.argmax(1) == classes)
    lost = [hits - np.mean((reference + rng.normal(0, size, reference.shape)).argmax(1) == classes) for _ in range(rounds)]
    return [float(v) for v in np.percentile(lost, [2.5, 97.5])]


def judge(model, references, outputs, labels):
    row = {"sqnr_db": float(np.mean([sqnr(reference, output) for reference, output in zip(references, outputs, strict=True)]))}
    if model.classifier:
        (reference,), (output,) = references, outputs
        chosen = output.reshape(len(output), -1).argmax(1)
        hits = chosen == reference.reshape(len(output), -1).argmax(1)
        row.update(agreement=float(hits.mean()), agreement_interval=bootstrap(hits))
        if labels is not None:
            row.update(top1=float((chosen - model.first_class == labels).mean()),
                       top1_lost_to_noise=lost_to_noise(reference, output, labels + model.first_class))
    return row


def auc(split, outputs):
    """Area under the curve of the anomaly detector: the score of a file is its mean squared reconstruction error."""
    (output,) = outputs
    scores = ((output - split.inputs) ** 2).mean(1).reshape(-1, 40).mean(1)
    labels = split.labels.reshape(-1, 40)[:, 0]
    bad, good = scores[labels == 1], scores[labels == 0]
    return float((bad[:, None] > good).mean() + .5 * (bad[:, None] == good).mean())


def compare(model, tools, versions, folder, limit):
    """`versions` are those of qcc, by the name of the tool. Yields a row for the float model and for each tool. One that fails gets a row with its error."""
    calib, test = model.calib(), model.test()
    inputs = test.inputs[:limit]
    labels = None if test.labels is None else test.labels[:limit]
    saved = os.path.join(folder, "calib.npy")
    np.save(saved, calib.inputs)
    references = run_ort(model.path, inputs)
    row = judge(model, references, references, labels)
    if model.name == "ad" and not limit:
        row["auc"] = auc(test, references)
    yield {"model": model.name, "tool": "float", "samples": len(inputs), **row}
    for tool in tools:
        start = time.monotonic()
        try:
            if tool in versions:
                qcc = versions[tool]
                out = os.path.join(folder, tool + ".qcm")
                qcc.compile(model, saved if qcc.bits != "f32" else None, out)
                taken = time.monotonic() - start
                outputs = qcc.run(out, model, inputs, folder)
            else:
                out = os.path.join(folder, tool + ".onnx")
                python = venv("bench/requirements-nncf.txt") if tool.startswith("nncf") else sys.executable
                subprocess.run([python, os.path.join(models.SOURCE, "bench", "peers.py"), tool, model.path, saved, out],
                               check=True, capture_output=True, text=True)
                taken = time.monotonic() - start
                outputs = run_ort(out, inputs)
        except subprocess.CalledProcessError as error:
            lines = error.stderr.strip().splitlines() or [f"exit status {error.returncode}"]
            yield {"model": model.name, "tool": tool, "error": lines[-1]}
            continue
        row = judge(model, references, outputs, labels)
        if model.name == "ad" and not limit:
            row["auc"] = auc(test, outputs)
        yield {"model": model.name, "tool": tool, "quantize_seconds": taken, "bytes": os.path.getsize(out), **row}


def show(row):
    cells = [f"{row['model']:22}", f"{row['tool']:15}"]
    if "error" in row:
        return " ".join(cells) + " failed: " + row["error"]
    cells.append(f"{row['sqnr_db']:7.2f} dB")
    if "agreement" in row:
        low, high = row["agreement_interval"]
        cells.append(f"agreement {100 * row['agreement']:5.1f} % [{100 * low:.1f}, {100 * high:.1f}]")
    if "top1" in row:
        cells.append(f"top-1 {100 * row['top1']:.1f} %")
    if "auc" in row:
        cells.append(f"AUC {row['auc']:.4f}")
    if "quantize_seconds" in row:
        cells.append(f" {row['quantize_seconds']:.1f} s, {row['bytes'] / 1024:.0f} KiB")
    return " ".join(cells)


def main():
    parser = models.argument_parser(__doc__, "resnet20-cifar10,resnet56-cifar10,resnet8-cifar10,kws,vww,ad")
    parser.add_argument("--tools", help="default: all")
    parser.add_argument("--bits", default="8", help="qcc -bits=")
    parser.add_argument("--limit", type=int, help="use so many test samples only")
    parser.add_argument("--before", help="folder of the programs of an earlier version")
    parser.add_argument("--json", help="write the rows here, too")
    args = parser.parse_args()

    versions = {"qcc": Qcc(args.binaries, args.bits)}
    if args.before:
        versions["qcc-before"] = Qcc(args.before, args.bits)
    tools = args.tools.split(",") if args.tools else [tool for tool in TOOLS if args.before or tool != "qcc-before"]
    unknown = [tool for tool in tools if tool not in TOOLS]
    if unknown:
        parser.error(f"unknown tools: {', '.join(unknown)}; tools: {', '.join(TOOLS)}")
    if "qcc-before" in tools and not args.before:
        parser.error("qcc-before needs --before")
    rows = []
    for name in args.models:
        with tempfile.TemporaryDirectory() as folder:
            for row in compare(models.ALL[name], tools, versions, folder, args.limit):
                rows.append(row)
                print(show(row), flush=True)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump({"schema": "qcc.quality/1", "rows": rows}, file, indent=1)
    return 1 if any(row["tool"] == "qcc" and "error" in row for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
