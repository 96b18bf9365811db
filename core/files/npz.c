#include "npz.h"
#include "../base/bytes.h"
#include "../base/diag.h"
#include "npz_parts.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX_LEAST = 10, HEADER_MOST = 1 << 16 };

npz *npz_open(const char *path)
{
    static const zip_words words = { "npz archive", "array", "save it again with numpy.savez" };
    npz *file = take_zeroed(1, sizeof *file, "an archive");
    if (!file)
        return NULL;
    file->path = take_text("%s", path);
    if (file->path && file_map_open(path, &file->map) == 0 &&
        zip_open(&file->archive, file->path, &file->map, words) == 0)
        return file;
    npz_close(file);
    return NULL;
}

void npz_close(npz *file)
{
    if (!file)
        return;
    zip_close(&file->archive);
    file_map_close(&file->map);
    free(file->path);
    free(file);
}

const char *npz_path(const npz *file)
{
    return file->path;
}

/* Length of a member's name without ".npy". */
static size_t name_length(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".npy") == 0 ? length - 4 : length;
}

void npz_list(const npz *file, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (int64_t i = 0; i < file->archive.entries && used < size; i++) {
        const char *name = file->archive.entry[i].name;
        used += (size_t)snprintf(text + used, size - used, "%s%.*s", i ? ", " : "", (int)name_length(name), name);
    }
}

/* A place in the text of a header: a Python dictionary with the keys descr, fortran_order and shape. */
typedef struct cursor {
    const char *at;
} cursor;

static void skip_space(cursor *text)
{
    text->at += strspn(text->at, " \n\t");
}

static bool accept_char(cursor *text, char wanted)
{
    skip_space(text);
    if (*text->at != wanted)
        return false;
    text->at++;
    return true;
}

/* A quoted word into out; false if there is none or it is too long. */
static bool accept_quoted(cursor *text, char *out, size_t size)
{
    char quote = accept_char(text, '\'') ? '\'' : accept_char(text, '"') ? '"' : 0;
    const char *end = quote ? strchr(text->at, quote) : NULL;
    if (!end || (size_t)(end - text->at) >= size)
        return false;
    memcpy(out, text->at, (size_t)(end - text->at));
    out[end - text->at] = 0;
    text->at = end + 1;
    return true;
}

static bool accept_truth(cursor *text, bool *out)
{
    skip_space(text);
    *out = strncmp(text->at, "True", 4) == 0;
    if (!*out && strncmp(text->at, "False", 5) != 0)
        return false;
    text->at += *out ? 4 : 5;
    return true;
}

/* "(2, 3)", "(2,)" or "()"; the product must fit. */
static bool accept_shape(cursor *text, npz_array *array)
{
    if (!accept_char(text, '('))
        return false;
    array->count = 1;
    while (!accept_char(text, ')')) {
        char *end;
        if (!isdigit((unsigned char)*text->at) || array->rank == NPZ_RANK)
            return false;
        long long dim = strtoll(text->at, &end, 10);
        if (dim < 0 || (dim && array->count > INT64_MAX / 16384 / dim))
            return false;
        array->dim[array->rank++] = dim;
        array->count *= dim;
        text->at = *end == 'L' ? end + 1 : end;
        if (!accept_char(text, ',') && *text->at != ')')
            return false;
    }
    return true;
}

static bool known_type(char kind, int size)
{
    switch (kind) {
    case 'f':
        return size == 2 || size == 4 || size == 8;
    case 'i':
    case 'u':
        return size == 1 || size == 2 || size == 4 || size == 8;
    case 'b':
        return size == 1;
    case 'U':
    case 'S':
        return size >= 0 && size <= 4096;
    default:
        return false;
    }
}

static int read_type(const npz *file, npz_array *array, const char *word)
{
    const char *kind = strchr("<>|=", word[0]) && word[0] ? word + 1 : word;
    long size = kind[0] ? strtol(kind + 1, NULL, 10) : 0;
    if (size < 0 || size > 4096 || !known_type(kind[0], (int)size))
        return complain(
            "%s: array '%s' has type '%s', which is not read%s; save it as float32, float64, an integer, bool or "
            "plain text",
            file->path, array->name, word, kind[0] == 'O' ? " (Python objects)" : "");
    array->kind = kind[0];
    array->size = (int)size * (kind[0] == 'U' ? 4 : 1);
    array->big_endian = word[0] == '>';
    return 0;
}

static int parse_header(const npz *file, npz_array *array, const char *header)
{
    cursor text = { header };
    char key[32], type[32] = "";
    bool seen_order = false, seen_shape = false, good = accept_char(&text, '{');
    while (good && !accept_char(&text, '}')) {
        good = accept_quoted(&text, key, sizeof key) && accept_char(&text, ':');
        if (good && !strcmp(key, "descr"))
            good = accept_quoted(&text, type, sizeof type);
        else if (good && !strcmp(key, "fortran_order"))
            good = !seen_order && (seen_order = accept_truth(&text, &array->fortran));
        else if (good && !strcmp(key, "shape"))
            good = !seen_shape && (seen_shape = accept_shape(&text, array));
        else
            good = false;
        good = good && (accept_char(&text, ',') || *text.at == '}');
    }
    if (!good || !type[0] || !seen_order || !seen_shape)
        return complain("%s: array '%s' has a header that is not read: %.80s; save it as a plain array", file->path,
                        array->name, header);
    return read_type(file, array, type);
}

/* Reads magic, version and the header's text. The stream stands at the first element afterwards. */
static int read_header(const npz *file, zip_stream *stream, npz_array *array)
{
    uint8_t prefix[PREFIX_LEAST + 2];
    if (zip_stream_read(stream, prefix, PREFIX_LEAST) < 0)
        return -1;
    if (memcmp(prefix, "\x93NUMPY", 6) != 0 || prefix[6] < 1 || prefix[6] > 3)
        return complain("%s: '%s' is not an array of format version 1 to 3; save it with numpy.savez", file->path,
                        array->name);
    uint32_t length = little16(prefix + 8);
    if (prefix[6] > 1) {
        if (zip_stream_read(stream, prefix + PREFIX_LEAST, 2) < 0)
            return -1;
        length = little32(prefix + 8);
    }
    if (length > HEADER_MOST)
        return complain("%s: array '%s' has a header of %u bytes; save it as a plain array", file->path, array->name,
                        (unsigned)length);
    char *text = take_zeroed(length + 1, 1, "a header");
    int status = text && zip_stream_read(stream, text, length) == 0 ? parse_header(file, array, text) : -1;
    array->header = (prefix[6] > 1 ? 12 : 10) + length;
    free(text);
    return status;
}

static int open_array(const npz *file, const zip_entry *entry, npz_array *array)
{
    *array = (npz_array){ .entry = entry };
    snprintf(array->name, sizeof array->name, "%.*s", (int)name_length(entry->name), entry->name);
    zip_stream stream;
    int status = zip_stream_open(&stream, &file->archive, entry, array->name);
    if (status == 0)
        status = read_header(file, &stream, array);
    zip_stream_close(&stream);
    if (status == 0 && stream.unpacked_left != (uint64_t)array->count * (uint64_t)array->size)
        return complain(
            "%s: array '%s' is damaged: %lld elements of %d bytes are promised, %llu bytes are there; save it "
            "again",
            file->path, array->name, (long long)array->count, array->size, (unsigned long long)stream.unpacked_left);
    return status;
}

int npz_find(const npz *file, const char *name, npz_array *array)
{
    size_t length = strlen(name);
    for (int64_t i = 0; i < file->archive.entries; i++) {
        const zip_entry *entry = &file->archive.entry[i];
        if (name_length(entry->name) == length && memcmp(entry->name, name, length) == 0)
            return open_array(file, entry, array) < 0 ? -1 : 1;
    }
    return 0;
}
