#include "name.h"
#include "utf8.h"
#include <ctype.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* Controls, ends of lines, marks of direction, the byte order mark. */
static bool controls(uint32_t point)
{
    static const uint32_t range[][2] = {
        { 0, 0x1F },        { 0x7F, 0x9F },     { 0x61C, 0x61C },   { 0x200E, 0x200F },
        { 0x2028, 0x202E }, { 0x2066, 0x2069 }, { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }
    };
    for (size_t i = 0; i < sizeof range / sizeof *range; i++)
        if (point >= range[i][0] && point <= range[i][1])
            return true;
    return false;
}

size_t name_character(const char *text)
{
    uint32_t point;
    size_t bytes = utf8_read(text, &point);
    return bytes && !controls(point) ? bytes : 0;
}

bool name_is_shown(const char *text)
{
    size_t bytes = 1;
    for (; *text && bytes; text += bytes)
        bytes = name_character(text);
    return bytes > 0;
}

int name_byte(char to[NAME_ESCAPE], char byte)
{
    static const char letters[] = "t\tn\nr\r";
    for (const char *pair = letters; *pair; pair += 2)
        if (pair[1] == byte)
            return snprintf(to, NAME_ESCAPE, "\\%c", *pair);
    return snprintf(to, NAME_ESCAPE, "\\x%02X", (unsigned)(unsigned char)byte);
}

static void print_byte(char byte, FILE *out)
{
    char escape[NAME_ESCAPE];
    name_byte(escape, byte);
    fputs(escape, out);
}

size_t name_next(const char *text, char one[NAME_ESCAPE])
{
    size_t bytes = name_character(text);
    if (bytes == 0) {
        name_byte(one, *text);
        return 1;
    }
    memcpy(one, text, bytes);
    one[bytes] = 0;
    return bytes;
}

void name_show(const char *text, FILE *out)
{
    char one[NAME_ESCAPE];
    while (*text) {
        text += name_next(text, one);
        fputs(one, out);
    }
}

const char *name_shown(const char *text, char *room, size_t room_size)
{
    static const char more[] = "...";
    size_t used = 0;
    char one[NAME_ESCAPE];
    while (*text) {
        text += name_next(text, one);
        if (used + strlen(one) + sizeof more > room_size) {
            memcpy(room + used, more, sizeof more);
            return room;
        }
        memcpy(room + used, one, strlen(one));
        used += strlen(one);
    }
    room[used] = 0;
    return room;
}

/* The C library knows the widths, but only in a language of UTF-8. */
static int columns_of(uint32_t point)
{
    static locale_t language;
    if (!language)
        language = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = language ? uselocale(language) : (locale_t)0;
    int columns = wcwidth((wchar_t)point);
    if (before)
        uselocale(before);
    return columns < 0 ? 1 : columns;
}

int name_columns(const char *text)
{
    int columns = 0;
    char one[NAME_ESCAPE];
    while (*text) {
        uint32_t point;
        size_t bytes = name_next(text, one);
        bool escaped = strlen(one) != bytes || one[0] != *text;
        utf8_read(text, &point);
        columns += escaped ? (int)strlen(one) : columns_of(point);
        text += bytes;
    }
    return columns;
}

void name_pad(const char *text, int columns, FILE *out)
{
    const char *more = name_columns(text) > columns && columns > 6 ? "..." : "";
    int room = columns - (int)strlen(more), used = 0;
    char one[NAME_ESCAPE];
    while (*text) {
        text += name_next(text, one);
        if (used + name_columns(one) > room)
            break;
        used += name_columns(one);
        fputs(one, out);
    }
    fprintf(out, "%s%*s", more, room - used, "");
}

static bool is_plain(const char *name)
{
    size_t length = strlen(name);
    bool blank = length > 0 && (*name == ' ' || name[length - 1] == ' ');
    return !blank && *name != '\\' && !strpbrk(name, "\"#") && name_is_shown(name);
}

void name_print(const char *name, FILE *out)
{
    const char *first = name ? name : "";
    if (is_plain(first)) {
        fputs(first, out);
        return;
    }
    fputc('\\', out);
    for (const char *c = first; *c;) {
        size_t bytes = strchr("\"#", *c) || (*c == ' ' && (c == first || !c[1])) ? 0 : name_character(c);
        if (*c == '\\')
            fputs("\\\\", out);
        else if (bytes)
            fwrite(c, 1, bytes, out);
        else
            print_byte(*c, out);
        c += bytes ? bytes : 1;
    }
}

void name_cell(const char *name, FILE *out)
{
    name_print(name, out);
    fputc('\t', out);
}

void name_print_beside(const char *name, const char *word, FILE *out)
{
    if (strcmp(name, word) == 0)
        fputc('\\', out);
    name_print(name, out);
}

static int hexadecimal(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = digit ? strchr(digits, tolower((unsigned char)digit)) : NULL;
    return found ? (int)(found - digits) : -1;
}

int name_escape(const char **at)
{
    static const char pairs[] = "\\\\\"\"t\tn\nr\r";
    for (const char *pair = pairs; *pair; pair += 2)
        if (**at == *pair) {
            ++*at;
            return pair[1];
        }
    if (**at != 'x')
        return -1;
    int high = hexadecimal((*at)[1]), low = high < 0 ? -1 : hexadecimal((*at)[2]);
    if (low < 0 || high + low == 0) /* no name holds a zero byte */
        return -1;
    *at += 3;
    return high << 4 | low;
}

/* Both ways write at most what they read, so `to` may be the text itself. */
static int unescape(const char *from, char *to)
{
    while (*from) {
        int byte = (unsigned char)*from++;
        if (byte == '\\')
            byte = name_escape(&from);
        if (byte < 0)
            return -1;
        if (to)
            *to++ = (char)byte;
    }
    if (to)
        *to = 0;
    return 0;
}

int name_read(char *text)
{
    if (*text != '\\')
        return 0;
    return unescape(text + 1, NULL) < 0 ? -1 : unescape(text + 1, text);
}
