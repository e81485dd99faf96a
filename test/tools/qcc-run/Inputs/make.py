#===- make.py - data for the tests of qcc-run -----------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Writes inputs and expected outputs of the test artifact, with Python alone."""

import struct


def save(path, shape, values):
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    text = text.ljust(117) + "\n"
    data = struct.pack(f"<{len(values)}f", *values)
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data)
    return data


x = [float(i) for i in range(3000)]
data = save("x.npy", (3, 10, 100), x)
with open("x.bin", "wb") as file:
    file.write(data)
save("expected.npy", (30, 100), [(i % 1000) / 2 - 2 * v for i, v in enumerate(x)])
# Each sample of 10 x 100 seen as 100 x 10, transposed.
doubled = [2 * x[1000 * s + 10 * 0 + 100 * c + r] for s in range(3) for r in range(100) for c in range(10)]
save("doubled.npy", (300, 10), doubled)
save("wrong.npy", (3, 9, 100), x[:2700])
