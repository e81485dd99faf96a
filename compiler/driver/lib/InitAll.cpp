//===- InitAll.cpp - registration of all dialects and passes --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "qcc/Driver/InitAll.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/Passes.h"
#include "qcc/Calibrate/Passes.h"
#include "qcc/Graph/Passes.h"
#include "qcc/Graph/Pipelines.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Onnx/OnnxDialect.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Quantize/Passes.h"
#include "qcc/Quantize/Pipelines.h"
#include "qcc/Target/Passes.h"
#include "qcc/X86/Compile.h"
#include "qcc/X86/Passes.h"

using namespace mlir;

void qcc::driver::registerAllDialects(DialectRegistry &registry) {
  registry.insert<onnx::OnnxDialect, qnn::QnnDialect>();

  registry.insert<arith::ArithDialect, func::FuncDialect, LLVM::LLVMDialect,
                  math::MathDialect, memref::MemRefDialect, scf::SCFDialect,
                  tensor::TensorDialect, vector::VectorDialect>();
  func::registerInlinerExtension(registry);
}

void qcc::driver::registerAllPasses() {
  registerTransformsPasses();
  graph::registerGraphPasses();
  graph::registerGraphPipeline();
  lower::registerLowerPasses();
  lower::registerLowerPipeline();
  target::registerTargetPasses();
  x86::registerX86Passes();
  x86::registerX86Pipeline();
  calibrate::registerCalibratePasses();
  calibrate::registerCalibratePipelines();
  quantize::registerQuantizePasses();
  quantize::registerQuantizePipelines();
}
