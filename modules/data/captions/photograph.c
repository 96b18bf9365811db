/* photograph.c: the file of photographs. What it holds stays until another is opened, for the threads that draw. */
#include "photograph.h"
#include "noise.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SIDE = 4096 };
static const size_t MOST_BYTES = (size_t)1 << 31;

static struct {
    char *path;
    uint8_t *bytes;
    size_t size;
    uint64_t digest;
    photograph *list;
    int count;
} opened;

int photographs_count(void)
{
    return opened.count;
}

uint64_t photographs_digest(void)
{
    return opened.digest;
}

const photograph *photograph_of(int index)
{
    return &opened.list[index];
}

static void close_all(void)
{
    free(opened.path);
    free(opened.bytes);
    free(opened.list);
    memset(&opened, 0, sizeof opened);
}

/* ---- one picture ---- */

static void look(photograph *p)
{
    double sum[4] = { 0 };
    for (int i = 0; i < p->width * p->height; i++) {
        const uint8_t *at = p->pixels + (size_t)i * (size_t)p->depth;
        int cover = p->depth == 4 ? at[3] : 255;
        p->cut = p->cut || cover < 128;
        for (int k = 0; k < 3; k++)
            sum[k] += (double)at[k] * cover;
        sum[3] += cover;
    }
    for (int k = 0; k < 3; k++)
        p->mean[k] = sum[3] > 0 ? (float)(sum[k] / sum[3] / 255) : 0.5f;
}

/* A line "WORD NUMBER" of the header, or -1. */
static long header_number(const char *at, const char *end, const char *word)
{
    const size_t length = strlen(word);
    for (; at < end; at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1)
        if ((size_t)(end - at) > length && memcmp(at, word, length) == 0 && at[length] == ' ')
            return strtol(at + length, NULL, 10);
    return -1;
}

/* The picture that begins at a byte of the file; returns where it ends, or 0: there is none that can be read. */
static size_t read_one(size_t from, photograph *p)
{
    static const char end_word[] = "ENDHDR\n";
    const char *at = (const char *)opened.bytes + from, *end = NULL;
    const size_t left = opened.size - from, reach = left < 1024 ? left : 1024;
    for (size_t i = 0; i + sizeof end_word - 1 <= reach && !end; i++)
        end = memcmp(at + i, end_word, sizeof end_word - 1) == 0 ? at + i : NULL;
    if (!end || left < 3 || memcmp(at, "P7\n", 3) != 0)
        return 0;
    long width = header_number(at, end, "WIDTH"), height = header_number(at, end, "HEIGHT"),
         depth = header_number(at, end, "DEPTH");
    if (width < 2 || height < 2 || width > MOST_SIDE || height > MOST_SIDE || depth < 3 || depth > 4 ||
        header_number(at, end, "MAXVAL") != 255)
        return 0;
    size_t begin = (size_t)(end - at) + sizeof end_word - 1, bytes = (size_t)(width * height * depth);
    if (bytes > left - begin)
        return 0;
    *p = (photograph){ (int)width, (int)height, (int)depth, opened.bytes + from + begin, false, { 0 } };
    look(p);
    return from + begin + bytes;
}

/* ---- the file ---- */

static int read_bytes(ablate_builder *b, const char *path)
{
    FILE *from = fopen(path, "rb");
    long size = from && fseek(from, 0, SEEK_END) == 0 ? ftell(from) : -1;
    bool read = size > 0 && (size_t)size < MOST_BYTES && fseek(from, 0, SEEK_SET) == 0;
    opened.bytes = read ? malloc((size_t)size + 1) : NULL;
    read = opened.bytes && fread(opened.bytes, 1, (size_t)size, from) == (size_t)size;
    int why = errno;
    if (from)
        fclose(from);
    if (!read)
        return ablate_fail(b, "captions.pictures = %s cannot be read (%s); `make pretrain` makes it", path,
                           from ? "empty, too large or unreadable" : strerror(why));
    opened.size = (size_t)size;
    opened.bytes[size] = 0; /* strtol stops there */
    opened.digest = 0xCBF29CE484222325u;
    for (long i = 0; i < size; i++) /* FNV-1a */
        opened.digest = (opened.digest ^ opened.bytes[i]) * 0x100000001B3u;
    return 0;
}

static int list_grow(ablate_builder *b, int *room)
{
    if (opened.count < *room)
        return 0;
    photograph *grown = realloc(opened.list, (size_t)(2 * *room + 256) * sizeof *grown);
    if (!grown)
        return ablate_fail(b, "captions: out of memory for photographs");
    *room = 2 * *room + 256;
    opened.list = grown;
    return 0;
}

static int read_all(ablate_builder *b, const char *path)
{
    int room = 0;
    if (read_bytes(b, path) < 0)
        return -1;
    for (size_t at = 0; at < opened.size; opened.count++) {
        if (list_grow(b, &room) < 0)
            return -1;
        at = read_one(at, &opened.list[opened.count]);
        if (!at)
            return ablate_fail(b,
                               "captions.pictures = %s: picture %d is no whole PAM of depth 3 or 4, maxval 255 and "
                               "sides from 2 to %d; let `make pretrain` make the file again",
                               path, opened.count + 1, MOST_SIDE);
    }
    return 0;
}

int photographs_open(ablate_builder *b, const char *path)
{
    if (opened.path && strcmp(opened.path, path) == 0)
        return 0;
    close_all();
    if (!*path)
        return 0;
    if (read_all(b, path) < 0) {
        close_all();
        return -1;
    }
    opened.path = malloc(strlen(path) + 1);
    if (!opened.path)
        return ablate_fail(b, "captions: out of memory for a path");
    memcpy(opened.path, path, strlen(path) + 1);
    return 0;
}

/* ---- colours ---- */

/* Into 0 ... n - 1, as if mirrors stood at both ends. */
static int mirror(int i, int n)
{
    i = i < 0 ? -1 - i : i;
    i %= 2 * n;
    return i < n ? i : 2 * n - 1 - i;
}

float photograph_color_at(const photograph *p, float x, float y, float rgb[3])
{
    int left = noise_floor(x - 0.5f), top = noise_floor(y - 0.5f);
    float across = x - 0.5f - (float)left, down = y - 0.5f - (float)top, cover = 0, sum[3] = { 0 };
    for (int k = 0; k < 4; k++) {
        int i = left + (k & 1), j = top + k / 2;
        bool beyond = i < 0 || j < 0 || i >= p->width || j >= p->height;
        if (beyond && p->cut)
            continue;
        const uint8_t *at =
            p->pixels + (size_t)(mirror(j, p->height) * p->width + mirror(i, p->width)) * (size_t)p->depth;
        float share = (k & 1 ? across : 1 - across) * (k / 2 ? down : 1 - down);
        share *= p->cut ? (float)at[3] / 255 : 1;
        cover += share;
        for (int c = 0; c < 3; c++)
            sum[c] += share * (float)at[c] / 255;
    }
    for (int c = 0; c < 3; c++)
        rgb[c] = cover > 0 ? sum[c] / cover : 0;
    return cover;
}
