#!/usr/bin/env python3
#===- stress.py - damaged files through the real tools --------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Damages files of every kind and runs the tools on them.

Whatever a file holds, a tool ends with 0, or with 1 and exactly one line that
holds "error:"; it takes no more than 10 seconds of processor time and 2 GB of
memory, and leaves no output when it fails. What breaks this is kept in --keep,
with the command.

Without the onnx package (scripts/venv.sh test/requirements.txt) models lose
and change bytes only; with it, fields of models that stay readable change too.
"""

import argparse
import glob
import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

try:
    import onnx
except ImportError:
    onnx = None

CPU_SECONDS = 10
MEMORY = 2 << 30


#===----------------------------------------------------------------------===#
# Damage
#===----------------------------------------------------------------------===#


def damage_bytes(rng, data):
    """Cuts a file, or flips, sets, repeats or exchanges some of its bytes."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 4, 16])):
        if not data:
            break
        kind = rng.randrange(6)
        # Headers are where it hurts.
        end = len(data) if rng.random() < 0.6 else min(len(data), 256)
        at = rng.randrange(end)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[at:]
        elif kind == 2:
            data[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)])
        elif kind == 3:
            word = rng.choice([-1, 0, 1 << 31, 1 << 40, (1 << 63) - 1, -(1 << 63)])
            data[at:at + 8] = struct.pack("<q", word)
        elif kind == 4:
            size = rng.randrange(1, 64)
            data[at:at] = data[at:at + size]
        else:
            size = rng.randrange(1, 64)
            del data[at:at + size]
    return bytes(data)


def damage_text(rng, data):
    """Exchanges numbers and words of a text, or damages its bytes."""
    if rng.random() < 0.3:
        return damage_bytes(rng, data)
    text = data.decode(errors="replace")
    numbers = list(re.finditer(r"-?\d+(\.\d+)?(e[-+]?\d+)?", text))
    words = list(re.finditer(r"[A-Za-z_]+", text))
    if rng.random() < 0.6 and numbers:
        token = rng.choice(numbers)
        new = rng.choice(["0", "-1", "1", "2", "3", "7", "65", "1e300", "99999999999999999999", "4294967296", "nan",
                          "0.5", "2147483648", "-2147483648"])
    elif words:
        token = rng.choice(words)
        new = rng.choice([rng.choice(words).group(), "", "null", "\"", "{"])
    else:
        return damage_bytes(rng, data)
    return (text[:token.start()] + new + text[token.end():]).encode()


NUMBERS = [-(1 << 63), -(1 << 31), -3, -1, 0, 0, 1, 1, 2, 3, 4, 5, 7, 16, 64, 1000, 65536, 1 << 31, 1 << 40, (1 << 63) - 1]


def damage_model(rng, data):
    """Changes fields of a model that stays readable."""
    try:
        model = onnx.ModelProto.FromString(data)
    except Exception:
        return damage_bytes(rng, data)
    graph = model.graph
    names = [i.name for i in graph.input] + [i.name for i in graph.initializer] + [o for n in graph.node for o in n.output]

    def tensor(t):
        kind = rng.randrange(6)
        if kind == 0 and t.dims:
            t.dims[rng.randrange(len(t.dims))] = rng.choice(NUMBERS)
        elif kind == 1:
            t.data_type = rng.randrange(0, 28)
        elif kind == 2 and t.raw_data:
            t.raw_data = damage_values(rng, t.raw_data, t.data_type)
        elif kind == 3 and t.int64_data:
            t.int64_data[rng.randrange(len(t.int64_data))] = rng.choice(NUMBERS)
        elif kind == 4 and t.float_data:
            t.float_data[rng.randrange(len(t.float_data))] = rng.choice(
                [0.0, -0.0, float("inf"), float("nan"), 1e38, 1e-40, -1.0, 0.5])
        elif t.dims and rng.random() < 0.5:
            del t.dims[rng.randrange(len(t.dims))]
        elif t.raw_data:
            t.raw_data = damage_values(rng, t.raw_data, t.data_type)

    def attribute(a):
        if a.type == onnx.AttributeProto.INT:
            a.i = rng.choice(NUMBERS)
        elif a.type == onnx.AttributeProto.INTS and a.ints:
            if rng.random() < 0.7:
                a.ints[rng.randrange(len(a.ints))] = rng.choice(NUMBERS)
            elif rng.random() < 0.5:
                a.ints.append(rng.choice(NUMBERS))
            else:
                del a.ints[-1]
        elif a.type == onnx.AttributeProto.FLOAT:
            a.f = rng.choice([0.0, -1.0, 1e30, float("nan"), float("inf"), 0.5])
        elif a.type == onnx.AttributeProto.STRING:
            a.s = rng.choice([b"", b"linear", b"cubic", b"wrap", b"VALID", b"SAME_UPPER", b"NOTSET", b"\xff\xfe", b"ij,jk->ik", b"max"])
        elif a.type == onnx.AttributeProto.TENSOR:
            tensor(a.t)
        elif a.type == onnx.AttributeProto.GRAPH and a.g.node:
            node(rng.choice(a.g.node))

    def node(n):
        kind = rng.randrange(8)
        if kind <= 3 and n.attribute:
            attribute(rng.choice(n.attribute))
        elif kind == 4 and n.attribute:
            del n.attribute[rng.randrange(len(n.attribute))]
        elif kind == 5 and n.input:
            n.input[rng.randrange(len(n.input))] = rng.choice(names + ["", "nowhere"])
        elif kind == 6 and n.input:
            if rng.random() < 0.5:
                n.input.append(rng.choice(names))
            else:
                del n.input[-1]
        else:
            n.op_type = rng.choice([m.op_type for m in graph.node] + OPERATORS)

    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        kind = rng.randrange(10)
        if kind <= 4 and graph.node:
            node(rng.choice(graph.node))
        elif kind <= 6 and graph.initializer:
            tensor(rng.choice(graph.initializer))
        elif kind == 7 and graph.input:
            t = rng.choice(graph.input).type.tensor_type
            if t.shape.dim and rng.random() < 0.8:
                t.shape.dim[rng.randrange(len(t.shape.dim))].dim_value = rng.choice(NUMBERS)
            else:
                t.elem_type = rng.randrange(0, 28)
        elif kind == 8 and graph.node:
            nodes = list(graph.node)
            action = rng.randrange(3)
            if action == 0:
                rng.shuffle(nodes)
            elif action == 1:
                del nodes[rng.randrange(len(nodes))]
            else:
                nodes.append(rng.choice(nodes))
            del graph.node[:]
            graph.node.extend(nodes)
        elif model.opset_import:
            rng.choice(model.opset_import).version = rng.choice([1, 6, 7, 8, 9, 10, 11, 12, 13, 14, 17, 18, 19, 21, 22, 25, 99])
    return model.SerializePartialToString()


OPERATORS = ["Add", "MatMul", "Conv", "Relu", "Gather", "Reshape", "Softmax", "Concat", "Slice", "Pad", "Transpose",
             "QuantizeLinear", "DequantizeLinear", "MaxPool", "ReduceMean", "Where", "Cast", "Gemm", "LSTM", "NoSuchOp"]


def damage_values(rng, data, dtype):
    """Sets one element of a tensor's data to a number that may not fit."""
    data = bytearray(data)
    if dtype == 7 and len(data) >= 8:
        at = 8 * rng.randrange(len(data) // 8)
        data[at:at + 8] = struct.pack("<q", rng.choice(NUMBERS))
    elif dtype == 1 and len(data) >= 4:
        at = 4 * rng.randrange(len(data) // 4)
        data[at:at + 4] = struct.pack("<f", rng.choice([0.0, -1.0, 1e38, float("inf"), float("nan"), 1e-42]))
    elif data:
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


#===----------------------------------------------------------------------===#
# Runs
#===----------------------------------------------------------------------===#


class Trouble(Exception):
    pass


def limit():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (4 * CPU_SECONDS, 4 * CPU_SECONDS))
    # Above the limit, so that what asks for more than it uses is not hurt; below what the machine has.
    resource.setrlimit(resource.RLIMIT_AS, (16 << 30, 16 << 30))


def run(command, output=None, several=False):
    """Runs a command; returns its exit code, or raises what is wrong.

    MLIR's parser may say two things of one fault: `several` allows that."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                                   preexec_fn=limit)
        watch = time.monotonic()
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - watch > 20 * CPU_SECONDS:
                process.kill()
                os.wait4(process.pid, 0)
                raise Trouble("hangs")
            time.sleep(0.005)
        process.returncode = 0
        errors.seek(0)
        text = errors.read().decode(errors="replace")
    lines = [line for line in text.splitlines() if "error:" in line]
    if os.WIFSIGNALED(status):
        raise Trouble(f"ends with {signal.Signals(os.WTERMSIG(status)).name}\n{text[-3000:]}")
    code = os.WEXITSTATUS(status)
    if code not in (0, 1):
        raise Trouble(f"exit code {code}\n{text[-3000:]}")
    if len(lines) != code and not (several and code and lines):
        raise Trouble(f"exit code {code} and {len(lines)} errors\n{text[-3000:]}")
    # The tool, or a file, stands in front of the message.
    if code and (re.match(r"error:", lines[0]) or "internal error" in lines[0] or "loc(unknown)" in lines[0]):
        raise Trouble(f"the error says not where\n{text[-3000:]}")
    if code and output and os.path.lexists(output):
        raise Trouble(f"leaves {output}\n{text[-3000:]}")
    if used.ru_utime + used.ru_stime > CPU_SECONDS:
        raise Trouble(f"takes {used.ru_utime + used.ru_stime:.1f} s\n{text[-3000:]}")
    if used.ru_maxrss > MEMORY >> 10:
        raise Trouble(f"takes {used.ru_maxrss >> 10} MB\n{text[-3000:]}")
    return code


class Stress:
    def __init__(self, options):
        self.options = options
        self.rng = random.Random(options.seed)
        self.folder = tempfile.mkdtemp(prefix="qcc-stress-")
        self.counts = {}
        self.troubles = 0
        source = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        self.models = sorted(glob.glob(f"{source}/test/fuzz/seeds/import/*.onnx"))
        for pattern in options.models:
            self.models += sorted(glob.glob(pattern, recursive=True))
        self.pictures = sorted(glob.glob(f"{source}/test/unit/runtime-io/inputs/gradient.*"))
        self.recipe = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Inputs", "recipe.json")
        self.make_base()

    def tool(self, name):
        return os.path.join(self.options.bin, name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def make_base(self):
        """A small model that calibrates, and everything that comes of it."""
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Inputs")
        self.base = os.path.join(source, "conv.onnx")
        self.data = self.path("calib.npy")
        values = [((i * 7919) % 256) / 255 for i in range(8 * 3 * 8 * 8)]
        text = "{'descr': '<f4', 'fortran_order': False, 'shape': (8, 3, 8, 8), }".ljust(117) + "\n"
        with open(self.data, "wb") as file:
            file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode())
            file.write(struct.pack(f"<{len(values)}f", *values))
        self.artifact, self.ranges, self.text = self.path("base.qcm"), self.path("ranges.json"), self.path("base.mlir")
        qcc = [self.tool("qcc"), self.base, "-calib=" + self.data]
        for command in (qcc + ["-ranges=" + self.ranges, "-o", self.artifact],
                        qcc + ["-compile-to=quantize", "-o", self.path("quantize.mlir")],
                        qcc + ["-compile-to=lower", "-o", self.path("lower.mlir")],
                        qcc + ["-compile-to=graph", "-o", self.path("graph.mlir")],
                        qcc + ["-compile-to=import", "-o", self.path("import.mlir")]):
            if run(command) != 0:
                sys.exit("stress: the undamaged model does not compile: " + " ".join(command))

    def spoil(self, path, damage, suffix=None):
        """A damaged copy of a file."""
        with open(path, "rb") as file:
            data = damage(self.rng, file.read())
        self.damaged = self.path("damaged" + (suffix or os.path.splitext(path)[1]))
        with open(self.damaged, "wb") as file:
            file.write(data)
        return self.damaged

    # One kind of damaged file each; all return commands with the output they may leave.

    def spoil_model(self):
        model = self.rng.choice(self.models)
        damage = damage_model if onnx and self.rng.random() < 0.85 else damage_bytes
        out = self.path("out.qcm")
        return [([self.tool("qcc"), self.spoil(model, damage), "-bits=f32", "-o", out], out),
                ([self.tool("qcc-run"), out, "-selftest"], None)]

    def spoil_calibrated_model(self):
        damage = damage_model if onnx else damage_bytes
        out = self.path("out.qcm")
        return [([self.tool("qcc"), self.spoil(self.base, damage), "-calib=" + self.data, "-o", out], out),
                ([self.tool("qcc-run"), out, "-selftest"], None)]

    def spoil_array(self):
        out = self.path("out.mlir")
        return [([self.tool("qcc"), self.base, "-calib=" + self.spoil(self.data, damage_bytes), "-compile-to=calibrate",
                  "-o", out], out)]

    def spoil_picture(self):
        out = self.path("out.mlir")
        return [([self.tool("qcc"), self.base, "-calib=" + self.spoil(self.rng.choice(self.pictures), damage_bytes),
                  "-preprocess=size:8x8,scale:1/255", "-compile-to=calibrate", "-o", out], out)]

    def spoil_preprocess(self):
        out = self.path("out.mlir")
        text = damage_text(self.rng, b"size:9,crop:8,channels:bgr,layout:nchw,scale:1/255,mean:.5/.4/.3,std:1/1/1")
        text = text.replace(b"\0", b"").decode(errors="replace")
        return [([self.tool("qcc"), self.base, "-calib=" + self.pictures[0], "-preprocess=" + text, "-compile-to=calibrate",
                  "-o", out], out)]

    def spoil_shape(self):
        out = self.path("out.mlir")
        text = damage_text(self.rng, b"x:1x3x8x8").replace(b"\0", b"").decode(errors="replace")
        return [([self.tool("qcc"), self.base, "-bits=f32", "-shape=" + text, "-compile-to=graph", "-o", out], out)]

    def spoil_recipe(self):
        out = self.path("out.mlir")
        return [([self.tool("qcc"), self.base, "-ranges=" + self.ranges, "-recipe=" + self.spoil(self.recipe, damage_text),
                  "-compile-to=quantize", "-o", out], out)]

    def spoil_ranges(self):
        out = self.path("out.qcm")
        return [([self.tool("qcc"), self.base, "-ranges=" + self.spoil(self.ranges, damage_text), "-o", out], out)]

    def spoil_artifact(self):
        path = self.spoil(self.artifact, damage_bytes)
        return [([self.tool("qcc-run"), path, "-info"], None),
                ([self.tool("qcc-run"), path, "-selftest"], None),
                ([self.tool("qcc-diff"), self.artifact, path], None),
                ([self.tool("qcc-bench"), path, "-repeat=1", "-warmup=0"], None)]

    def spoil_labels(self):
        labels = self.path("labels.txt")
        with open(labels, "w") as file:
            file.write("".join(f"sample-{i}.npy,5,{i % 5}\n" for i in range(8)))
        return [([self.tool("qcc-run"), self.artifact, "-eval", "-labels=" + self.spoil(labels, damage_text),
                  "-input", self.data], None)]

    def spoil_input(self):
        out = self.path("out.npy")
        return [([self.tool("qcc-run"), self.artifact, "-input", self.spoil(self.data, damage_bytes), "-output", out], out)]

    def spoil_module(self):
        out = self.path("out.mlir")
        phase, pipeline = self.rng.choice([("import", "graph"), ("graph", "calibrate"), ("graph", "lower"),
                                           ("quantize", "lower"), ("lower", "lower"), ("lower", "x86")])
        return [([self.tool("qcc-opt"), self.spoil(self.path(phase + ".mlir"), damage_text),
                  f"-qcc-{pipeline}-pipeline", "-o", out], None)]

    def keep(self, kind, command, trouble):
        self.troubles += 1
        folder = os.path.join(self.options.keep, f"{self.troubles:04}-{kind}")
        os.makedirs(folder, exist_ok=True)
        if self.damaged and os.path.exists(self.damaged):
            shutil.copy(self.damaged, folder)
        with open(os.path.join(folder, "command"), "w") as file:
            file.write(" ".join(f"'{part}'" for part in command) + f"\n{trouble}\n")
        print(f"{kind}: {trouble}\n  kept in {folder}", flush=True)

    def main(self):
        kinds = [name[6:] for name in dir(Stress) if name.startswith("spoil_")]
        if self.options.kinds:
            kinds = self.options.kinds
        end = time.monotonic() + self.options.seconds
        while time.monotonic() < end:
            kind = self.rng.choice(kinds)
            self.damaged = None
            for command, output in getattr(self, "spoil_" + kind)():
                if output and os.path.exists(output):
                    os.remove(output)
                tally = self.counts.setdefault(kind, [0, 0])
                try:
                    code = run(command, output, several=kind == "module")
                    tally[code] += 1
                except Trouble as trouble:
                    self.keep(kind, command, trouble)
                    break
                if code and command[0].endswith("/qcc"):
                    break
        shutil.rmtree(self.folder)
        for kind, (good, bad) in sorted(self.counts.items()):
            print(f"{kind}: {good} accepted, {bad} refused")
        print(f"{self.troubles} in trouble")
        return 1 if self.troubles else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", help="folder of the tools")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--models", action="append", default=[], help="more models to damage (a glob, repeatable)")
    parser.add_argument("--kinds", nargs="*", help="of damage: model, artifact, ...")
    parser.add_argument("--keep", default="stress-findings", help="folder for what is found")
    sys.exit(Stress(parser.parse_args()).main())


if __name__ == "__main__":
    main()
