//===- QnnOps.td - all ops of the dialect -*- tablegen -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_QNNOPS_TD
#define QCC_QNN_QNNOPS_TD

include "qcc/Qnn/QnnDetectionOps.td"
include "qcc/Qnn/QnnFusedOps.td"

#endif // QCC_QNN_QNNOPS_TD
