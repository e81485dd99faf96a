#!/usr/bin/env python3
#===- peers.py - quantize a model with another tool ---===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""usage: peers.py KIND MODEL.onnx CALIB.npy OUT.onnx

Writes the int8 QDQ model that another quantizer makes of MODEL. KIND is one of
  ort-default      ONNX Runtime quantize_static as it comes: per tensor, min-max
  ort-percentile   per channel, 99.999th percentile
  ort-fast         per channel, min-max, uint8 activations: the only combination for which ONNX Runtime 1.31 has
                   VNNI kernels for whole graphs (with int8 or uint8 on both sides it is 2.5 to 3 times slower)
  nncf             NNCF, preset MIXED, fast bias correction (its default)
  nncf-full        NNCF, preset MIXED, full bias correction
The first three need test/requirements.txt, the others bench/requirements-nncf.txt (see scripts/venv.sh).
"""

import logging
import os
import sys
import tempfile

import numpy as np
import onnx


def prepare(path, folder):
    """Writes the model as all these tools want it: opset 13 or later, no initializers among the inputs, batch
    normalizations folded. Returns the new path, the name of its input and whether it takes any batch."""
    from onnxruntime.quantization.shape_inference import quant_pre_process
    model = onnx.load(path)
    if next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx")) < 13:
        model = onnx.version_converter.convert_version(model, 13)
    initializers = {t.name for t in model.graph.initializer}
    inputs = [i for i in model.graph.input if i.name not in initializers]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    model.ir_version = max(model.ir_version, 7)
    source, ready = os.path.join(folder, "source.onnx"), os.path.join(folder, "ready.onnx")
    onnx.save(model, source)
    # Symbolic shape inference needs another package; the shapes are static already.
    quant_pre_process(source, ready, skip_symbolic_shape=True)
    return ready, inputs[0].name, bool(inputs[0].type.tensor_type.shape.dim[0].dim_param)


def quantize_ort(kind, path, name, batches, out):
    from onnxruntime import quantization

    class Reader(quantization.CalibrationDataReader):
        def __init__(self):
            self.rest = iter(batches)

        def get_next(self):
            batch = next(self.rest, None)
            return None if batch is None else {name: batch}

    options = {}
    if kind == "ort-percentile":
        options = dict(per_channel=True, calibrate_method=quantization.CalibrationMethod.Percentile,
                       extra_options={"CalibPercentile": 99.999})
    elif kind == "ort-fast":
        # The adjustment breaks on a MatMul with a bias (ORT 1.31: "truth value of an array"); speed does not need it.
        options = dict(per_channel=True, activation_type=quantization.QuantType.QUInt8,
                       extra_options={"QDQDisableWeightAdjustForInt32Bias": True})
    quantization.quantize_static(path, out, Reader(), **options)


def quantize_nncf(kind, path, name, batches, out):
    import nncf
    nncf.set_log_level(logging.ERROR)
    dataset = nncf.Dataset(batches, lambda batch: {name: batch})
    quantized = nncf.quantize(onnx.load(path), dataset, preset=nncf.QuantizationPreset.MIXED, subset_size=len(batches),
                              fast_bias_correction=kind != "nncf-full")
    onnx.save(quantized, out)


def main():
    kind, path, calib, out = sys.argv[1:]
    samples = np.load(calib)
    quantize = quantize_nncf if kind.startswith("nncf") else quantize_ort
    with tempfile.TemporaryDirectory() as folder:
        ready, name, dynamic = prepare(path, folder)
        # NNCF takes means over batches: its results are better, and as published, with batches of 32.
        size = 32 if dynamic else 1
        quantize(kind, ready, name, [samples[i:i + size] for i in range(0, len(samples), size)], out)


if __name__ == "__main__":
    main()
