#include "../base/bytes.h"
#include "../base/diag.h"
#include "../base/half.h"
#include "npz_parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the order of bytes of the machine is assumed");

enum { BLOCK = 4096, EXACT_BITS = 53 };

static void swap_bytes(uint8_t *data, int64_t n, int size)
{
    for (int64_t i = 0; i < n; i++, data += size)
        for (int k = 0; k < size / 2; k++) {
            uint8_t byte = data[k];
            data[k] = data[size - 1 - k];
            data[size - 1 - k] = byte;
        }
}

/* An element in the machine's order. A whole number of fewer bits is widened first, which a double tells exactly. */
static double number_of(const npz_array *array, const uint8_t *raw)
{
    const int size = array->size, unused = 64 - 8 * size;
    uint64_t bits = size == 1 ? *raw : size == 2 ? little16(raw) : size == 4 ? little32(raw) : little64(raw);
    double value;
    if (array->kind == 'i')
        return (double)((int64_t)(bits << unused) >> unused);
    if (array->kind != 'f')
        return (double)bits;
    if (size == 2)
        return (double)half_read((uint16_t)bits);
    if (size == 4)
        return (double)bits_to_float((uint32_t)bits);
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Whole numbers of 64 bits may be greater than a double can tell apart. */
static int check_exact(const npz *file, const npz_array *array, const double *value, int64_t n)
{
    if (array->kind == 'f' || array->size < 8)
        return 0;
    for (int64_t i = 0; i < n; i++)
        if (fabs(value[i]) >= ldexp(1, EXACT_BITS))
            return complain("%s: array '%s' holds %.0f, which is beyond 2^53; save it with smaller numbers", file->path,
                            array->name, value[i]);
    return 0;
}

/* Opens the array's stream and passes over its header. */
static int open_elements(zip_stream *stream, const npz *file, const npz_array *array)
{
    uint8_t skipped[256];
    int status = zip_stream_open(stream, &file->archive, array->entry, array->name);
    for (uint32_t left = array->header, now; left && status == 0; left -= now) {
        now = left < sizeof skipped ? left : sizeof skipped;
        status = zip_stream_read(stream, skipped, now);
    }
    return status;
}

static int read_block(zip_stream *stream, const npz *file, const npz_array *array, int64_t n, double *value)
{
    uint8_t raw[BLOCK * 8];
    if (zip_stream_read(stream, raw, (size_t)n * (size_t)array->size) < 0)
        return -1;
    if (array->big_endian)
        swap_bytes(raw, n, array->size);
    for (int64_t i = 0; i < n; i++)
        value[i] = number_of(array, raw + i * array->size);
    return check_exact(file, array, value, n);
}

int npz_each(const npz *file, const npz_array *array, npz_sink *sink, void *context)
{
    if (array->kind == 'U' || array->kind == 'S')
        return complain("%s: array '%s' holds text where numbers are needed", file->path, array->name);
    double value[BLOCK];
    zip_stream stream;
    int status = open_elements(&stream, file, array);
    for (int64_t first = 0; first < array->count && status == 0; first += BLOCK) {
        int64_t n = array->count - first < BLOCK ? array->count - first : BLOCK;
        status = read_block(&stream, file, array, n, value);
        if (status == 0)
            status = sink(context, first, value, n);
    }
    if (status == 0)
        status = zip_stream_finish(&stream);
    zip_stream_close(&stream);
    return status;
}

int npz_row_major(const npz_array *array, void *data, size_t size)
{
    if (!array->fortran || array->rank < 2 || array->count < 2)
        return 0;
    uint8_t *copy = take((size_t)array->count, size, "a copy of an array in another order");
    if (!copy)
        return -1;
    memcpy(copy, data, (size_t)array->count * size);
    int64_t index[NPZ_RANK] = { 0 };
    for (int64_t place = 0; place < array->count; place++) {
        int64_t from = 0;
        for (int axis = array->rank - 1; axis >= 0; axis--)
            from = from * array->dim[axis] + index[axis];
        memcpy((uint8_t *)data + (size_t)place * size, copy + (size_t)from * size, size);
        for (int axis = array->rank - 1; axis >= 0 && ++index[axis] == array->dim[axis]; axis--)
            index[axis] = 0;
    }
    free(copy);
    return 0;
}

bool npz_fits_float(const npz_array *array)
{
    return array->kind == 'b' || (array->kind == 'f' && array->size <= 4) || (array->kind != 'f' && array->size <= 2);
}

static int sink_float(void *context, int64_t first, const double *value, int64_t n)
{
    float *to = (float *)context + first;
    for (int64_t i = 0; i < n; i++)
        to[i] = (float)value[i];
    return 0;
}

static int sink_double(void *context, int64_t first, const double *value, int64_t n)
{
    memcpy((double *)context + first, value, (size_t)n * sizeof *value);
    return 0;
}

int npz_read_float(const npz *file, const npz_array *array, float *to)
{
    if (npz_each(file, array, sink_float, to) < 0)
        return -1;
    return npz_row_major(array, to, sizeof *to);
}

int npz_read_double(const npz *file, const npz_array *array, double *to)
{
    if (npz_each(file, array, sink_double, to) < 0)
        return -1;
    return npz_row_major(array, to, sizeof *to);
}

/* Appends a Unicode character as UTF-8; what is none becomes U+FFFD. */
static char *put_character(char *to, uint32_t character)
{
    if (character > 0x10FFFF || (character >= 0xD800 && character < 0xE000))
        character = 0xFFFD;
    if (character < 0x80) {
        *to++ = (char)character;
        return to;
    }
    int more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
    *to++ = (char)((0xFF00u >> (more + 1) & 0xFFu) | character >> 6 * more);
    while (more-- > 0)
        *to++ = (char)(0x80 | (character >> 6 * more & 0x3F));
    return to;
}

/* One element, padded with zeros, as text. */
static char *put_text(char *to, const npz_array *array, const uint8_t *raw)
{
    int width = array->kind == 'U' ? 4 : 1;
    for (int k = 0; k + width <= array->size; k += width) {
        uint32_t character = width == 4 ? little32(raw + k) : raw[k];
        if (character == 0)
            break;
        to = put_character(to, character);
    }
    *to++ = 0;
    return to;
}

char **npz_read_text(const npz *file, const npz_array *array)
{
    if (array->kind != 'U' && array->kind != 'S') {
        complain("%s: array '%s' holds numbers where text is needed", file->path, array->name);
        return NULL;
    }
    size_t count = (size_t)array->count, most = 2 * (size_t)array->size + 1; /* UTF-8 needs no more than twice */
    uint8_t *raw = take(count, (size_t)array->size, "texts of an array");
    char **text = raw ? take(count, sizeof *text + most, "texts of an array") : NULL;
    zip_stream stream;
    int status = raw && text ? 0 : -1;
    if (status == 0) {
        status = open_elements(&stream, file, array);
        if (status == 0)
            status = zip_stream_read(&stream, raw, count * (size_t)array->size);
        if (status == 0)
            status = zip_stream_finish(&stream);
        zip_stream_close(&stream);
    }
    if (status == 0 && array->big_endian && array->kind == 'U')
        swap_bytes(raw, array->count * array->size / 4, 4);
    if (status == 0)
        status = npz_row_major(array, raw, (size_t)array->size);
    char *to = status == 0 ? (char *)(text + count) : NULL;
    for (size_t i = 0; i < count && to; i++) {
        text[i] = to;
        to = put_text(to, array, raw + i * (size_t)array->size);
    }
    free(raw);
    if (status < 0)
        free(text);
    return status < 0 ? NULL : text;
}
