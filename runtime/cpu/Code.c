//===- Code.c - compiled code in memory -----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loader for the small part of ELF that our linker writes: segments and
// relative relocations. dlopen would want a file, search for libraries, run
// constructors and bind symbols; this code has none of them, and a loader that
// knows no more cannot be made to do more by a damaged file.
//
//===----------------------------------------------------------------------===//

#include "Code.h"
#include "../core/Status.h"

#include <elf.h>
#include <string.h>
#include <sys/mman.h>

static const uint64_t page = QCC_PAGE_ALIGNMENT;
static const uint64_t max_span = (uint64_t)1 << 32;

enum { MAX_SEGMENTS = 16 };

/// What the program headers say, checked.
typedef struct {
  const char *name;
  const uint8_t *elf;
  uint64_t size;
  Elf64_Phdr segments[MAX_SEGMENTS]; ///< The PT_LOAD ones, by address.
  uint32_t segment_count;
  Elf64_Phdr dynamic; ///< p_filesz is 0 if there is none.
  uint64_t span;      ///< Virtual addresses from 0 to here.
} image;

static qcc_status refuse(const image *m, const char *what) {
  return qcc_fail(QCC_CORRUPT, "%s: cannot load its code: %s", m->name, what);
}

static uint64_t page_down(uint64_t x) { return x & ~(page - 1); }
static uint64_t page_up(uint64_t x) { return page_down(x + page - 1); }

/// Whether [address, address + size) lies within one segment with these flags.
static int in_segment(const image *m, uint64_t address, uint64_t size,
                      uint32_t flags) {
  for (uint32_t i = 0; i < m->segment_count; ++i) {
    const Elf64_Phdr *s = &m->segments[i];
    if ((s->p_flags & flags) == flags && address >= s->p_vaddr &&
        address - s->p_vaddr <= s->p_memsz &&
        size <= s->p_memsz - (address - s->p_vaddr))
      return 1;
  }
  return 0;
}

static qcc_status add_segment(image *m, const Elf64_Phdr *p) {
  if (m->segment_count == MAX_SEGMENTS)
    return refuse(m, "too many segments");
  if (p->p_offset > m->size || p->p_filesz > m->size - p->p_offset ||
      p->p_filesz > p->p_memsz)
    return refuse(m, "a segment does not fit into the file");
  if (p->p_vaddr > max_span || p->p_memsz > max_span)
    return refuse(m, "a segment is too large");
  if ((p->p_flags & PF_W) && (p->p_flags & PF_X))
    return refuse(m, "a segment is both writable and executable");
  // By address and without a shared page, so that each gets its own protection.
  if (page_down(p->p_vaddr) < m->span)
    return refuse(m, "segments overlap");
  m->span = page_up(p->p_vaddr + p->p_memsz);
  m->segments[m->segment_count++] = *p;
  return QCC_OK;
}

static qcc_status read_headers(image *m) {
  Elf64_Ehdr header;
  if (m->size < sizeof(header))
    return refuse(m, "too short");
  memcpy(&header, m->elf, sizeof(header));
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_DYN ||
      header.e_machine != EM_X86_64)
    return refuse(m, "not a shared object for x86-64");
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > m->size ||
      header.e_phnum > (m->size - header.e_phoff) / sizeof(Elf64_Phdr))
    return refuse(m, "the program headers do not fit into the file");
  for (uint32_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr p;
    qcc_status status = QCC_OK;
    memcpy(&p, m->elf + header.e_phoff + i * sizeof(p), sizeof(p));
    switch (p.p_type) {
    case PT_LOAD:
      status = add_segment(m, &p);
      break;
    case PT_DYNAMIC:
      m->dynamic = p;
      break;
    case PT_INTERP:
    case PT_TLS:
      return refuse(m, "it wants an interpreter or thread-local storage");
    case PT_GNU_STACK:
      if (p.p_flags & PF_X)
        return refuse(m, "it wants an executable stack");
      break;
    default:
      break;
    }
    if (status)
      return status;
  }
  return m->segment_count ? QCC_OK : refuse(m, "no segments");
}

static qcc_status relocate(const image *m, uint8_t *base, uint64_t table,
                           uint64_t size) {
  if (size % sizeof(Elf64_Rela) || !in_segment(m, table, size, PF_R))
    return refuse(m, "the relocations are out of bounds");
  for (uint64_t i = 0; i < size / sizeof(Elf64_Rela); ++i) {
    Elf64_Rela r;
    memcpy(&r, base + table + i * sizeof(r), sizeof(r));
    if (r.r_info != ELF64_R_INFO(0, R_X86_64_RELATIVE))
      return refuse(m, "a relocation that is not relative");
    if (!in_segment(m, r.r_offset, sizeof(uint64_t), PF_W) ||
        (uint64_t)r.r_addend > m->span)
      return refuse(m, "a relocation is out of bounds");
    uint64_t value = (uint64_t)(uintptr_t)base + (uint64_t)r.r_addend;
    memcpy(base + r.r_offset, &value, sizeof(value));
  }
  return QCC_OK;
}

/// Reads the dynamic section: the relocations, and that there is nothing else
/// to do.
static qcc_status link_image(const image *m, uint8_t *base) {
  uint64_t table = 0, table_size = 0;
  if (!m->dynamic.p_filesz)
    return QCC_OK;
  if (!in_segment(m, m->dynamic.p_vaddr, m->dynamic.p_memsz, PF_R))
    return refuse(m, "the dynamic section is out of bounds");
  uint64_t count = m->dynamic.p_memsz / sizeof(Elf64_Dyn);
  for (uint64_t i = 0; i < count; ++i) {
    Elf64_Dyn d;
    memcpy(&d, base + m->dynamic.p_vaddr + i * sizeof(d), sizeof(d));
    switch (d.d_tag) {
    case DT_NULL:
      i = count - 1;
      break;
    case DT_RELA:
      table = d.d_un.d_ptr;
      break;
    case DT_RELASZ:
      table_size = d.d_un.d_val;
      break;
    case DT_NEEDED:
    case DT_INIT:
    case DT_INIT_ARRAY:
    case DT_PREINIT_ARRAY:
    case DT_FINI:
    case DT_FINI_ARRAY:
    case DT_REL:
    case DT_JMPREL:
    case DT_TEXTREL:
      return refuse(m, "it wants libraries, constructors or bound symbols");
    default:
      break;
    }
  }
  return table_size ? relocate(m, base, table, table_size) : QCC_OK;
}

static qcc_status protect(const image *m, uint8_t *base) {
  for (uint32_t i = 0; i < m->segment_count; ++i) {
    const Elf64_Phdr *s = &m->segments[i];
    uint64_t begin = page_down(s->p_vaddr);
    int protection = PROT_READ | (s->p_flags & PF_W ? PROT_WRITE : 0) |
                     (s->p_flags & PF_X ? PROT_EXEC : 0);
    if (mprotect(base + begin, page_up(s->p_vaddr + s->p_memsz) - begin,
                 protection))
      return qcc_fail(QCC_UNSUPPORTED,
                      "%s: cannot load its code: the system refuses to make "
                      "memory executable",
                      m->name);
  }
  return QCC_OK;
}

qcc_status qcc_code_load(const char *name, const uint8_t *elf, uint64_t size,
                         qcc_code *code) {
  image m = {.name = name, .elf = elf, .size = size};
  qcc_status status = read_headers(&m);
  if (status)
    return status;
  memset(code, 0, sizeof(*code));
  void *mapping = mmap(NULL, m.span, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED)
    return qcc_fail(QCC_OUT_OF_MEMORY, "%s: out of memory for its code", name);
  code->mapping = mapping;
  code->mapped = m.span;
  code->base = (uint8_t *)mapping;
  for (uint32_t i = 0; i < m.segment_count; ++i) {
    const Elf64_Phdr *s = &m.segments[i];
    memcpy(code->base + s->p_vaddr, elf + s->p_offset, s->p_filesz);
    if (s->p_flags & PF_X) {
      if (code->executable.end)
        status = refuse(&m, "more than one executable segment");
      code->executable.begin = s->p_vaddr;
      code->executable.end = s->p_vaddr + s->p_memsz;
    }
  }
  if (!status)
    status = link_image(&m, code->base);
  if (!status)
    status = protect(&m, code->base);
  if (status)
    qcc_code_unload(code);
  return status;
}

void qcc_code_unload(qcc_code *code) {
  if (code->mapping)
    munmap(code->mapping, code->mapped);
  memset(code, 0, sizeof(*code));
}

qcc_stage_fn qcc_code_entry(const qcc_code *code, uint64_t address) {
  if (address < code->executable.begin || address >= code->executable.end)
    return NULL;
  // An object pointer becomes a function pointer: POSIX allows it, ISO C has no
  // word for it.
  union {
    uint8_t *data;
    qcc_stage_fn function;
  } entry = {.data = code->base + address};
  return entry.function;
}
