#!/usr/bin/env python3
#===- check-banners.py - every source file says what it is --------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Checks that every source file begins with a banner that names the file, says what it is and states the licence."""

import os
import re
import subprocess
import sys

SLASHES = re.compile(r"^(//|/\*)===-+ (?P<name>[\w.+-]+) - .+===(//|\*/)$")
HASHES = re.compile(r"^#===-+ (?P<name>[\w.+-]+) - .+===#$")
STYLES = {".c": SLASHES, ".cpp": SLASHES, ".h": SLASHES, ".td": SLASHES, ".py": HASHES, ".sh": HASHES}
LICENCE = "Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions."
SPDX = "SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception"


def problem(path):
    """Returns what is wrong with the banner of `path`, or None."""
    style = STYLES[os.path.splitext(path)[1]]
    with open(path, encoding="utf-8") as file:
        lines = [file.readline().rstrip("\n") for _ in range(12)]
    if lines[0].startswith("#!"):
        lines.pop(0)
    match = style.match(lines[0])
    if not match:
        return "the first line is no banner of the form //===- Name.cpp - what it is ---===//"
    if match["name"] != os.path.basename(path):
        return f"the banner names {match['name']}"
    for wanted in (LICENCE, SPDX):
        if not any(wanted in line for line in lines):
            return f"the banner lacks '{wanted}'"
    return None


def main():
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    # lit's configuration is not a program of its own: lit executes it.
    files = [f for f in files if os.path.splitext(f)[1] in STYLES and os.path.exists(f)
             and not os.path.basename(f).startswith("lit.")]
    failures = 0
    for path in sorted(set(files)):
        message = problem(path)
        if message:
            print(f"{path}:1: {message}", file=sys.stderr)
            failures += 1
    print(f"{len(files)} files, {failures} without a proper banner")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
