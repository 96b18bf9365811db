/* elf_symbol.c: System V ABI, chapters 4 and 5. Every offset in the file is checked before it is followed. */
#include "elf_symbol.h"
#include "../base/diag.h"
#include "../base/file.h"
#include <elf.h>
#include <stdbool.h>
#include <string.h>

/* Copies bytes of the file; false if it does not have them. */
static bool read_at(const file_map *file, uint64_t offset, void *out, size_t bytes)
{
    if (bytes > file->size || offset > file->size - bytes)
        return false;
    memcpy(out, file->data + offset, bytes);
    return true;
}

static bool read_section(const file_map *file, const Elf64_Ehdr *head, uint32_t index, Elf64_Shdr *section)
{
    return index < head->e_shnum && head->e_shoff <= file->size &&
           read_at(file, head->e_shoff + (uint64_t)index * sizeof *section, section, sizeof *section);
}

/* The section of dynamic symbols and that of their names. */
static bool find_symbols(const file_map *file, const Elf64_Ehdr *head, Elf64_Shdr *symbols, Elf64_Shdr *names)
{
    for (uint32_t i = 0; read_section(file, head, i, symbols); i++)
        if (symbols->sh_type == SHT_DYNSYM)
            return symbols->sh_offset <= file->size && read_section(file, head, symbols->sh_link, names) &&
                   names->sh_offset <= file->size && names->sh_size <= file->size - names->sh_offset;
    return false;
}

static bool name_is(const file_map *file, const Elf64_Shdr *names, uint32_t at, const char *wanted)
{
    size_t bytes = strlen(wanted) + 1;
    return at < names->sh_size && bytes <= names->sh_size - at &&
           memcmp(file->data + names->sh_offset + at, wanted, bytes) == 0;
}

static bool find_symbol(const file_map *file, const Elf64_Ehdr *head, const char *wanted, Elf64_Sym *symbol)
{
    Elf64_Shdr symbols, names;
    if (!find_symbols(file, head, &symbols, &names))
        return false;
    for (uint64_t i = 0; i < symbols.sh_size / sizeof *symbol; i++) {
        if (!read_at(file, symbols.sh_offset + i * sizeof *symbol, symbol, sizeof *symbol))
            return false;
        if (symbol->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT &&
            name_is(file, &names, symbol->st_name, wanted))
            return true;
    }
    return false;
}

/* Copies what the file holds for `bytes` bytes at an address of the loaded object. */
static bool read_address(const file_map *file, const Elf64_Ehdr *head, uint64_t address, void *out, size_t bytes)
{
    for (uint32_t i = 0; i < head->e_phnum && head->e_phoff <= file->size; i++) {
        Elf64_Phdr part;
        if (!read_at(file, head->e_phoff + i * sizeof part, &part, sizeof part))
            return false;
        if (part.p_type == PT_LOAD && address >= part.p_vaddr && part.p_filesz >= bytes &&
            address - part.p_vaddr <= part.p_filesz - bytes && part.p_offset <= file->size)
            return read_at(file, part.p_offset + (address - part.p_vaddr), out, bytes);
    }
    return false;
}

static bool head_fits(const Elf64_Ehdr *head)
{
    return memcmp(head->e_ident, ELFMAG, SELFMAG) == 0 && head->e_ident[EI_CLASS] == ELFCLASS64 &&
           head->e_ident[EI_DATA] == ELFDATA2LSB && head->e_type == ET_DYN && head->e_shentsize == sizeof(Elf64_Shdr) &&
           head->e_phentsize == sizeof(Elf64_Phdr);
}

int elf_read_symbol(const char *path, const char *symbol, void *out, size_t bytes, uint64_t *size)
{
    file_map file;
    Elf64_Ehdr head;
    Elf64_Sym found = { 0 };
    if (file_map_open(path, &file) < 0)
        return -1;
    int status = 0;
    if (!read_at(&file, 0, &head, sizeof head) || !head_fits(&head))
        status = complain("%s: it is not a whole shared object of this kind of machine; build it again", path);
    else if (find_symbol(&file, &head, symbol, &found) && found.st_size >= bytes)
        status = read_address(&file, &head, found.st_value, out, bytes);
    *size = status > 0 ? found.st_size : 0;
    file_map_close(&file);
    return status;
}
