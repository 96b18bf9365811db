/* elf_symbol.h: looks into a shared object without loading it, so that none of its code runs. */
#ifndef ABLATE_ELF_SYMBOL_H
#define ABLATE_ELF_SYMBOL_H
#include <stddef.h>
#include <stdint.h>

/* Copies the first `bytes` bytes that the file holds for the exported data `symbol` (of an ELF file of 64 bits,
 * little-endian; pointers in them are not filled in yet). *size receives the symbol's size in bytes, at least `bytes`.
 * 1: copied. 0: there is no such symbol, or it is smaller than `bytes`. -1: complained (unreadable, no shared object).
 */
int elf_read_symbol(const char *path, const char *symbol, void *out, size_t bytes, uint64_t *size);

#endif
