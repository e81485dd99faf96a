#!/usr/bin/env python3
#===- check-dependencies.py - who may see whom --------------------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""Checks the dependency rule of docs/architecture.md on every #include and every LINK list:

    dialects <- passes <- targets <- compiler <- tools;  runtime/abi <- all of them

  D1  a folder includes and links only folders on its left, or itself;
  D2  the runtime includes and links nothing of the project but itself, and never LLVM, MLIR, ONNX or protobuf;
  D3  runtime/abi includes the C library and itself only;
  D4  outside the runtime only compiler/ and tools/ see more of it than runtime/abi;
  D5  only compiler/import sees ONNX and protobuf;
  D6  only tools/ registers command line options (llvm::cl);
  D7  the programs that run artifacts (RUNNERS) never see LLVM or the compiler.
"""

import os
import re
import subprocess
import sys

ORDER = ["dialects", "passes", "targets", "compiler", "tools"]
RUNNERS = ("tools/qcc-run/", "tools/qcc-bench/", "tools/qcc-diff/")
COMPILER_LIBRARIES = ("mlir/", "mlir-c/", "llvm/", "llvm-c/", "lld/", "clang/")
PROTOBUF = ("onnx/", "google/protobuf/")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
LIBRARY = re.compile(r"\b(?:qcc_add_library|qcc_add_tool|add_library|add_executable)\s*\(\s*([\w-]+)([^)]*)\)", re.DOTALL)
LINK_CALL = re.compile(r"\btarget_link_libraries\s*\(\s*([\w-]+)([^)]*)\)", re.DOTALL)
KEYWORDS = {"SOURCES", "LINK", "DEPENDS", "EXCEPTIONS", "PUBLIC", "PRIVATE", "INTERFACE"}


def tracked_files():
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sorted({f for f in out.splitlines() if os.path.exists(f)})


def layer_of(path):
    """Returns the top-level folder, or runtime/abi, that `path` belongs to; None for tests and documentation."""
    if path.startswith("runtime/abi/"):
        return "runtime/abi"
    top = path.split("/", 1)[0]
    return top if top in ORDER or top == "runtime" else None


def allowed(path, used):
    """Whether a file at `path` may use something of layer `used`."""
    layer = layer_of(path)
    if used == "runtime/abi" or used == layer:
        return True
    if layer in ("runtime", "runtime/abi"):
        return False
    if path.startswith(RUNNERS):
        return used == "runtime"
    if used == "runtime":
        return layer in ("compiler", "tools")
    return ORDER.index(used) <= ORDER.index(layer)


class Checker:
    def __init__(self, files):
        self.files = files
        self.errors = []
        # Public headers by the name they are included with, and the layers that own each area (for generated headers).
        self.headers, self.areas = {}, {}
        for path in files:
            match = re.match(r"(.*/)?include/(qcc/.+)$", path)
            if match and layer_of(path):
                self.headers[match[2]] = path
                self.areas.setdefault(os.path.dirname(match[2]), set()).add(layer_of(path))
        self.libraries = {}

    def error(self, path, text, position, message):
        line = text.count("\n", 0, position) + 1
        self.errors.append(f"{path}:{line}: {message}")

    def check_includes(self, path):
        text = open(path, encoding="utf-8").read()
        layer = layer_of(path)
        runner = path.startswith(RUNNERS)
        for match in INCLUDE.finditer(text):
            name = match[2]
            if name.startswith("qcc/"):
                owner = self.headers.get(name)
                owners = {layer_of(owner)} if owner else self.areas.get(os.path.dirname(name), set())
                if not owners:
                    self.error(path, text, match.start(), f"includes '{name}', which no folder of the tree owns")
                elif not any(allowed(path, o) for o in owners):
                    self.error(path, text, match.start(), f"{layer} may not include '{name}' of {', '.join(sorted(owners))} (D1)")
            elif name.startswith(COMPILER_LIBRARIES) and (layer in ("runtime", "runtime/abi") or runner):
                self.error(path, text, match.start(), f"includes '{name}', but the runtime never sees LLVM (D2, D7)")
            elif name.startswith(PROTOBUF) and not path.startswith("compiler/import/"):
                self.error(path, text, match.start(), f"includes '{name}', but only compiler/import sees ONNX (D5)")
            elif layer == "runtime/abi" and not re.fullmatch(r"(std\w+|math|string|float|limits|assert)\.h", name):
                self.error(path, text, match.start(), f"includes '{name}', but runtime/abi needs nothing but the C library (D3)")
        if layer != "tools":
            for match in re.finditer(r"\bcl::(opt|list|bits|alias)\s*<", text):
                self.error(path, text, match.start(), "registers a command line option outside tools/ (D6)")

    def read_libraries(self, path):
        """Records what each target of a CMakeLists.txt links: name -> (path, text, [(position, library)])."""
        text = re.sub(r"#.*", lambda m: " " * len(m[0]), open(path, encoding="utf-8").read())
        for pattern in (LIBRARY, LINK_CALL):
            for match in pattern.finditer(text):
                links = self.libraries.setdefault(match[1], (path, text, []))[2]
                linking = pattern is LINK_CALL
                for word in re.finditer(r"\S+", match[2]):
                    if word[0] in KEYWORDS:
                        linking = pattern is LINK_CALL or word[0] == "LINK"
                    elif linking:
                        links.append((match.start(2) + word.start(), word[0]))

    def check_links(self):
        for name, (path, text, links) in self.libraries.items():
            layer = layer_of(path)
            if not layer:
                continue
            for position, library in links:
                if library in self.libraries:
                    used = layer_of(self.libraries[library][0])
                    if used and not allowed(path, used):
                        self.error(path, text, position, f"{name} of {layer} may not link {library} of {used} (D1)")
                elif re.match(r"(MLIR|LLVM|lld)", library) and (layer.startswith("runtime") or path.startswith(RUNNERS)):
                    self.error(path, text, position, f"{name} links {library}, but the runtime never sees LLVM (D2, D7)")
                elif re.match(r"(ONNX::|protobuf::)", library) and not path.startswith("compiler/import/"):
                    self.error(path, text, position, f"{name} links {library}, but only compiler/import sees ONNX (D5)")


def main():
    checker = Checker(tracked_files())
    sources = [f for f in checker.files if layer_of(f) and f.endswith((".c", ".cpp", ".h", ".inc"))]
    lists = [f for f in checker.files if layer_of(f) and os.path.basename(f) == "CMakeLists.txt"]
    for path in sources:
        checker.check_includes(path)
    for path in lists:
        checker.read_libraries(path)
    checker.check_links()
    for error in checker.errors:
        print(error, file=sys.stderr)
    print(f"{len(sources)} sources, {len(checker.libraries)} targets, {len(checker.errors)} violations")
    return 1 if checker.errors else 0


if __name__ == "__main__":
    sys.exit(main())
