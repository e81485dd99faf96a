//===- Cpu.c - what the processor and machine offer -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cpu.h"

#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int qcc_cpu_enable_amx(void) {
  enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
  return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

/// The lowest logical processor on the same core as `cpu`.
static int first_sibling(int cpu) {
  char path[96];
  snprintf(path, sizeof(path),
           "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
  FILE *file = fopen(path, "re");
  int first = cpu;
  if (file) {
    // "0,64" or "0-1": the list is sorted.
    if (fscanf(file, "%d", &first) != 1)
      first = cpu;
    fclose(file);
  }
  return first;
}

/// How many processors' worth of time the control group may use; 0: no limit.
static uint32_t group_quota(void) {
  FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
  unsigned long quota = 0, period = 0;
  if (!file)
    return 0;
  int fields = fscanf(file, "%lu %lu", &quota, &period); // "max" reads as none
  fclose(file);
  return fields == 2 && period ? (uint32_t)((quota + period - 1) / period) : 0;
}

uint32_t qcc_cpu_cores(void) {
  cpu_set_t allowed, cores;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
    return 1;
  CPU_ZERO(&cores);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed))
      continue;
    int core = first_sibling(cpu);
    if (core >= 0 && core < CPU_SETSIZE)
      CPU_SET(core, &cores);
  }
  uint32_t count = (uint32_t)CPU_COUNT(&cores), quota = group_quota();
  if (quota && quota < count)
    count = quota;
  return count ? count : 1;
}
