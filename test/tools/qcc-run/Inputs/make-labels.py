#===- make-labels.py - labels for the tests of qcc-run -eval ---------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Writes 30 labels in every form that is read: 27 right, 2 near, 1 far off."""

import struct

labels = [0] * 10 + [3] + [0] * 10 + [7, 3] + [0] * 7


def write(name, lines):
    with open(name, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


rows = [f"sample{i:02},{label}" for i, label in enumerate(labels)]
write("labels.txt", map(str, labels))
write("labels.csv", ["file,class", *rows])
write("shuffled.csv", ["file,class", *reversed(rows)])
write("spaces.txt", [row.replace(",", " ") for row in reversed(rows)])
write("few.txt", ["1", "2"])
write("words.txt", ["1", "2", "cat"])
header = f"{{'descr': '<i8', 'fortran_order': False, 'shape': ({len(labels)},), }}".ljust(117) + "\n"
with open("labels.npy", "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(labels)}q", *labels))
