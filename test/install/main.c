//===- main.c - a user of the installed runtime ---------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <qcc/runtime.h>
#include <stdio.h>

int main(int argc, char **argv) {
  qcc_model *model;
  printf("qcc %s\n", qcc_version());
  /* There is no such file: what counts is that the library answers. */
  if (qcc_model_open(argc > 1 ? argv[1] : "missing.qcm", &model) != QCC_OK) {
    puts(qcc_error_message());
    return 0;
  }
  qcc_model_release(model);
  return 1;
}
