#include "metrics_load.h"
#include "../base/diag.h"
#include "../files/npz.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 1: found; 0: not there and not needed; -1: complained. */
static int find_array(const npz *archive, const char *name, bool needed, npz_array *array)
{
    char list[200];
    int found = npz_find(archive, name, array);
    if (found || !needed)
        return found;
    npz_list(archive, list, sizeof list);
    return complain(
        "%s: there is no array '%s'; it has %s. Save maps (N,H,W) and masks (N,H,W), and if you have them scores, "
        "labels and classes (N)",
        npz_path(archive), name, list[0] ? list : "none");
}

/* Removes an axis of one channel: (N,1,H,W) and (N,H,W,1) are (N,H,W). */
static int check_maps_shape(const npz *archive, npz_array *array, int64_t shape[3])
{
    int channel = array->rank == 4 && array->dim[1] == 1 ? 1 : array->rank == 4 && array->dim[3] == 1 ? 3 : -1;
    if (array->rank != 3 && channel < 0)
        return complain("%s: '%s' has %d axes; it must be (N,H,W)", npz_path(archive), array->name, array->rank);
    for (int axis = 0, to = 0; axis < array->rank; axis++)
        if (axis != channel)
            shape[to++] = array->dim[axis];
    return 0;
}

/* A number or text for each of the maps: as find_array. */
static int find_vector(const npz *archive, const char *name, int64_t pictures, npz_array *array)
{
    int found = find_array(archive, name, false, array);
    if (found <= 0)
        return found;
    bool vector = array->rank == 1 || (array->rank == 2 && array->dim[1] == 1);
    if (vector && array->dim[0] == pictures)
        return 1;
    return complain("%s: '%s' has %d axes and %lld elements; it must be (%lld), one for each map", npz_path(archive),
                    array->name, array->rank, (long long)array->count, (long long)pictures);
}

static int read_maps(metrics_file *file, const npz *archive)
{
    npz_array array;
    int64_t shape[3] = { 0 };
    if (find_array(archive, "maps", true, &array) < 0 || check_maps_shape(archive, &array, shape) < 0)
        return -1;
    file->in.pictures = shape[0];
    file->in.height = shape[1];
    file->in.width = shape[2];
    if (npz_fits_float(&array)) {
        file->in.maps = file->maps = take((size_t)array.count, sizeof *file->maps, "maps");
        return file->maps ? npz_read_float(archive, &array, file->maps) : -1;
    }
    file->in.maps_wide = file->maps_wide = take((size_t)array.count, sizeof *file->maps_wide, "maps");
    return file->maps_wide ? npz_read_double(archive, &array, file->maps_wide) : -1;
}

typedef struct mask_sink {
    const npz *archive;
    const char *name; /* of the array */
    uint8_t *to;
    bool fraction;
    double threshold;
    uint8_t greatest;
} mask_sink;

/* Whole numbers are kept as they are until it is known what the greatest is; fractions are decided at once. */
static int sink_mask(void *context, int64_t first, const double *value, int64_t n)
{
    mask_sink *sink = context;
    for (int64_t i = 0; i < n; i++) {
        if (!(value[i] >= 0 && value[i] <= (sink->fraction ? 1 : 255)))
            return complain("%s: '%s' holds %g; a mask is 0 .. 1, or whole numbers of 0 .. 255 in an integer type",
                            npz_path(sink->archive), sink->name, value[i]);
        uint8_t kept = sink->fraction ? value[i] > sink->threshold : (uint8_t)value[i];
        sink->to[first + i] = kept;
        sink->greatest = kept > sink->greatest ? kept : sink->greatest;
    }
    return 0;
}

static int settle_masks(const mask_sink *sink, int64_t count)
{
    if (sink->greatest <= 1)
        return 0;
    if (sink->greatest != 255 && sink->threshold > 0)
        return complain(
            "%s: '%s' holds whole numbers up to %d, neither 0 and 1 nor 0 .. 255; save masks > 0, or fractions",
            npz_path(sink->archive), sink->name, sink->greatest);
    for (int64_t i = 0; i < count; i++)
        sink->to[i] = sink->to[i] > sink->threshold * 255;
    return 0;
}

static int read_masks(metrics_file *file, const npz *archive, const metrics_protocol *how)
{
    npz_array array;
    int64_t shape[3] = { 0 };
    metrics_input *in = &file->in;
    int found = how->mask_nearest ? find_array(archive, "masks_nearest", false, &array) : 0;
    in->masks_as_saved = found == 0;
    if (found == 0)
        found = find_array(archive, "masks", true, &array);
    if (found < 0 || check_maps_shape(archive, &array, shape) < 0)
        return -1;
    if (shape[0] != in->pictures || shape[1] != in->height || shape[2] != in->width)
        return complain("%s: '%s' is (%lld,%lld,%lld) but 'maps' is (%lld,%lld,%lld); bring them to one size",
                        npz_path(archive), array.name, (long long)shape[0], (long long)shape[1], (long long)shape[2],
                        (long long)in->pictures, (long long)in->height, (long long)in->width);
    in->masks = file->masks = take((size_t)array.count, 1, "masks");
    mask_sink sink = { archive, array.name, file->masks, array.kind == 'f', how->mask_threshold, 0 };
    if (!file->masks || npz_each(archive, &array, sink_mask, &sink) < 0 || settle_masks(&sink, array.count) < 0)
        return -1;
    return npz_row_major(&array, file->masks, 1);
}

static int read_scores(metrics_file *file, const npz *archive)
{
    npz_array array;
    int found = find_vector(archive, "scores", file->in.pictures, &array);
    if (found <= 0)
        return found;
    file->in.scores = file->scores = take((size_t)array.count, sizeof *file->scores, "scores");
    return file->scores ? npz_read_double(archive, &array, file->scores) : -1;
}

typedef struct label_sink {
    const npz *archive;
    int8_t *to;
} label_sink;

static int sink_label(void *context, int64_t first, const double *value, int64_t n)
{
    label_sink *sink = context;
    for (int64_t i = 0; i < n; i++) {
        if (value[i] != 0 && value[i] != 1)
            return complain("%s: label %" PRId64 " is %g; labels are 0 (good) or 1 (defective)",
                            npz_path(sink->archive), first + i, value[i]);
        sink->to[first + i] = value[i] != 0;
    }
    return 0;
}

static int read_labels(metrics_file *file, const npz *archive)
{
    npz_array array;
    int found = find_vector(archive, "labels", file->in.pictures, &array);
    if (found <= 0)
        return found;
    file->in.labels = file->labels = take((size_t)array.count, sizeof *file->labels, "labels");
    label_sink sink = { archive, file->labels };
    return file->labels ? npz_each(archive, &array, sink_label, &sink) : -1;
}

/* Texts of whole numbers, in one block as npz_read_text gives them. */
static char **read_numbers_as_text(const npz *archive, const npz_array *array)
{
    enum { DIGITS = 24 };
    size_t count = (size_t)array->count;
    double *number = take(count, sizeof *number, "classes");
    char **text = number ? take(count, sizeof *text + DIGITS, "classes") : NULL;
    int status = text ? npz_read_double(archive, array, number) : -1;
    for (size_t i = 0; i < count && status == 0; i++) {
        if (number[i] != floor(number[i]) || fabs(number[i]) > 1e15)
            status =
                complain("%s: class %zu is %g; classes are text or whole numbers", npz_path(archive), i, number[i]);
        text[i] = (char *)(text + count) + i * DIGITS;
        snprintf(text[i], DIGITS, "%.0f", number[i]);
    }
    free(number);
    if (status < 0)
        free(text);
    return status < 0 ? NULL : text;
}

/* Numbers the classes by first appearance; names[] keeps each name once, by number. */
static int number_classes(metrics_file *file, char **names, int64_t n)
{
    if (n > INT32_MAX)
        return complain("metrics: more than 2^31 pictures");
    file->in.classes = file->classes = take((size_t)n, sizeof *file->classes, "classes");
    for (int64_t i = 0; file->classes && i < n; i++) {
        int class = 0;
        while (class < file->in.class_count && strcmp(names[class], names[i]) != 0)
            class ++;
        if (class == file->in.class_count)
            names[file->in.class_count++] = names[i];
        file->classes[i] = class;
    }
    return file->classes ? 0 : -1;
}

static int read_classes(metrics_file *file, const npz *archive)
{
    npz_array array;
    int found = find_vector(archive, "classes", file->in.pictures, &array);
    if (found < 0)
        return -1;
    if (!found || file->in.pictures == 0) {
        file->in.class_count = 1;
        return 0;
    }
    bool text = array.kind == 'U' || array.kind == 'S';
    file->class_names = text ? npz_read_text(archive, &array) : read_numbers_as_text(archive, &array);
    if (!file->class_names)
        return -1;
    file->in.class_names = (const char *const *)file->class_names;
    return number_classes(file, file->class_names, array.count);
}

int metrics_file_read(metrics_file *file, const char *path, const metrics_protocol *how)
{
    *file = (metrics_file){ .maps = NULL };
    npz *archive = npz_open(path);
    if (!archive)
        return -1;
    int failed = read_maps(file, archive) < 0 || read_masks(file, archive, how) < 0 || read_scores(file, archive) < 0 ||
                 read_labels(file, archive) < 0 || read_classes(file, archive) < 0;
    npz_close(archive);
    return failed ? -1 : 0;
}

void metrics_file_free(metrics_file *file)
{
    free(file->maps);
    free(file->maps_wide);
    free(file->scores);
    free(file->masks);
    free(file->labels);
    free(file->classes);
    free(file->class_names);
    *file = (metrics_file){ .maps = NULL };
}
