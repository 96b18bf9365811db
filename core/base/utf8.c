#include "utf8.h"
#include <stdbool.h>

size_t utf8_length(char first)
{
    unsigned char byte = (unsigned char)first;
    return byte < 0xC0 || byte >= 0xF8 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

size_t utf8_read(const char *text, uint32_t *point)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char first = (unsigned char)*text;
    size_t bytes = utf8_length(*text);
    *point = bytes == 1 ? first : first & (0x7Fu >> bytes);
    if (bytes == 1)
        return first < 0x80;
    for (size_t i = 1; i < bytes; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            return 0;
        *point = *point << 6 | ((unsigned char)text[i] & 0x3Fu);
    }
    bool surrogate = *point >= 0xD800 && *point < 0xE000;
    return *point >= least[bytes] && *point <= 0x10FFFF && !surrogate ? bytes : 0;
}
