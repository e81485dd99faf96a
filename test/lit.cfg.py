# What every lit test of the project sees.
#
# Substitutions
#   %models     folder of the real models: $QCC_MODELS, or ../shared/models beside the source tree (REQUIRES: models)
#   %cc %cxx    the compilers that built the tree
#   %python     Debian's python3, without packages
#   %npydiff    compares two .npy files (test/npydiff.py)
#   %qcc_src %qcc_build   source and build folder
# Features for REQUIRES: models, avx2, avx512vnni (what this CPU has), asan
# Parameter verify_roundtrip=1: every qcc-opt also checks that its input survives printing and parsing.

import os

import lit.formats

config.name = "qcc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "unit", "tutorial"]
config.test_source_root = os.path.join(config.qcc_source, "test")
config.test_exec_root = os.path.join(config.qcc_build, "test")
if "verify_roundtrip" in lit_config.params:
    # Run beside the first pass over the same files, so with temporaries of its own.
    config.test_exec_root = os.path.join(config.qcc_build, "test-roundtrip")
    config.substitutions.append((r"\bqcc-opt\b", "qcc-opt --verify-roundtrip"))

config.environment["PATH"] = os.pathsep.join([config.qcc_tools, config.llvm_tools, config.environment["PATH"]])
for name in ("QCC_MODELS", "QCC_DEPS_DIR", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

models = os.environ.get("QCC_MODELS") or os.path.join(config.qcc_source, "..", "shared", "models")
models = os.path.abspath(models)
if os.path.isdir(os.path.join(models, "onnx")):
    config.available_features.add("models")


def cpu_flags():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        for line in info:
            if line.startswith("flags"):
                return line.split(":", 1)[1].split()
    return []


flags = cpu_flags()
if "avx2" in flags and "fma" in flags:
    config.available_features.add("avx2")
if "avx512_vnni" in flags:
    config.available_features.add("avx512vnni")
if "address" in config.sanitizers:
    config.available_features.add("asan")

config.substitutions += [
    ("%models", models),
    ("%cxx", config.cxx_compiler),
    ("%cc", config.c_compiler),
    ("%python", config.python),
    ("%npydiff", config.python + " " + os.path.join(config.qcc_source, "test", "npydiff.py")),
    ("%qcc_src", config.qcc_source),
    ("%qcc_build", config.qcc_build),
]
