#include "page_data.h"
#include "../base/file.h"

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

int page_data_png(const char *path, FILE *out)
{
    file_map map;
    if (file_map_open(path, &map) < 0)
        return -1;
    fputs("\" src=\"data:image/png;base64,", out);
    base64(map.data, map.size, out);
    fputs("\">", out);
    file_map_close(&map);
    return 0;
}
