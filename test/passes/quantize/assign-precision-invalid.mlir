// RUN: not qcc-opt %s -qcc-assign-precision=keep-float=nothing 2>&1 | FileCheck %s --check-prefix=NOTHING
// RUN: not qcc-opt %s -qcc-assign-precision=keep-float='a(' 2>&1 | FileCheck %s --check-prefix=PAREN
// RUN: not qcc-opt %s -qcc-assign-precision=scheme=fc:w3a3 2>&1 | FileCheck %s --check-prefix=SCHEME

// NOTHING: error: 'nothing' matches no node
// PAREN: error: 'a(' is not a regular expression: parentheses not balanced
// SCHEME: error: scheme entry 'fc:w3a3' must be REGEX:SCHEME, with SCHEME one of w8a8, w8a8-per-tensor, f32
func.func @one(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %v = qnn.constant dense<0.5> : tensor<2x2xf32>
  %0 = qnn.linear %x, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  return %0 : tensor<1x2xf32>
}
