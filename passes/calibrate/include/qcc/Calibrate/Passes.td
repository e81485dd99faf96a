//===- Passes.td - passes that prepare and absorb calibration -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_CALIBRATE_PASSES_TD
#define QCC_CALIBRATE_PASSES_TD

include "mlir/Pass/PassBase.td"

def InsertObservers : Pass<"qcc-insert-observers", "::mlir::func::FuncOp"> {
  let summary = "put qnn.observe on every tensor that quantization may round";
  let description = [{
    Before: a float network. After: each tensor that an integer kernel would read from memory is observed once, where it is
    computed. Results of convolutions that only the epilogue of the same kernel reads are not: nothing rounds them. Tensors
    behind ops that only move numbers are not either: their sources are. A function that has quantize ops already is left
    alone: its grids come with it.

    ```mlir
    %0 = qnn.conv %x, %w, %b {...} : (...) -> tensor<1x32x32x16xf32>
    %1 = qnn.clamp %0 [0.0, 0x7F800000] : tensor<1x32x32x16xf32>
    %2 = qnn.conv %1, %v, %c {...} : (...) -> tensor<1x32x32x16xf32>
    ```
    becomes
    ```mlir
    qnn.observe %x {id = 0 : i64, statistics = ["range", "histogram", "channels"], tensor = "x"} : tensor<1x32x32x3xf32>
    %0 = qnn.conv %x, %w, %b {...} : (...) -> tensor<1x32x32x16xf32>
    %1 = qnn.clamp %0 [0.0, 0x7F800000] : tensor<1x32x32x16xf32>
    qnn.observe %1 {id = 1 : i64, statistics = ["range", "histogram", "channels"], tensor = "y"} : tensor<1x32x32x16xf32>
    %2 = qnn.conv %1, %v, %c {...} : (...) -> tensor<1x32x32x16xf32>
    ```
  }];
  let dependentDialects = ["::qcc::qnn::QnnDialect"];
}

def AbsorbStatistics : Pass<"qcc-absorb-statistics", "::mlir::ModuleOp"> {
  let summary = "write the statistics of a file onto the observers";
  let description = [{
    Before: a module with observers. After: each observer carries what the file (`qcc.ranges/1`) says of its tensor, as the
    dictionary `qnn.statistics`. A file of another model, or one that lacks a tensor, is an error.

    ```mlir
    qnn.observe %x {id = 0 : i64, ..., tensor = "x"} : tensor<1x32x32x3xf32>
    ```
    becomes
    ```mlir
    qnn.observe %x {id = 0 : i64, ..., tensor = "x", qnn.statistics = {max = 2.5 : f32, min = -2.0 : f32, ...}} : ...
    ```
  }];
  let options = [Option<"file", "file", "std::string", /*default=*/"\"\"", "statistics to read">];
}

def ComputeHeadroom : Pass<"qcc-compute-headroom", "::mlir::func::FuncOp"> {
  let summary = "make room for numbers beyond those that few samples have shown";
  let description = [{
    Before: observers with `qnn.statistics`. After: those of tensors that the network computes also have
    `qnn.headroom = array<f32: lo, hi>`, how many times as far as what was seen their numbers are expected to reach at each end
    once a hundred samples have been seen. How far samples differ is known from the extremes of each. There is none for a hundred
    samples or more, none beyond a clamp, and none for the network's inputs, whose ends belong to the data. What chooses
    intervals afterwards makes them so many times as long.

    ```mlir
    qnn.observe %1 {..., qnn.statistics = {samples = 8 : i64, sum_of_maxs = 40.0 : f64, ...}} : tensor<1x32x32x16xf32>
    ```
    becomes
    ```mlir
    qnn.observe %1 {..., qnn.headroom = array<f32: 1.0, 1.25>, qnn.statistics = {...}} : tensor<1x32x32x16xf32>
    ```
  }];
}

def ComputeRanges : Pass<"qcc-compute-ranges", "::mlir::func::FuncOp"> {
  let summary = "choose the interval of each observed tensor from its statistics";
  let description = [{
    Before: observers with `qnn.statistics`. After: each also has `qnn.range = array<f32: lo, hi>` with lo <= 0 <= hi, as much
    longer than the statistics ask for as `qnn.headroom` says, if there is any. Tensors that an op such as concat joins get one
    interval, the union of theirs.

    ```mlir
    qnn.observe %x {..., qnn.statistics = {max = 2.5 : f32, min = -2.0 : f32, ...}} : tensor<1x32x32x3xf32>
    ```
    becomes
    ```mlir
    qnn.observe %x {..., qnn.range = array<f32: -2.0, 2.5>, qnn.statistics = {...}} : tensor<1x32x32x3xf32>
    ```
  }];
  let options = [
    Option<"method", "method", "::qcc::calibrate::RangeMethod", /*default=*/"::qcc::calibrate::RangeMethod::minmax",
      "how an interval follows from statistics", [{::qcc::calibrate::rangeMethodValues()}]>,
    Option<"percentile", "percentile", "double", /*default=*/"99.999", "percentage of the numbers that `percentile` keeps">,
  ];
}

#endif // QCC_CALIBRATE_PASSES_TD
