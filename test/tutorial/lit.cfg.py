# The tutorial's test lies in the build folder, apart from the other suites.
import os

import lit.formats

config.name = "qcc-tutorial"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.environment["PATH"] = os.environ["PATH"]
