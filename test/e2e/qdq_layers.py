#===- qdq_layers.py - a quantized model against ONNX Runtime, layer by layer --===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Compiled code and ONNX Runtime may differ by one step where a fused layer rounds, and such differences add up from layer to
layer. So each layer is compared by itself: qcc-run dumps every quantized tensor, and for each QuantizeLinear of the model
ONNX Runtime, at its default optimisation, computes that tensor from the tensors that qcc's layer read.
"""

import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx

import quality

MAX_STEPS = 1
MIN_EQUAL = .999
MAX_SAMPLES = 8


def dump(artifact, name, samples, folder):
    """The quantized tensors that qcc computed, by their ONNX names: [sample, ...], dimensions as in the program."""
    source = os.path.join(folder, "samples.npy")
    np.save(source, samples)
    subprocess.run(["qcc-run", artifact, "-input", f"{name}={source}", f"-dump-tensors={folder}"],
                   check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(folder, "tensors.json"), encoding="utf-8") as file:
        entries = json.load(file)["tensors"]
    tensors = {entry["name"]: np.load(os.path.join(folder, entry["file"])) for entry in entries}
    return {n: t.reshape(len(samples), 1, *t.shape[1:]) for n, t in tensors.items() if t.dtype in (np.int8, np.uint8)}


class Layers:
    """The part of a model between quantized tensors, for each QuantizeLinear, in order."""

    def __init__(self, path, known):
        self.model = onnx.shape_inference.infer_shapes(onnx.load(path))
        graph = self.model.graph
        self.producer = {out: node for node in graph.node for out in node.output}
        self.constants = {t.name: t for t in graph.initializer}
        self.types = {v.name: v for v in [*graph.value_info, *graph.input, *graph.output]}
        targets = [node.output[0] for node in graph.node
                   if node.op_type == "QuantizeLinear" and node.input[0] not in self.constants]
        self.total = len(targets)
        self.sessions = {target: self.session(target, known) for target in targets if target in known}

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
        return quality.ort_session(part.SerializeToString())


def in_onnx_order(tensor, expected):
    """qcc keeps the channels last. Where the shape does not tell, the order does that gives more equal numbers."""
    orders = [tensor]
    if expected.ndim > 2:
        orders.append(np.moveaxis(tensor, -1, 1))
    orders = [t for t in orders if t.shape == expected.shape]
    return max(orders, key=lambda t: np.count_nonzero(t == expected)) if orders else tensor.reshape(expected.shape)


def check(path, artifact, inputs):
    """Compares and prints; 1 if an element differs by more than MAX_STEPS or fewer than MIN_EQUAL of all are equal."""
    name = onnx.load(path).graph.input[0].name
    samples = inputs[:MAX_SAMPLES]
    with tempfile.TemporaryDirectory() as folder:
        dumped = dump(artifact, name, samples, folder)
    layers = Layers(path, {name, *dumped})
    if not layers.sessions:
        sys.exit("no quantized tensor of the model was dumped")
    elements, equal, worst = 0, 0, {}
    for i, sample in enumerate(samples):
        tensors = {name: sample[None]}
        for target, session in layers.sessions.items():
            expected = session.run(None, {value.name: tensors[value.name] for value in session.get_inputs()})[0]
            tensors[target] = in_onnx_order(dumped[target][i], expected)
            steps = np.abs(tensors[target].astype(np.int32) - expected.astype(np.int32))
            elements += steps.size
            equal += int((steps == 0).sum())
            worst[target] = max(worst.get(target, 0), int(steps.max()))
    print(f"layers: {len(layers.sessions)} of {layers.total} quantized tensors compared over {len(samples)} samples: "
          f"{100 * equal / elements:.4f} % of {elements} elements are equal, the largest difference is {max(worst.values())}")
    for target, steps in worst.items():
        if steps > MAX_STEPS:
            print(f"{target}: {steps} steps", file=sys.stderr)
    return 0 if max(worst.values()) <= MAX_STEPS and equal >= MIN_EQUAL * elements else 1
