#!/usr/bin/env python3
#===- npydiff.py - compare two .npy files -----------------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Compares ACTUAL.npy with EXPECTED.npy and exits with 1 unless every bound that was asked for holds.

Without a bound, shapes, types and bits must be equal (NaN equals NaN). Plain Python, so that tests need no packages.
"""

import argparse
import array
import ast
import math
import struct
import sys

TYPES = {"f4": "f", "f8": "d", "i1": "b", "u1": "B", "b1": "B", "i2": "h", "u2": "H",
         "i4": "i", "u4": "I", "i8": "q", "u8": "Q"}


def read_npy(path):
    """Returns (shape, type, values) of a .npy file in C order."""
    with open(path, "rb") as file:
        if file.read(6) != b"\x93NUMPY":
            sys.exit(f"{path}: not an npy file")
        major = file.read(2)[0]
        size = struct.unpack("<H" if major == 1 else "<I", file.read(2 if major == 1 else 4))[0]
        header = ast.literal_eval(file.read(size).decode("latin1"))
        data = file.read()
    kind = header["descr"][1:]
    if header["descr"][0] == ">" or header["fortran_order"]:
        sys.exit(f"{path}: big-endian or Fortran order")
    if kind == "f2":
        values = array.array("f", (v for (v,) in struct.iter_unpack("<e", data)))
    elif kind in TYPES:
        values = array.array(TYPES[kind])
        values.frombytes(data)
    else:
        sys.exit(f"{path}: unsupported type {header['descr']}")
    if len(values) != math.prod(header["shape"]):
        sys.exit(f"{path}: {len(values)} elements do not fill shape {header['shape']}")
    return header["shape"], kind, values


def same(a, b):
    return a == b or (a != a and b != b)


def argmax(values):
    return max(range(len(values)), key=values.__getitem__)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("actual")
    parser.add_argument("expected")
    parser.add_argument("--rtol", type=float, help="largest error relative to the largest magnitude expected")
    parser.add_argument("--atol", type=float, help="largest absolute error")
    parser.add_argument("--equal", type=float, help="smallest fraction of equal elements")
    parser.add_argument("--sqnr", type=float, help="smallest 10 log10(sum expected^2 / sum error^2)")
    parser.add_argument("--top1", type=float, help="smallest fraction of rows with the same largest element")
    args = parser.parse_args()

    shape, kind, actual = read_npy(args.actual)
    expected_shape, expected_kind, expected = read_npy(args.expected)
    if shape != expected_shape:
        sys.exit(f"shapes differ: {shape} and {expected_shape}")

    count = len(actual)
    equal = sum(map(same, actual, expected)) / count if count else 1.0
    worst = max((abs(a - b) for a, b in zip(actual, expected) if not same(a, b)), default=0.0)
    largest = max((abs(b) for b in expected if math.isfinite(b)), default=0.0)
    # A NaN or an infinity on one side only is no finite error: no tolerance accepts it.
    if any(math.isfinite(a) != math.isfinite(b) for a, b in zip(actual, expected)):
        worst = math.inf
    noise = math.fsum((a - b) ** 2 for a, b in zip(actual, expected) if not same(a, b)) if math.isfinite(worst) else math.inf
    signal = math.fsum(b * b for b in expected if math.isfinite(b))
    sqnr = math.inf if noise == 0 else -math.inf if signal == 0 or noise == math.inf else 10 * math.log10(signal / noise)
    row = shape[-1] if shape else 1
    rows = count // row if row else 0
    agree = sum(argmax(actual[i * row:(i + 1) * row]) == argmax(expected[i * row:(i + 1) * row])
                for i in range(rows)) / rows if rows else 1.0

    relative = worst / largest if largest else (0.0 if worst == 0 else math.inf)
    print(f"elements {count}, equal {equal:.6f}, largest error {worst:.6g} (relative {relative:.3g}), "
          f"sqnr {sqnr:.2f} dB, top-1 agreement {agree:.4f}")
    failures = []
    if args.rtol is not None and not relative <= args.rtol:
        failures.append(f"relative error {relative:.3g} > {args.rtol:g}")
    if args.atol is not None and not worst <= args.atol:
        failures.append(f"absolute error {worst:.6g} > {args.atol:g}")
    if args.equal is not None and not equal >= args.equal:
        failures.append(f"equal elements {equal:.6f} < {args.equal:g}")
    if args.sqnr is not None and not sqnr >= args.sqnr:
        failures.append(f"sqnr {sqnr:.2f} dB < {args.sqnr:g} dB")
    if args.top1 is not None and not agree >= args.top1:
        failures.append(f"top-1 agreement {agree:.4f} < {args.top1:g}")
    if all(bound is None for bound in (args.rtol, args.atol, args.equal, args.sqnr, args.top1)):
        if kind != expected_kind:
            failures.append(f"types differ: {kind} and {expected_kind}")
        if equal != 1.0:
            first = next(i for i in range(count) if not same(actual[i], expected[i]))
            failures.append(f"not equal; first at element {first}: {actual[first]} and {expected[first]}")
    for failure in failures:
        print("npydiff: " + failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
