#!/usr/bin/env python3
#===- calibration_memory.py - memory for few samples and for many ----------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""usage: calibration_memory.py RESNET8.onnx FOLDER [MANY]

Calibrates on 8 and on MANY (2,000) samples of random pixels and compares the peaks of resident memory, which may differ by 5 %:
the samples alone would add 20 MB, or 16 %, if they stayed. With 8,000 by hand: 147 and 148 MB.
"""

import array
import os
import resource
import struct
import subprocess
import sys

SHAPE = (3, 32, 32)


def write_samples(path, count):
    """Random pixels as float32."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {(count, *SHAPE)}, }}"
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for _ in range(count):
            file.write(array.array("f", map(float, os.urandom(SHAPE[0] * SHAPE[1] * SHAPE[2]))).tobytes())


def peak(model, folder, count):
    """Kilobytes. Children of a process of its own, since the figure is that of the greatest child so far."""
    samples = os.path.join(folder, f"{count}.npy")
    write_samples(samples, count)
    reader, writer = os.pipe()
    if os.fork() == 0:
        status = subprocess.run(["qcc", model, f"-calib={samples}", "-compile-to=calibrate", "-emit-bytecode", "-o",
                                 os.path.join(folder, "out.mlirbc")], stderr=subprocess.DEVNULL).returncode
        os.write(writer, str(0 if status else resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss).encode())
        os._exit(0)
    os.wait()
    os.remove(samples)
    return int(os.read(reader, 32))


def main():
    model, folder = sys.argv[1:3]
    many = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    os.makedirs(folder, exist_ok=True)
    few_peak, many_peak = peak(model, folder, 8), peak(model, folder, many)
    print(f"peak memory: {few_peak} KB for 8 samples, {many_peak} KB for {many}")
    return 0 if 0 < many_peak <= 1.05 * few_peak else 1


if __name__ == "__main__":
    sys.exit(main())
