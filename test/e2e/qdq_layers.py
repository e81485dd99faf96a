#!/usr/bin/env python3
#===- qdq_layers.py - a quantized model against ONNX Runtime, layer by layer --===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""usage: qdq_layers.py MODEL.onnx MODEL.qcm SAMPLES.npy

Compiled code and ONNX Runtime may differ by one step where a fused layer rounds, and such differences add up from layer to
layer. So each layer is compared by itself: qcc-run dumps every quantized tensor, and for each QuantizeLinear of the model
ONNX Runtime, at its default optimisation, computes that tensor from the tensors that qcc's layer read.

Exits with 1 if an element differs by more than one step or fewer than 99.9 % of all elements are equal.
"""

import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

MAX_STEPS = 1
MIN_EQUAL = .999
MAX_SAMPLES = 8


def dump(artifact, name, sample, folder):
    """The tensors that qcc computed for one sample, by their ONNX names."""
    source = os.path.join(folder, "sample.npy")
    np.save(source, sample)
    tensors = os.path.join(folder, "tensors")
    subprocess.run(["qcc-run", artifact, "-input", f"{name}={source}", f"-dump-tensors={tensors}"],
                   check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(tensors, "tensors.json"), encoding="utf-8") as file:
        entries = json.load(file)["tensors"]
    return {entry["name"]: np.load(os.path.join(tensors, entry["file"])) for entry in entries}


class Layers:
    """The part of a model between quantized tensors, for each QuantizeLinear."""

    def __init__(self, path, known):
        model = onnx.shape_inference.infer_shapes(onnx.load(path))
        self.model = model
        self.producer = {out: node for node in model.graph.node for out in node.output}
        self.constants = {t.name: t for t in model.graph.initializer}
        self.types = {v.name: v for v in [*model.graph.value_info, *model.graph.input, *model.graph.output]}
        self.sessions = {}
        for node in model.graph.node:
            if node.op_type == "QuantizeLinear" and node.output[0] in known and node.input[0] not in self.constants:
                self.sessions[node.output[0]] = self.session(node.output[0], known)

    def session(self, target, known):
        """Nodes from `target` up to the tensors that qcc dumped, as a model of their own."""
        nodes, inputs, constants, pending, seen = [], set(), set(), [target], set()
        while pending:
            name = pending.pop()
            if not name or name in seen:
                continue
            seen.add(name)
            if name in self.constants:
                constants.add(name)
            elif name not in self.producer or (name in known and name != target):
                inputs.add(name)
            else:
                nodes.append(self.producer[name])
                pending.extend(self.producer[name].input)
        order = {id(node): i for i, node in enumerate(self.model.graph.node)}
        nodes.sort(key=lambda node: order[id(node)])
        graph = onnx.helper.make_graph(nodes, target, [self.types[name] for name in sorted(inputs)], [self.types[target]],
                                       [self.constants[name] for name in sorted(constants)])
        part = onnx.helper.make_model(graph, opset_imports=self.model.opset_import, ir_version=self.model.ir_version)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(part.SerializeToString(), options, providers=["CPUExecutionProvider"])


def main():
    path, artifact, samples = sys.argv[1:]
    samples = np.load(samples)[:MAX_SAMPLES]
    graph = onnx.load(path).graph
    name = graph.input[0].name
    layers, elements, equal, worst = None, 0, 0, 0
    differences = {}
    with tempfile.TemporaryDirectory() as folder:
        for sample in samples:
            sample = sample[None]
            tensors = {name: sample, **dump(artifact, name, sample, folder)}
            if layers is None:
                quantized = {n for n, t in tensors.items() if t.dtype in (np.int8, np.uint8)} | {name}
                layers = Layers(path, quantized)
            for target, session in layers.sessions.items():
                feeds = {i.name: tensors[i.name] for i in session.get_inputs()}
                expected = session.run(None, feeds)[0].astype(np.int32)
                steps = np.abs(tensors[target].astype(np.int32).reshape(expected.shape) - expected)
                elements += steps.size
                equal += int((steps == 0).sum())
                worst = max(worst, int(steps.max()))
                differences[target] = max(differences.get(target, 0), int(steps.max()))
    total = sum(node.op_type == "QuantizeLinear" for node in graph.node)
    if not elements:
        sys.exit("no quantized tensor of the model was dumped")
    print(f"{len(layers.sessions)} of {total} quantized tensors compared over {len(samples)} samples: "
          f"{100 * equal / elements:.4f} % of {elements} elements are equal, the largest difference is {worst}")
    for target, steps in differences.items():
        if steps > MAX_STEPS:
            print(f"{target}: {steps} steps", file=sys.stderr)
    return 0 if worst <= MAX_STEPS and equal >= MIN_EQUAL * elements else 1


if __name__ == "__main__":
    sys.exit(main())
