//===- Pool.c - threads that run stages together --------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every step is cut into one share per thread. A share belongs to no particular
// thread: who comes first claims it. The caller begins at once with share 0
// and, when it is through, takes whatever share nobody has begun. So an
// inference never waits for a worker that is parked or that the system has not
// scheduled; it waits only for shares that somebody is working on. And since a
// share's work depends on its number alone, so does the result.
//
// All counters only grow. `limit` is the number of steps published since the
// pool was made, share[i].claimed the number of steps whose share i was
// claimed, `done` the number of shares finished. A step may begin when all
// shares of all steps before it are done: that comparison is the barrier. A
// thread that was away for any length of time cannot claim what is gone,
// because its compare-and-swap expects a count that has passed.
//
// Between runs a worker spins for a time that follows the gaps between the last
// runs, then parks on a futex: waking it costs up to a millisecond, more than a
// small model takes, and spinning costs the machine a processor.
//
//===----------------------------------------------------------------------===//

#include "Pool.h"

#include "../core/Status.h"
#include "Cpu.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
  /// Two cache lines: processors fetch them in pairs.
  LINE = 128,
  MAX_THREADS = 1024,
  /// Polls of a barrier before the thread lets others have its processor, which
  /// matters
  /// when there are more threads than processors.
  POLLS_BEFORE_PAUSE = 256,
  POLLS_BEFORE_YIELD = 4096,
};

static const uint64_t min_spin_ns = 20 * 1000;
static const uint64_t max_spin_ns = 2 * 1000 * 1000;

typedef struct {
  _Alignas(LINE) _Atomic uint64_t claimed;
} share;

typedef struct {
  qcc_thread_pool *pool;
  uint32_t index;
  pthread_t thread;
} worker;

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): lines of their own
struct qcc_thread_pool {
  uint32_t threads;
  uint32_t started; ///< Workers that exist.
  int crowded;      ///< More threads than cores: spinning would take them away.
  share *shares;
  worker *workers;

  // The run. Written by the caller while no share is claimed, read by who has
  // claimed one.
  const qcc_step *steps;
  const qcc_frame *frame;
  uint64_t base; ///< `limit` before the run.

  // The gaps between runs. The caller's.
  uint64_t last_end_ns;
  uint64_t average_gap_ns;

  _Alignas(LINE) _Atomic uint64_t limit;
  _Alignas(LINE) _Atomic uint64_t done;
  _Alignas(LINE) _Atomic uint32_t wake; ///< The futex: counts wake-ups.
  _Atomic uint32_t parked;
  _Atomic uint64_t spin_ns;
  _Atomic int stop;
};

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void relax(void) { __builtin_ia32_pause(); }

//===----------------------------------------------------------------------===//
// Working
//===----------------------------------------------------------------------===//

static void await_done(qcc_thread_pool *pool, uint64_t shares) {
  for (uint32_t polls = 0;
       atomic_load_explicit(&pool->done, memory_order_acquire) < shares;
       ++polls) {
    if (polls >= POLLS_BEFORE_YIELD || (pool->crowded && polls > 0))
      sched_yield();
    else if (polls >= POLLS_BEFORE_PAUSE)
      relax();
  }
}

static int claim(qcc_thread_pool *pool, uint32_t index, uint64_t step) {
  return atomic_compare_exchange_strong_explicit(
      &pool->shares[index].claimed, &step, step + 1, memory_order_acq_rel,
      memory_order_relaxed);
}

static void work_on(qcc_thread_pool *pool, uint32_t index, uint64_t number) {
  const qcc_step *step = &pool->steps[number - pool->base];
  if (!step->serial)
    step->function(pool->frame, index, pool->threads);
  else if (index == 0)
    step->function(pool->frame, 0, 1);
  atomic_fetch_add_explicit(&pool->done, 1, memory_order_acq_rel);
}

/// Goes through the published steps, beginning with where share `self` is.
static void participate(qcc_thread_pool *pool, uint32_t self) {
  for (;;) {
    uint64_t step =
        atomic_load_explicit(&pool->shares[self].claimed, memory_order_acquire);
    if (step >= atomic_load_explicit(&pool->limit, memory_order_acquire))
      return;
    await_done(pool, step * pool->threads);
    if (!claim(pool, self, step))
      continue;
    work_on(pool, self, step);
    for (uint32_t i = 1; i < pool->threads; ++i) {
      uint32_t other = (self + i) % pool->threads;
      if (atomic_load_explicit(&pool->shares[other].claimed,
                               memory_order_relaxed) == step &&
          claim(pool, other, step))
        work_on(pool, other, step);
    }
  }
}

static void run_together(qcc_thread_pool *pool, const qcc_step *steps,
                         uint32_t count, const qcc_frame *frame) {
  uint64_t gap = now_ns() - pool->last_end_ns;
  pool->average_gap_ns = (3 * pool->average_gap_ns + gap) / 4;
  uint64_t spin = 2 * pool->average_gap_ns;
  if (spin > max_spin_ns || spin < min_spin_ns || pool->crowded)
    spin = min_spin_ns;
  atomic_store_explicit(&pool->spin_ns, spin, memory_order_relaxed);

  uint64_t base = atomic_load_explicit(&pool->limit, memory_order_relaxed);
  pool->steps = steps;
  pool->frame = frame;
  pool->base = base;
  // Sequentially consistent against `park`: either we see the parked worker, or
  // it sees the new limit.
  atomic_store(&pool->limit, base + count);
  if (atomic_load(&pool->parked)) {
    atomic_fetch_add(&pool->wake, 1);
    syscall(SYS_futex, &pool->wake, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
  }
  participate(pool, 0);
  await_done(pool, (base + count) * pool->threads);
  pool->last_end_ns = now_ns();
}

void qcc_thread_pool_run(qcc_thread_pool *pool, const qcc_step *steps,
                         uint32_t count, const qcc_frame *frame) {
  uint32_t mxcsr = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(QCC_DEFAULT_MXCSR);
  if (pool->threads > 1)
    run_together(pool, steps, count, frame);
  else
    for (uint32_t i = 0; i < count; ++i)
      steps[i].function(frame, 0, 1);
  __builtin_ia32_ldmxcsr(mxcsr);
}

//===----------------------------------------------------------------------===//
// Waiting
//===----------------------------------------------------------------------===//

/// Whether there is a step that share `self` has not seen, or the pool is to
/// end.
static int has_work(qcc_thread_pool *pool, uint32_t self) {
  return atomic_load(&pool->shares[self].claimed) < atomic_load(&pool->limit) ||
         atomic_load(&pool->stop);
}

static int spin_for_work(qcc_thread_pool *pool, uint32_t self) {
  uint64_t begin = now_ns();
  do {
    for (int i = 0; i < 64; ++i) {
      if (has_work(pool, self))
        return 1;
      relax();
    }
  } while (now_ns() - begin <
           atomic_load_explicit(&pool->spin_ns, memory_order_relaxed));
  return 0;
}

static void park(qcc_thread_pool *pool, uint32_t self) {
  uint32_t wake = atomic_load(&pool->wake);
  atomic_fetch_add(&pool->parked, 1);
  if (!has_work(pool, self))
    syscall(SYS_futex, &pool->wake, FUTEX_WAIT_PRIVATE, wake, NULL, NULL, 0);
  atomic_fetch_sub(&pool->parked, 1);
}

static void *worker_main(void *argument) {
  worker *w = (worker *)argument;
  qcc_thread_pool *pool = w->pool;
  __builtin_ia32_ldmxcsr(QCC_DEFAULT_MXCSR);
  while (!atomic_load(&pool->stop)) {
    if (has_work(pool, w->index) || spin_for_work(pool, w->index))
      participate(pool, w->index);
    else
      park(pool, w->index);
  }
  return NULL;
}

//===----------------------------------------------------------------------===//
// Making and ending
//===----------------------------------------------------------------------===//

/// Returns 0 if the system refuses. Signals are for the threads of the program,
/// not for ours: workers start with all of them blocked.
static int start_workers(qcc_thread_pool *pool) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (uint32_t i = 1; i < pool->threads; ++i) {
    worker *w = &pool->workers[i];
    w->pool = pool;
    w->index = i;
    if (pthread_create(&w->thread, NULL, worker_main, w))
      break;
    pool->started = i;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return pool->started + 1 == pool->threads;
}

qcc_status qcc_thread_pool_create(uint32_t threads, qcc_thread_pool **result) {
  if (threads == 0 || threads > MAX_THREADS)
    return qcc_fail(QCC_INVALID_ARGUMENT,
                    "%u threads: between 1 and %d are possible", threads,
                    MAX_THREADS);
  qcc_thread_pool *pool =
      (qcc_thread_pool *)aligned_alloc(LINE, sizeof(qcc_thread_pool));
  if (!pool)
    return qcc_fail(QCC_OUT_OF_MEMORY, "out of memory for threads");
  *pool = (qcc_thread_pool){.threads = threads};
  pool->crowded = threads > qcc_cpu_cores();
  pool->shares = (share *)aligned_alloc(LINE, threads * sizeof(share));
  pool->workers = (worker *)calloc(threads, sizeof(worker));
  if (!pool->shares || !pool->workers) {
    qcc_thread_pool_destroy(pool);
    return qcc_fail(QCC_OUT_OF_MEMORY, "out of memory for threads");
  }
  for (uint32_t i = 0; i < threads; ++i)
    atomic_init(&pool->shares[i].claimed, 0);
  atomic_init(&pool->spin_ns, min_spin_ns);
  pool->last_end_ns = now_ns();
  if (!start_workers(pool)) {
    qcc_thread_pool_destroy(pool);
    return qcc_fail(QCC_OUT_OF_MEMORY, "the system refuses to start %u threads",
                    threads);
  }
  *result = pool;
  return QCC_OK;
}

void qcc_thread_pool_destroy(qcc_thread_pool *pool) {
  atomic_store(&pool->stop, 1);
  atomic_fetch_add(&pool->wake, 1);
  syscall(SYS_futex, &pool->wake, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
  for (uint32_t i = 1; i <= pool->started; ++i)
    pthread_join(pool->workers[i].thread, NULL);
  free(pool->workers);
  free(pool->shares);
  free(pool);
}

uint32_t qcc_thread_pool_threads(const qcc_thread_pool *pool) {
  return pool->threads;
}
