// RUN: not qcc-opt %s -qcc-assign-precision=keep-float=nothing 2>&1 | FileCheck %s --check-prefix=NOTHING
// RUN: not qcc-opt %s -qcc-assign-precision=keep-float='a(' 2>&1 | FileCheck %s --check-prefix=PAREN
// RUN: not qcc-opt %s -qcc-assign-precision=scheme=fc:w3a3 2>&1 | FileCheck %s --check-prefix=SCHEME
// RUN: not qcc-opt %s -qcc-assign-precision="scheme=fc:w8a8 keep-float=^fc$" 2>&1 | FileCheck %s --check-prefix=EQUAL
// RUN: not qcc-opt %s -qcc-assign-precision="scheme=a|fc:w8a8,b|fc:f32" 2>&1 | FileCheck %s --check-prefix=OVERLAP
// RUN: qcc-opt %s -qcc-assign-precision="scheme=fc:w8a8,a|fc:w8a8 keep-float=.*" 2>/dev/null | FileCheck %s --check-prefix=EXCEPTION

// EQUAL: error: 'fc:w8a8' and '^fc$' contradict each other at node 'fc': an exception must match fewer nodes than the rule that it is from
// OVERLAP: error: 'a|fc:w8a8' and 'b|fc:f32' contradict each other at node 'fc'
// An exception counts whether it comes before or after, and two entries that ask for the same may overlap.
// EXCEPTION: qnn.linear {{.*}}qnn.schemes
// EXCEPTION-NEXT: qnn.linear {{.*}}qnn.reason = "an option asks for it"
// EXCEPTION-NEXT: qnn.linear {{.*}}qnn.schemes
// NOTHING: error: 'nothing' matches no node
// PAREN: error: 'a(' is not a regular expression: parentheses not balanced
// SCHEME: error: scheme entry 'fc:w3a3' must be REGEX:SCHEME, with SCHEME one of w8a8, w8a8-per-tensor, w8a16, w8a8x2, f32
func.func @three(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %v = qnn.constant dense<0.5> : tensor<2x2xf32>
  %0 = qnn.linear %x, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("a")
  %1 = qnn.linear %0, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("b")
  %2 = qnn.linear %1, %v : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32> loc("fc")
  return %2 : tensor<1x2xf32>
}
