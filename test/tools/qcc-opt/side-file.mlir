// RUN: rm -rf %t && split-file %s %t
// RUN: qcc-opt %t/model.mlir | FileCheck %s
// RUN: qcc-opt %t/model.mlir --emit-bytecode -o %t/model.mlirbc
// RUN: qcc-opt %t/model.mlirbc | FileCheck %s
// RUN: echo "{-# dialect_resources: {" > %t/model.mlir.resources
// RUN: not qcc-opt %t/model.mlir 2>&1 | FileCheck %s --check-prefix=DAMAGED
// RUN: qcc-opt --help | FileCheck %s --check-prefix=HELP --implicit-check-not=aarch64

// The constants of model.mlir are in model.mlir.resources, and come back with it.

// CHECK: onnx.initializer "w" = dense_resource<w> : tensor<4xui8>
// CHECK: w: "0x0100000001020304"
// DAMAGED: error:
// HELP: qcc's passes, one at a time
// HELP: --mlir-print-ir-after-all

//--- model.mlir
%w = onnx.initializer "w" = dense_resource<w> : tensor<4xui8>
//--- model.mlir.resources
{-# dialect_resources: { builtin: { "w": "0x0100000001020304" } } #-}
