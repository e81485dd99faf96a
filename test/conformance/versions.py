#!/usr/bin/env python3
#===- versions.py - node tests of operators in old opsets ----------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""usage: versions.py ARCHIVE.tar.gz

ONNX's own node tests know the newest version of each operator. This makes tests in the same form for every version that a model
of opset 7 or later can have, where attributes and inputs, or what they mean, have changed; ONNX Runtime gives the results. Needs
onnx and onnxruntime (test/requirements.txt). Inputs/versions.tar.gz holds what it wrote."""

import io
import os
import sys
import tarfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bench"))
import quality

CASES = []


def case(op, opsets, inputs, attributes=None, outputs=1, constants=(), name=""):
    """One test for each opset. `inputs` are arrays, or None where one is left out; those at the places in `constants` are
    initializers."""
    for opset in opsets:
        CASES.append((op, opset, name, inputs, attributes or {}, outputs, constants))


def resize(opsets, inputs, attributes, name):
    """Before version 13 an input of Resize that is not wanted is an empty tensor."""
    present = tuple(i for i, array in enumerate(inputs) if i and array is not None)
    case("Resize", [opset for opset in opsets if opset >= 13], inputs, attributes, constants=present, name=name)
    filled = [floats() if array is None else array for array in inputs]
    case("Resize", [opset for opset in opsets if opset < 13], filled, attributes, constants=tuple(range(1, len(inputs))), name=name)


def model_of(op, opset, inputs, attributes, outputs, constants):
    names = ["" if array is None else f"x{i}" for i, array in enumerate(inputs)]
    live = [helper.make_tensor_value_info(names[i], helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
            for i, array in enumerate(inputs) if array is not None and i not in constants]
    initializers = [numpy_helper.from_array(inputs[i], names[i]) for i in constants]
    results = [f"y{i}" for i in range(outputs)]
    node = helper.make_node(op, names, results, name="node", **attributes)
    graph = helper.make_graph([node], "graph", live, [helper.make_empty_tensor_value_info(name) for name in results], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    return onnx.shape_inference.infer_shapes(model, strict_mode=True)


def add_file(archive, path, data):
    info = tarfile.TarInfo(path)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def write(archive, directory, model, feeds, results):
    add_file(archive, f"{directory}/model.onnx", model.SerializeToString())
    for kind, arrays in (("input", feeds), ("output", results)):
        for i, array in enumerate(arrays):
            add_file(archive, f"{directory}/test_data_set_0/{kind}_{i}.pb", numpy_helper.from_array(array).SerializeToString())


def ramp(*shape, dtype=np.float32):
    """Different numbers of both signs, without a pattern that a wrong axis would keep."""
    count = int(np.prod(shape))
    values = (np.arange(count) * 7919 % (2 * count + 1) - count) / max(count, 1) * 3
    if np.issubdtype(dtype, np.unsignedinteger):
        values = np.abs(values) * 20
    elif np.issubdtype(dtype, np.integer):
        values = values * 10
    return values.astype(dtype).reshape(shape)


def ints(*values):
    return np.array(values, np.int64)


def floats(*values):
    return np.array(values, np.float32)


def scalar(value, dtype=np.float32):
    return np.array(value, dtype)


def normalization():
    x = ramp(2, 3, 4, 5)
    channels = [np.abs(ramp(3)) + 0.5, ramp(3), ramp(3) * 0.5, np.abs(ramp(3)) + 0.2]
    case("BatchNormalization", (7, 9, 14, 15), [x] + channels, {"epsilon": 1e-3}, constants=(1, 2, 3, 4))
    case("BatchNormalization", (7, 15), [ramp(2, 3)] + channels, constants=(1, 2, 3, 4), name="flat")
    case("InstanceNormalization", (7, 22), [x] + channels[:2], {"epsilon": 1e-3}, constants=(1, 2))
    case("LayerNormalization", (17,), [x, ramp(4, 5), ramp(4, 5)], {"axis": -2}, constants=(1, 2))
    case("GroupNormalization", (21,), [ramp(2, 4, 3, 3), floats(1, 2, 3, 4), floats(0.5, -1, 0, 2)], {"num_groups": 2},
         constants=(1, 2))
    case("LRN", (7, 13), [x], {"size": 3, "alpha": 0.01, "bias": 1.5})
    case("LpNormalization", (7, 22), [x], {"axis": 1, "p": 1})
    case("MeanVarianceNormalization", (9, 13), [x], {"axes": [0, 2, 3]})
    for op in ("Softmax", "LogSoftmax", "Hardmax"):
        # Before version 13 all dimensions from the axis on are one, and the default is 1.
        for axis in (None, 0, 2, 3):
            case(op, (7, 11, 13), [x], {} if axis is None else {"axis": axis}, name=f"axis_{axis}")
        case(op, (11, 13), [x], {"axis": -2}, name="negative")


def activations():
    x = ramp(2, 3, 4)
    for op, opsets, attributes in (
            ("Relu", (7, 13, 14), {}), ("LeakyRelu", (7, 16), {"alpha": 0.3}), ("Elu", (7, 22), {"alpha": 0.7}),
            ("Selu", (7, 22), {}), ("Sigmoid", (7, 13), {}), ("Tanh", (7, 13), {}), ("HardSigmoid", (7, 22), {"alpha": 0.3}),
            ("HardSwish", (14, 22), {}), ("Softplus", (7, 22), {}), ("Softsign", (7, 22), {}), ("Mish", (18, 22), {}),
            ("Gelu", (20,), {"approximate": "tanh"}), ("Celu", (12,), {"alpha": 0.6}), ("ThresholdedRelu", (10, 22), {}),
            ("Shrink", (9,), {"bias": 0.2, "lambd": 0.6}), ("Erf", (9, 13), {}), ("Sign", (9, 13), {}), ("Round", (11, 22), {}),
            ("Abs", (7, 13), {}), ("Neg", (7, 13), {}), ("Floor", (7, 13), {}), ("Ceil", (7, 13), {}), ("Exp", (7, 13), {}),
            ("IsNaN", (9, 13, 20), {}), ("IsInf", (10, 20), {"detect_negative": 0})):
        case(op, opsets, [x], attributes)
    for op in ("Sqrt", "Log", "Reciprocal"):
        case(op, (7, 13), [np.abs(x) + 0.1])
    case("PRelu", (7, 9, 16), [x, floats(0.1, 0.2, 0.3).reshape(3, 1)], constants=(1,))
    case("Clip", (7, 10), [x], {"min": -0.5, "max": 1.0})
    case("Clip", (7,), [x], {"min": -0.5}, name="min")
    case("Clip", (11, 12, 13), [x, scalar(-0.5), scalar(1.0)], constants=(1, 2))
    case("Clip", (11, 13), [x, None, scalar(1.0)], constants=(2,), name="max")
    case("Clip", (12,), [ramp(2, 5, dtype=np.int32), scalar(-4, np.int32), scalar(7, np.int32)], constants=(1, 2), name="int")
    case("Dropout", (7, 10), [x], {"ratio": 0.3})
    case("Dropout", (12, 13, 22), [x, scalar(0.3), scalar(False, bool)], constants=(1, 2))
    case("Dropout", (12, 13), [x], outputs=2, name="mask")


def arithmetic():
    a, b = ramp(2, 3, 4), ramp(3, 1) + 5
    for op in ("Add", "Sub", "Mul", "Div"):
        case(op, (7, 13, 14), [a, b])
        case(op, (7, 14), [ramp(2, 3, dtype=np.int32), ramp(3, dtype=np.int32) + 60], name="int")
    case("Pow", (7, 12, 13, 15), [np.abs(a) + 0.1, b])
    case("Pow", (12, 15), [a, scalar(3, np.int64)], name="mixed")
    case("Mod", (10, 13), [ramp(2, 4, dtype=np.int64), ints(3, -4, 5, 7)])
    case("Mod", (10, 13), [a, b], {"fmod": 1}, name="fmod")
    for op in ("Sum", "Max", "Min", "Mean"):
        case(op, (7, 8, 13), [a, ramp(2, 3, 4) * 2, ramp(2, 3, 4)[::-1].copy()])
        case(op, (8, 13), [a, b], name="broadcast")
    for op in ("Equal", "Greater", "Less"):
        case(op, (7, 9, 11, 13) if op == "Equal" else (7, 9, 13),
             [ramp(2, 3, dtype=np.int32), ramp(3, dtype=np.int32)] if op == "Equal" else [a, ramp(3, 1)])
    for op in ("GreaterOrEqual", "LessOrEqual"):
        case(op, (12, 16), [a, ramp(3, 1)])
    mask = a > 0
    for op in ("And", "Or", "Xor"):
        case(op, (7,), [mask, mask[0]])
    case("Where", (9, 16), [mask, a, b])
    case("BitShift", (11,), [ramp(2, 3, dtype=np.uint8), np.array([1, 2, 3], np.uint8)], {"direction": "LEFT"})
    case("Gemm", (7, 9, 11, 13), [ramp(3, 2), ramp(4, 3), ramp(2, 1)], {"transA": 1, "transB": 1, "alpha": 0.5, "beta": 2.0},
         constants=(1,))
    case("Gemm", (7, 13), [ramp(2, 3), ramp(3, 4), ramp(4)], constants=(1, 2), name="bias")
    case("Gemm", (11, 13), [ramp(2, 3), ramp(3, 4)], name="product")
    case("MatMul", (7, 9, 13), [ramp(2, 1, 3, 4), ramp(3, 4, 2)])
    case("Einsum", (12,), [ramp(2, 3, 4), ramp(2, 4, 5)], {"equation": "bij,bjk->bik"})
    case("CumSum", (11, 14), [a, scalar(1, np.int64)], {"exclusive": 1, "reverse": 1}, constants=(1,))


def windows():
    x = ramp(1, 2, 7, 6)
    case("Conv", (7, 11, 22), [x, ramp(4, 1, 3, 2), ramp(4)], {"group": 2, "strides": [2, 1], "pads": [1, 0, 2, 1]}, constants=(1, 2))
    case("Conv", (7, 11), [x, ramp(3, 2, 3, 3)], {"auto_pad": "SAME_LOWER", "strides": [2, 2], "kernel_shape": [3, 3]},
         constants=(1,), name="same")
    case("Conv", (7, 11), [ramp(1, 2, 9), ramp(3, 2, 3)], {"dilations": [2]}, constants=(1,), name="1d")
    case("ConvTranspose", (7, 11, 22), [x, ramp(2, 3, 3, 2), ramp(3)],
         {"strides": [2, 3], "output_padding": [1, 0], "pads": [1, 0, 0, 1]}, constants=(1, 2))
    case("ConvTranspose", (7, 11), [x, ramp(2, 3, 3, 3)], {"strides": [2, 2], "output_shape": [14, 13]}, constants=(1,), name="shape")
    pool = {"kernel_shape": [3, 2], "strides": [2, 2], "pads": [1, 0, 1, 1]}
    case("MaxPool", (7, 8, 10, 11, 12, 22), [x], pool)
    case("MaxPool", (8, 10, 12), [x], dict(pool, storage_order=1), outputs=2, name="indices")
    case("MaxPool", (8, 12), [x], pool, outputs=2, name="indices_rows")
    case("MaxPool", (10, 12), [x], dict(pool, ceil_mode=1, dilations=[2, 2], pads=[0, 0, 0, 0]), name="ceil")
    case("MaxPool", (10, 12), [x], dict(pool, ceil_mode=1), outputs=2, name="ceil_indices")
    case("MaxPool", (12,), [ramp(1, 2, 7, 6, dtype=np.int8)], pool, outputs=2, name="int8")
    case("MaxPool", (8, 12), [ramp(2, 3, 9)], {"kernel_shape": [3], "auto_pad": "SAME_UPPER"}, outputs=2, name="1d")
    case("AveragePool", (7, 10, 11, 19, 22), [x], pool)
    case("AveragePool", (7, 19), [x], dict(pool, count_include_pad=1), name="pads")
    case("AveragePool", (10, 19), [x], {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}, name="ceil")
    case("AveragePool", (19,), [x], {"kernel_shape": [2, 2], "dilations": [2, 3]}, name="dilated")
    case("LpPool", (7, 11, 18, 22), [x], dict(pool, p=3))
    for op in ("GlobalMaxPool", "GlobalAveragePool"):
        case(op, (7, 22), [x])
    case("GlobalLpPool", (7,), [x], {"p": 1})
    case("DepthToSpace", (7, 11, 13), [ramp(1, 8, 2, 3)], {"blocksize": 2})
    case("DepthToSpace", (11, 13), [ramp(1, 8, 2, 3)], {"blocksize": 2, "mode": "CRD"}, name="crd")
    case("SpaceToDepth", (7, 13), [ramp(1, 2, 4, 6)], {"blocksize": 2})
    image = ramp(1, 2, 4, 5)
    for mode in ("nearest", "linear"):
        case("Upsample", (7,), [image], {"mode": mode, "scales": [1.0, 1.0, 2.0, 2.5]}, name=mode)
        case("Upsample", (9,), [image, floats(1, 1, 2, 2.5)], {"mode": mode}, constants=(1,), name=mode)
        case("Resize", (10,), [image, floats(1, 1, 1.7, 0.6)], {"mode": mode}, constants=(1,), name=mode)
    for transform in ("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"):
        for mode in ("nearest", "linear", "cubic"):
            # With align_corners ONNX divides by the length before it is rounded, ONNX Runtime by the one after.
            high = 1.5 if transform == "align_corners" else 1.7
            resize((11, 13, 18, 19), [image, None, floats(1, 1, high, 0.6)],
                   {"mode": mode, "coordinate_transformation_mode": transform}, f"{mode}_{transform}")
    resize((11, 13, 19), [image, None, None, ints(1, 2, 7, 3)], {"mode": "linear"}, "sizes")
    resize((11, 13, 19), [image, floats(0, 0, 0.1, 0.2, 1, 1, 0.8, 1.1), None, ints(1, 2, 3, 4)],
           {"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize", "extrapolation_value": 7.0}, "crop")
    resize((11, 19), [image, None, floats(1, 1, 2, 2)], {"mode": "cubic", "cubic_coeff_a": -0.5, "exclude_outside": 1}, "exclude")
    for rounding in ("floor", "ceil", "round_prefer_ceil"):
        resize((11, 19), [image, None, floats(1, 1, 0.7, 1.5)], {"mode": "nearest", "nearest_mode": rounding}, rounding)
    resize((18, 19), [image, None, None, ints(7, 3)], {"mode": "linear", "axes": [2, 3]}, "axes")
    resize((18, 19), [image, None, None, ints(7, 7)],
           {"mode": "nearest", "axes": [2, 3], "keep_aspect_ratio_policy": "not_larger"}, "aspect")
    grid = ramp(1, 3, 4, 2) / 3
    case("GridSample", (16,), [image, grid], {"mode": "bilinear", "padding_mode": "border", "align_corners": 1})
    case("GridSample", (20, 22), [image, grid], {"mode": "linear", "padding_mode": "reflection"})
    boxes, batch = np.array([[0, 0, 3, 3], [1, 0.5, 4, 2.5]], np.float32), ints(0, 0)
    roi = {"output_height": 2, "output_width": 3, "sampling_ratio": 2, "spatial_scale": 0.8}
    case("RoiAlign", (10, 16), [image, boxes, batch], roi)
    case("RoiAlign", (16,), [image, boxes, batch], dict(roi, coordinate_transformation_mode="output_half_pixel"), name="old")
    # Regions of up to three samples in a bin, across the border and outside.
    boxes, batch = np.array([[0, 0, 4, 3], [-3, -2, 7, 5], [1, 1, 2, 9], [20, 20, 30, 30]], np.float32), ints(0, 0, 0, 0)
    for mode in ("avg", "max"):
        case("RoiAlign", (10, 16), [image, boxes, batch], dict(roi, sampling_ratio=0, mode=mode), name=f"adaptive_{mode}")


def detection():
    # Equal scores, equal boxes, corners of either diagonal.
    boxes = np.array([[[0, 0, 1, 1], [0, 0.1, 1, 1.1], [1, 0.9, 0, -0.1], [0, 10, 1, 11], [1, 11.1, 0, 10.1], [0, 100, 1, 101]],
                      [[0, 0, 4, 4], [0, 0, 4, 4], [1, 1, 5, 5], [2, 2, 2, 2], [0, 1, 4, 5], [-3, -3, 1, 1]]], np.float32)
    scores = np.array([[[0.9, 0.75, 0.6, 0.95, 0.5, 0.3], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]],
                       [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.7, 0.7, 0.1, 0.2, 0.7, 0.3]]], np.float32)
    for name, most, overlap, least in (("all", 9, 0.5, 0.0), ("some", 2, 0.5, 0.3), ("none", 3, 0.5, 2.0), ("no_overlap", 6, 0.0, 0.2)):
        inputs = [boxes, scores, ints(most), floats(overlap), floats(least)]
        case("NonMaxSuppression", (10, 11), inputs, constants=(2,), name=name)
    case("NonMaxSuppression", (10, 11), [boxes, scores, ints(4), floats(0.4)], {"center_point_box": 1}, constants=(2, 3), name="center")
    case("NonMaxSuppression", (11,), [boxes, scores, ints(2), floats(0.5)], name="live")
    case("NonMaxSuppression", (11,), [boxes, scores], name="nothing")


def reductions():
    x = np.abs(ramp(2, 3, 4)) + 0.1
    for op in ("Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare", "Sum"):
        last = 11 if op == "Sum" else 13
        for opset in (7, 11, 13):
            if opset <= last:
                case("Reduce" + op, (opset,), [x], {"axes": [0, 2], "keepdims": 0})
                case("Reduce" + op, (opset,), [x], name="all")
        case("Reduce" + op, (13,) if op == "Sum" else (18,), [x, ints(0, -1)], {"keepdims": 0}, constants=(1,), name="input")
        case("Reduce" + op, (13,) if op == "Sum" else (18,), [x], {"noop_with_empty_axes": 1}, name="noop")
    tied = np.array([[3, 1, 3], [0, 0, -1]], np.float32)
    for op in ("ArgMax", "ArgMin"):
        case(op, (7, 11, 12, 13), [tied], {"axis": 1, "keepdims": 0})
        case(op, (12, 13), [tied], {"axis": -1, "select_last_index": 1}, name="last")
    case("TopK", (7,), [ramp(3, 5)], {"k": 2, "axis": 1}, outputs=2)
    case("TopK", (10, 11), [ramp(3, 5), ints(2)], {"axis": 1}, outputs=2, constants=(1,))
    case("TopK", (11,), [ramp(3, 5), ints(2)], {"axis": 0, "largest": 0}, outputs=2, constants=(1,), name="least")


def movement():
    x = ramp(2, 3, 4)
    for mode in ("constant", "reflect", "edge"):
        case("Pad", (7,), [x], {"mode": mode, "pads": [0, 1, 2, 1, 0, 1], "value": 1.5}, name=mode)
        case("Pad", (11, 13, 18, 21), [x, ints(0, 1, 2, 1, 0, 1), scalar(1.5)], {"mode": mode}, constants=(1, 2),
             name=mode)
    case("Pad", (7,), [x], {"pads": [0, -1, 0, 0, 0, -2]}, name="crop")
    case("Pad", (13,), [x, ints(0, -1, 0, 0, 0, -2)], constants=(1,), name="crop")
    case("Pad", (18, 19, 23), [x, ints(1, 2), scalar(2.0), ints(-1)], constants=(1, 2, 3), name="axes")
    case("Pad", (19,), [x, ints(0, 1, 2, 1, 0, 1)], {"mode": "wrap"}, constants=(1,), name="wrap")
    case("Slice", (7,), [x], {"starts": [1, -3], "ends": [9, -1], "axes": [1, 2]})
    case("Slice", (7,), [x], {"starts": [0, 1], "ends": [2, 3]}, name="no_axes")
    case("Slice", (10, 11, 13), [x, ints(1, -1), ints(9, -4), ints(1, 2), ints(1, -2)], constants=(1, 2, 3, 4))
    case("Slice", (10, 13), [x, ints(0, 1), ints(2, 3)], constants=(1, 2), name="no_axes")
    one = ramp(1, 3, 1, 4)
    case("Squeeze", (7, 11), [one], {"axes": [0, 2]})
    case("Squeeze", (11,), [one], {"axes": [-2]}, name="negative")
    case("Squeeze", (7, 11, 13), [one], name="all")
    case("Squeeze", (13, 21), [one, ints(0, -2)], constants=(1,), name="input")
    case("Unsqueeze", (7, 11), [x], {"axes": [0, 2]})
    case("Unsqueeze", (11,), [x], {"axes": [-1, 1]}, name="negative")
    case("Unsqueeze", (13, 21), [x, ints(0, -1)], constants=(1,), name="input")
    case("Split", (7, 11), [ramp(2, 6)], {"axis": 1, "split": [1, 2, 3]}, outputs=3)
    case("Split", (7, 11, 13), [ramp(2, 6)], {"axis": 1}, outputs=3, name="equal")
    case("Split", (13, 18), [ramp(2, 6), ints(1, 2, 3)], {"axis": -1}, outputs=3, constants=(1,), name="input")
    case("Split", (18,), [ramp(2, 7)], {"axis": 1, "num_outputs": 3}, outputs=3, name="uneven")
    case("Concat", (7, 11, 13), [x, ramp(2, 1, 4)], {"axis": 1})
    case("Concat", (11, 13), [x, ramp(2, 3, 2)], {"axis": -1}, name="negative")
    case("Transpose", (7, 13, 21), [x], {"perm": [2, 0, 1]})
    case("Transpose", (7, 13), [x], name="reversed")
    case("Reshape", (7, 13, 14, 21), [x, ints(0, -1)], constants=(1,))
    case("Flatten", (7, 9, 11, 13), [x], {"axis": 2})
    case("Flatten", (7, 13), [x], {"axis": 0}, name="zero")
    case("Flatten", (11, 13), [x], {"axis": -1}, name="negative")
    case("Expand", (8, 13), [ramp(3, 1), ints(2, 1, 4)], constants=(1,))
    case("Tile", (7, 13), [x, ints(1, 2, 3)], constants=(1,))
    case("Gather", (7, 11, 13), [x, ints(2, 0).reshape(1, 2)], {"axis": 1})
    case("Gather", (11, 13), [x, ints(-1, 0)], {"axis": 2}, name="negative")
    case("GatherElements", (11, 13), [ramp(2, 3), np.array([[0, -1, 1]], np.int64)], {"axis": 1})
    case("GatherND", (11, 12, 13), [x, np.array([[0, 2], [1, -1]], np.int64)])
    case("GatherND", (12, 13), [x, np.array([[1], [0]], np.int64)], {"batch_dims": 1}, name="batch")
    case("ScatterND", (11, 13, 16, 18), [x, np.array([[1], [0]], np.int64), ramp(2, 3, 4) * 2])
    case("ScatterND", (16, 18), [x, np.array([[0], [0]], np.int64), ramp(2, 3, 4) * 2], {"reduction": "add"}, name="add")
    case("Scatter", (9,), [ramp(2, 3), np.array([[0, 2, 1]], np.int64), ramp(1, 3) * 2], {"axis": 1})
    case("ScatterElements", (11, 13, 16, 18), [ramp(2, 3), np.array([[0, -1, 1]], np.int64), ramp(1, 3) * 2], {"axis": 1})
    case("OneHot", (9, 11), [ints(1, 7, 0), scalar(3, np.int64), floats(2, 5)], {}, constants=(1, 2))
    case("OneHot", (11,), [ints(-1, -9, 0), scalar(3, np.int64), floats(2, 5)], {"axis": 0}, constants=(1, 2), name="negative")
    case("Trilu", (14,), [ramp(3, 4), scalar(1, np.int64)], {"upper": 0}, constants=(1,))
    case("Shape", (7, 13, 15), [x])
    case("Shape", (15, 21), [x], {"start": -2, "end": 3}, name="part")
    case("Size", (7, 13), [x])
    case("ConstantOfShape", (9, 21), [ints(2, 3)], {"value": numpy_helper.from_array(floats(4))}, constants=(0,))
    case("Range", (11,), [scalar(1, np.int64), scalar(10, np.int64), scalar(3, np.int64)], constants=(0, 1, 2))
    case("EyeLike", (9, 22), [ramp(3, 4)], {"k": 1})


def conversions():
    x = ramp(3, 4) * 10
    for to in (TensorProto.INT32, TensorProto.BOOL, TensorProto.DOUBLE, TensorProto.INT8):
        case("Cast", (7, 9, 13, 19), [x], {"to": to}, name=str(to))
    case("Cast", (9, 13), [ramp(3, 4, dtype=np.int64)], {"to": TensorProto.FLOAT}, name="to_float")
    case("CastLike", (15, 19), [x, np.zeros(1, np.int32)])
    zero, step = scalar(120, np.uint8), scalar(0.3)
    case("QuantizeLinear", (10, 13, 19, 21), [x, step, zero], constants=(1, 2))
    case("QuantizeLinear", (10, 13), [x, step], constants=(1,), name="no_zero_point")
    case("QuantizeLinear", (13, 19, 21), [x, floats(0.3, 0.2, 0.5), np.array([0, -3, 4], np.int8)], {"axis": 0}, constants=(1, 2),
         name="axis")
    stored = ramp(3, 4, dtype=np.uint8)
    case("DequantizeLinear", (10, 13, 19, 21), [stored, step, zero], constants=(1, 2))
    case("DequantizeLinear", (13, 19, 21), [stored, floats(0.3, 0.2, 0.5, 1), np.array([0, 3, 4, 200], np.uint8)], {"axis": -1},
         constants=(1, 2), name="axis")
    case("DynamicQuantizeLinear", (11,), [x], outputs=3)
    image, kernel = ramp(1, 2, 5, 5, dtype=np.uint8), ramp(3, 2, 3, 3, dtype=np.int8)
    case("ConvInteger", (10,), [image, kernel, scalar(20, np.uint8), scalar(0, np.int8)], {"pads": [1, 1, 1, 1]},
         constants=(1, 2, 3))
    case("MatMulInteger", (10,), [ramp(2, 300, dtype=np.uint8), ramp(300, 3, dtype=np.uint8), scalar(9, np.uint8),
                                  scalar(4, np.uint8)], constants=(1, 2, 3))
    case("QLinearConv", (10,), [image, scalar(0.1), scalar(3, np.uint8), kernel, floats(0.02, 0.01, 0.05), np.zeros(3, np.int8),
                                scalar(0.4), scalar(110, np.uint8), np.array([100, -900, 40], np.int32)], {"strides": [2, 1]},
         constants=(1, 2, 3, 4, 5, 6, 7, 8))
    case("QLinearConv", (10,), [image, scalar(0.1), scalar(3, np.uint8), ramp(2, 1, 3, 3, dtype=np.uint8), scalar(0.02),
                                scalar(7, np.uint8), scalar(0.4), scalar(110, np.uint8)], {"group": 2},
         constants=(1, 2, 3, 4, 5, 6, 7), name="grouped")
    case("QLinearMatMul", (10,), [ramp(2, 5, dtype=np.uint8), scalar(0.1), scalar(3, np.uint8), ramp(5, 4, dtype=np.int8),
                                  scalar(0.2), scalar(0, np.int8), scalar(2), scalar(100, np.uint8)],
         constants=(1, 2, 3, 4, 5, 6, 7))


def main():
    for family in (normalization, activations, arithmetic, windows, reductions, movement, detection, conversions):
        family()
    onnxruntime.set_default_logger_severity(4)
    with tarfile.open(sys.argv[1], "w:gz") as archive:
        for op, opset, name, inputs, attributes, outputs, constants in CASES:
            directory = "_".join(filter(None, [op.lower(), name, f"opset{opset}"]))
            try:
                model = model_of(op, opset, inputs, attributes, outputs, constants)
                session = quality.ort_session(model.SerializeToString())
                feeds = {f"x{i}": array for i, array in enumerate(inputs) if array is not None and i not in constants}
                results = session.run(None, feeds)
            except Exception as error:
                sys.exit(f"{directory}: {error}")
            write(archive, f"versions/{directory}", model, list(feeds.values()), results)
    print(len(CASES), "tests")


if __name__ == "__main__":
    main()
