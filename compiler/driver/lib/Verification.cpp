//===- Verification.cpp - -verify-lowering of whole phases ----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Verification.h"

#include "CompiledExecutor.h"
#include "InProcess.h"

#include "qcc/Analysis/Entry.h"
#include "qcc/Interpreter/Interpreter.h"
#include "qcc/Qnn/DType.h"
#include "qcc/Qnn/Qnn.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

static InFlightDiagnostic emitChange(ModuleOp module, Phase phase) {
  return module.emitError() << phaseName(phase)
                            << " changes the numbers beyond what it declares: ";
}

LogicalResult
qcc::driver::verifyImport(ModuleOp module, StringRef path,
                          const importer::ImportOptions &options) {
  FailureOr<std::string> difference =
      importer::compareWithFile(module, path, options);
  if (failed(difference))
    return failure();
  if (!difference->empty())
    return emitChange(module, Phase::import) << *difference;
  return success();
}

LogicalResult qcc::driver::verifyCalibration(ModuleOp module,
                                             ArrayRef<Sample> samples) {
  FailureOr<std::unique_ptr<calibration::Executor>> executor =
      createCompiledExecutor(module, calibration::Runs::few);
  FailureOr<interpreter::Interpreter> interpreter =
      interpreter::Interpreter::create(module);
  if (failed(executor) || failed(interpreter))
    return failure();
  llvm::DenseMap<Value, qnn::ObserveOp> observers;
  module.walk([&](qnn::ObserveOp op) { observers[op.getInput()] = op; });
  for (const Sample &sample : samples) {
    llvm::DenseMap<int64_t, std::pair<qnn::ObserveOp, qnn::Tensor>> expected;
    auto record = [&](Value value, const qnn::Tensor &tensor) {
      if (qnn::ObserveOp op = observers.lookup(value))
        expected[op.getId()] = {op, tensor};
    };
    if (failed(interpreter->run(sample, record)))
      return failure();
    std::string different;
    auto compare = [&](int64_t id, const qnn::Tensor &tensor) {
      auto &[op, before] = expected[id];
      if (different.empty() && !hasSameBits(before, tensor))
        different = op.getTensor().str();
    };
    if (failed((*executor)->run(sample, compare)))
      return failure();
    if (!different.empty())
      return emitChange(module, Phase::calibrate)
             << "compiled code shows other numbers of tensor '" << different
             << "'";
  }
  return success();
}

namespace {

/// Compares the recorded tensors of compiled code with a snapshot, as they
/// become whole.
class TensorComparer {
public:
  explicit TensorComparer(const Snapshot &snapshot) {
    for (const auto &[key, tensor] : snapshot.tensors)
      expected[key.first.getValue()].push_back(&tensor);
  }

  void compare(StringRef name, const qcc_tensor_info &info) {
    for (const qnn::Tensor *tensor : expected.lookup(name)) {
      bool isSameType = qnn::dtypeOf(tensor->getElementType()) == info.dtype &&
                        tensor->getShape() == ArrayRef(info.shape, info.rank);
      if (isSameType && different.empty() && !isSame(*tensor, info))
        different = name.str();
    }
  }

  std::string different; ///< The first that differs, or "".

private:
  static Location location(const qnn::Tensor &tensor) {
    return UnknownLoc::get(tensor.getType().getContext());
  }

  static bool isSame(const qnn::Tensor &tensor, const qcc_tensor_info &info) {
    size_t element = qnn::Tensor::elementSize(tensor.getElementType());
    SmallVector<int64_t> index(info.rank, 0);
    const auto *actual = static_cast<const char *>(info.data);
    const char *wanted = tensor.data<char>(),
               *end = wanted + tensor.getByteSize();
    for (; wanted != end; wanted += element) {
      if (memcmp(actual, wanted, element) != 0)
        return false;
      // To the next index, as an odometer counts.
      for (uint32_t d = info.rank; d-- > 0;) {
        actual += info.byte_strides[d];
        if (++index[d] < info.shape[d])
          break;
        actual -= info.byte_strides[d] * info.shape[d];
        index[d] = 0;
      }
    }
    return true;
  }

  llvm::StringMap<SmallVector<const qnn::Tensor *>> expected;
};

} // namespace

/// One run of a program on one sample.
static LogicalResult verifyRun(InProcess &program, StringRef name,
                               ModuleOp module, const Sample &sample,
                               const Snapshot &expected) {
  TensorComparer comparer(expected);
  program.setTensorCallback([&](StringRef tensor, const qcc_tensor_info &info) {
    comparer.compare(tensor, info);
  });
  FailureOr<SmallVector<qnn::Tensor>> results = program.run(sample);
  program.setTensorCallback({});
  if (failed(results))
    return failure();
  if (!comparer.different.empty())
    return emitChange(module, Phase::codegen)
           << "tensor '" << comparer.different << "' of " << name << " differs";
  for (auto [i, result, wanted] : llvm::enumerate(*results, expected.results))
    if (!hasSameBits(result, wanted))
      return emitChange(module, Phase::codegen)
             << "result " << i << " of " << name << " differs";
  return success();
}

LogicalResult qcc::driver::verifyPrograms(const CompiledModel &compiled,
                                          ModuleOp module,
                                          const NumberVerifier &verifier) {
  func::FuncOp entry = analysis::entryFunction(module);
  FailureOr<std::unique_ptr<InProcess>> best =
      InProcess::load(compiled, entry, {});
  if (failed(best))
    return failure();
  for (const package::Program &program : compiled.model.programs) {
    if (!(*best)->supports(program.name)) {
      emitWarning(module.getLoc())
          << "this machine cannot run program '" << program.name
          << "', which is not verified";
      continue;
    }
    for (unsigned threads : {1, 3}) {
      InProcess::Settings settings;
      settings.program = program.name;
      settings.threads = threads;
      FailureOr<std::unique_ptr<InProcess>> loaded =
          InProcess::load(compiled, entry, settings);
      if (failed(loaded))
        return failure();
      for (auto [sample, snapshot] :
           llvm::zip_equal(verifier.getSamples(), verifier.getSnapshots()))
        if (failed(verifyRun(**loaded, program.name, module, sample, snapshot)))
          return failure();
    }
  }
  return success();
}
