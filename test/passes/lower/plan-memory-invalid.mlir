// RUN: qcc-opt %s -split-input-file -verify-diagnostics -qcc-plan-memory

func.func @dynamic(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // expected-error@+1 {{'qnn.softmax' op has a result of dynamic shape, which has no place in a static memory plan}}
  %0 = qnn.softmax %x {axis = 1 : i64} : tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}
