#===- readme.py - what the README shows, as programs ----------------------===#
#
# Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-------------------------------------------------------------------------===#
"""usage: readme.py README.md

Writes the commands of the section "Use" to use.sh, and its C code, within a
program that says what x, y and die are, to use.c."""

import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    section = re.search(r"^## Use\n(.*?)^## ", file.read(), re.MULTILINE | re.DOTALL).group(1)
commands = re.findall(r"^    (qcc.*)$", section, re.MULTILINE)
code = re.search(r"^```c\n(.*?)^```$", section, re.MULTILINE | re.DOTALL).group(1)
if len(commands) < 5:
    sys.exit("readme: the section 'Use' has lost its commands")

with open("use.sh", "w", encoding="utf-8") as file:
    file.write("set -ex\n" + "\n".join(commands) + "\n")
with open("use.c", "w", encoding="utf-8") as file:
    file.write("""#include <qcc/runtime.h>
#include <stdio.h>
#include <stdlib.h>

static _Noreturn void die(const char *message) {
  puts(message);
  exit(1);
}

int main(void) {
  static float numbers[3 * 8 * 8], results[5];
  int64_t in[] = {1, 3, 8, 8}, out[] = {1, 5};
  qcc_dltensor x = qcc_dltensor_make(numbers, QCC_DTYPE_F32, 4, in);
  qcc_dltensor y = qcc_dltensor_make(results, QCC_DTYPE_F32, 2, out);
""" + code + """
  float sum = 0;
  for (int i = 0; i < 5; ++i)
    sum += results[i];
  printf("sum of probabilities: %.3f\\n", sum);
  return 0;
}
""")
