#!/usr/bin/env python3
#===- magika.py - what the demo does around Magika ----------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Magika, Google's file-type classifier, reads 1,024 bytes from a file's head and 1,024 from its tail. This script finds
files, makes the arrays of those bytes that the model takes, and reads what it answered. Python's own library is enough.

  magika.py find COUNT ROOT...              prints COUNT paths of files below the roots, of as many kinds as there are
  magika.py features OUT.npy < PATHS        int32 [N, 2048] of the files named on standard input, one a line
  magika.py report CONFIG FLOAT.npy INT8.npy [--minimum F] < PATHS
                                            prints labels and agreement; exits with 1 if the agreement is below F
"""

import argparse
import array
import collections
import json
import os
import struct
import sys

HEAD = TAIL = 1024
BLOCK = 4096
PADDING = 256


def features(path):
    """The bytes that Magika looks at: white space stripped at the outer ends, padded on the inner side."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        head = file.read(BLOCK).lstrip()[:HEAD]
        file.seek(max(0, size - BLOCK))
        tail = file.read(BLOCK).rstrip()[-TAIL:]
    return [*head, *[PADDING] * (HEAD - len(head)), *[PADDING] * (TAIL - len(tail)), *tail]


def write_npy(path, rows):
    header = f"{{'descr': '<i4', 'fortran_order': False, 'shape': ({len(rows)}, {HEAD + TAIL}), }}"
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for row in rows:
            file.write(array.array("i", row).tobytes())


def read_scores(path):
    """The rows of a float32 .npy."""
    with open(path, "rb") as file:
        if file.read(8) != b"\x93NUMPY\x01\x00":
            sys.exit(f"{path}: not an npy file of version 1")
        header = file.read(struct.unpack("<H", file.read(2))[0]).decode()
        if "'<f4'" not in header:
            sys.exit(f"{path}: not float32: {header.strip()}")
        values = array.array("f", file.read())
    width = int(header.split("(")[1].split(")")[0].split(",")[1])
    return [values[i:i + width] for i in range(0, len(values), width)]


def find(count, roots):
    """Takes files in turn from each kind (suffix), frequent kinds first, files in order of their names: the same machine
    gives the same files. Leaves out what is too small to tell, and links, which would count twice."""
    kinds = collections.defaultdict(list)
    for root in roots:
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(f for f in folders if f not in (".git", "__pycache__", "build"))
            for name in sorted(names):
                path = os.path.join(folder, name)
                kind = os.path.splitext(name)[1].lower()
                # A hundred of a kind are plenty to choose from.
                if len(kinds[kind]) >= 100 or os.path.islink(path) or "\n" in path:
                    continue
                if os.path.isfile(path) and os.access(path, os.R_OK) and os.path.getsize(path) >= 16:
                    kinds[kind].append(path)
    found, turn = [], 0
    while len(found) < count and any(len(paths) > turn for paths in kinds.values()):
        for kind in sorted(kinds, key=lambda k: (-len(kinds[k]), k)):
            if len(kinds[kind]) > turn and len(found) < count:
                found.append(kinds[kind][turn])
        turn += 1
    return found


def report(config, reference, quantized, minimum):
    with open(config, encoding="utf-8") as file:
        labels = json.load(file)["target_labels_space"]
    paths = sys.stdin.read().splitlines()
    names = [[labels[max(range(len(row)), key=row.__getitem__)] for row in read_scores(f)] for f in (reference, quantized)]
    if not len(paths) == len(names[0]) == len(names[1]) or not paths:
        sys.exit(f"{len(paths)} files, but {len(names[0])} and {len(names[1])} answers")
    print(f"{'label':14} files  example")
    by_label = collections.defaultdict(list)
    for path, name in zip(paths, names[1]):
        by_label[name].append(path)
    for name, members in sorted(by_label.items(), key=lambda item: (-len(item[1]), item[0])):
        print(f"{name:14} {len(members):5}  {members[0]}")
    for path, a, b in zip(paths, *names):
        if a != b:
            print(f"differs: {path}: float says {a}, int8 says {b}")
    same = sum(a == b for a, b in zip(*names))
    print(f"agreement of int8 with float: {same} of {len(paths)} files ({100 * same / len(paths):.1f} %), "
          f"{len(by_label)} types")
    return 0 if same >= minimum * len(paths) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("find")
    command.add_argument("count", type=int)
    command.add_argument("roots", nargs="+")
    command = commands.add_parser("features")
    command.add_argument("out")
    command = commands.add_parser("report")
    command.add_argument("config")
    command.add_argument("reference")
    command.add_argument("quantized")
    command.add_argument("--minimum", type=float, default=0)
    args = parser.parse_args()
    if args.command == "find":
        print("\n".join(find(args.count, args.roots)))
    elif args.command == "features":
        write_npy(args.out, [features(path) for path in sys.stdin.read().splitlines()])
    else:
        return report(args.config, args.reference, args.quantized, args.minimum)
    return 0


if __name__ == "__main__":
    sys.exit(main())
