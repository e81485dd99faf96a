//===- Models.h - where the real models are -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TEST_UNIT_SUPPORT_MODELS_H
#define QCC_TEST_UNIT_SUPPORT_MODELS_H

#include <cstdlib>
#include <filesystem>

namespace qcc::test {

/// The folder of the real models, or an empty path.
inline std::filesystem::path findModels() {
  if (const char *models = std::getenv("QCC_MODELS"))
    return models;
  std::filesystem::path beside =
      std::filesystem::path(QCC_SOURCE_DIR) / "../shared/models";
  return std::filesystem::exists(beside / "onnx") ? beside
                                                  : std::filesystem::path();
}

} // namespace qcc::test

#endif // QCC_TEST_UNIT_SUPPORT_MODELS_H
