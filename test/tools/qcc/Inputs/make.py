#===- make.py - calibration data, good and bad ----------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Writes data for conv.onnx, whose input x is float32[1x3x8x8], with Python alone."""

import os
import struct
import zipfile


def npy(dtype, shape, data):
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    text = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data


def save(path, content):
    with open(path, "wb") as file:
        file.write(content)


values = [((i * 7919) % 256) / 255 for i in range(8 * 3 * 8 * 8)]
floats = struct.pack(f"<{len(values)}f", *values)
good = npy("<f4", (8, 3, 8, 8), floats)
save("good.npy", good)
save("shape.npy", npy("<f4", (8, 3, 16, 4), floats))
save("type.npy", npy("<i8", (1, 3, 8, 8), bytes(8 * 192)))
save("complex.npy", npy("<c8", (1, 3, 8, 8), bytes(8 * 192)))
save("nan.npy", npy("<f4", (8, 3, 8, 8), struct.pack("<f", float("nan")) * len(values)))
save("inf.npy", npy("<f4", (8, 3, 8, 8), floats[:4 * 500] + struct.pack("<f", float("inf")) + floats[4 * 501:]))
save("none.npy", npy("<f4", (0, 3, 8, 8), b""))
save("empty.npy", b"")
save("cut.npy", good[:1000])
save("huge.npy", npy("<f4", (1 << 40, 3, 8, 8), floats))
with zipfile.ZipFile("good.npz", "w") as archive:
    archive.writestr("x.npy", good)
with zipfile.ZipFile("names.npz", "w") as archive:
    archive.writestr("y.npy", good)
save("cut.npz", open("good.npz", "rb").read()[:2000])

ppm = b"P6\n8 8\n255\n" + bytes(range(192))
for folder, files in {
        "pictures": {"a.ppm": ppm},
        "corrupt": {"a.ppm": ppm, "b.ppm": ppm[:100]},
        "nojpeg": {"a.jpg": b"not a picture"},
        "nothing": {},
        "other": {"README": b"text"},
}.items():
    os.makedirs(folder, exist_ok=True)
    for name, content in files.items():
        save(os.path.join(folder, name), content)
