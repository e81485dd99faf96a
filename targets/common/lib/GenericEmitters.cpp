//===- GenericEmitters.cpp - the list of emitters -------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GenericEmitters.h"

#include "qcc/Target/Emitters.h"

using namespace qcc::target;

llvm::ArrayRef<const KernelEmitter *> qcc::target::genericEmitters() {
  static const KernelEmitter *const emitters[] = {
      &elementwiseEmitter(),   &movementEmitter(),    &gatherEmitter(),
      &scatterEmitter(),       &poolEmitter(),        &reductionEmitter(),
      &normalizationEmitter(), &contractionEmitter(), &roiAlignEmitter(),
      &nmsEmitter(),           &observeEmitter(),
  };
  return emitters;
}
