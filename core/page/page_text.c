#include "page_text.h"
#include "../base/file.h"
#include "../base/name.h"
#include <ctype.h>
#include <string.h>

/* What cannot be shown becomes \\xHH: a page must be UTF-8. */
static size_t print_shown(const char *text, size_t left, FILE *out)
{
    char escape[NAME_ESCAPE];
    size_t bytes = *text == '\n' || *text == '\t' ? 1 : name_character(text);
    if (bytes > 0 && bytes <= left)
        return fwrite(text, 1, bytes, out);
    name_byte(escape, *text);
    fputs(escape, out);
    return 1;
}

void page_text_part(const char *text, size_t length, FILE *out)
{
    for (size_t i = 0; i < length;) {
        const char *entity = text[i] == '<'   ? "&lt;"
                             : text[i] == '>' ? "&gt;"
                             : text[i] == '&' ? "&amp;"
                             : text[i] == '"' ? "&quot;"
                                              : NULL;
        if (entity)
            fputs(entity, out);
        i += entity ? 1 : print_shown(text + i, length - i, out);
    }
}

void page_text(const char *text, FILE *out)
{
    if (text)
        page_text_part(text, strlen(text), out);
}

void page_id(const char *text, FILE *out)
{
    for (; *text; text++)
        fputc(isalnum((unsigned char)*text) ? *text : '-', out);
}

static void base64(const uint8_t *data, size_t size, FILE *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        uint32_t three = (uint32_t)data[i] << 16;
        if (i + 1 < size)
            three |= (uint32_t)data[i + 1] << 8;
        if (i + 2 < size)
            three |= data[i + 2];
        fputc(digits[three >> 18], out);
        fputc(digits[three >> 12 & 63u], out);
        fputc(i + 1 < size ? digits[three >> 6 & 63u] : '=', out);
        fputc(i + 2 < size ? digits[three & 63u] : '=', out);
    }
}

int page_data_uri(const char *path, const char *type, FILE *out)
{
    file_map map;
    if (file_map_open(path, &map) < 0)
        return -1;
    fprintf(out, "data:%s;base64,", type);
    base64(map.data, map.size, out);
    file_map_close(&map);
    return 0;
}
