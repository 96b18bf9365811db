/* targets.h: the readers that meet files of strangers, each as a function of any bytes. A target aborts where a reader
 * breaks its promise: refuse in one sentence, or hand out what can be read to the end. */
#ifndef TESTS_FUZZ_TARGETS_H
#define TESTS_FUZZ_TARGETS_H
#include "../../core/experiment/experiment.h"
#include "../../core/files/image.h"
#include "../../core/files/npz.h"
#include "../../core/files/weights.h"
#include "../../core/metrics/metrics_load.h"
#include "../../core/report/document_file.h"
#include "../../core/report/document_forms.h"
#include "../../core/report/document_plain.h"
#include "../lab/npz_write.h"
#include "input.h"
#include "modules.h"

static inline void fuzz_load(const weights *w, const weights_tensor *t)
{
    float *numbers = take((size_t)t->count, sizeof *numbers, "numbers");
    if (!numbers || weights_load(w, t->name, numbers) < 0)
        fuzz_must_have_complained();
    complaint_clear();
    free(numbers);
}

static inline void fuzz_weights(const uint8_t *data, size_t size)
{
    weights *w = weights_open(fuzz_file(data, size));
    hash_digest digest;
    if (!w) {
        fuzz_must_have_complained();
        return;
    }
    for (int i = 0; i < weights_count(w); i++)
        fuzz_load(w, weights_at(w, i));
    for (int i = 0; weights_note_key(w, i); i++)
        if (!weights_note(w, weights_note_key(w, i)))
            abort();
    if (weights_digest(w, &digest) < 0)
        abort();
    weights_close(w);
}

/* Bytes that are neither an archive nor what came before it are taken for the pickle of one: behind the checksum of an
 * archive a fuzzer that changes bytes would hardly ever meet the reader of pickles. */
static inline void fuzz_torch(const uint8_t *data, size_t size)
{
    static const float numbers[6] = { 0, 1, 2, 3, 4, 5 };
    static archive made;
    bool old = size >= 4 && memcmp(data, "\x80\2\x8a\x0a", 4) == 0;
    if (old || (size >= 2 && memcmp(data, "PK", 2) == 0)) {
        fuzz_weights(data, size);
        return;
    }
    memset(&made, 0, sizeof made);
    add_member(&made, "x/data.pkl", data, size, 0);
    add_member(&made, "x/data/0", (const uint8_t *)numbers, sizeof numbers, 0);
    add_member(&made, "x/data/1", (const uint8_t *)numbers, sizeof numbers / 2, 0);
    finish_archive(&made);
    fuzz_weights(made.byte, made.size);
}

static inline void fuzz_read_array(const npz *file, const char *name)
{
    npz_array array;
    int found = npz_find(file, name, &array);
    if (found < 0)
        fuzz_must_have_complained();
    complaint_clear();
    if (found <= 0)
        return;
    void *numbers = NULL;
    bool text = array.kind == 'U' || array.kind == 'S';
    if (text)
        numbers = npz_read_text(file, &array);
    else if ((numbers = take((size_t)array.count, sizeof(double), "numbers")) &&
             npz_read_double(file, &array, numbers) < 0)
        fuzz_must_have_complained();
    if (!numbers)
        fuzz_must_have_complained();
    complaint_clear();
    free(numbers);
}

static inline void fuzz_archive(const uint8_t *data, size_t size)
{
    const char *path = fuzz_file(data, size);
    npz *file = npz_open(path);
    if (!file) {
        fuzz_must_have_complained();
        return;
    }
    fuzz_read_array(file, "maps");
    fuzz_read_array(file, "classes");
    npz_close(file);
    int protocols;
    const metrics_protocol *all = metrics_protocols(&protocols);
    for (int p = 0; p < protocols; p++) {
        metrics_file whole;
        if (metrics_file_read(&whole, path, &all[p]) < 0)
            fuzz_must_have_complained();
        metrics_file_free(&whole);
        complaint_clear();
    }
}

/* As with fuzz_torch, bytes that are no archive are taken for an array of one. */
static inline void fuzz_npz(const uint8_t *data, size_t size)
{
    static archive made;
    if (size >= 2 && memcmp(data, "PK", 2) == 0) {
        fuzz_archive(data, size);
        return;
    }
    memset(&made, 0, sizeof made);
    add_member(&made, "maps.npy", data, size, 8);
    add_member(&made, "masks.npy", data, size, 0);
    add_member(&made, "classes.npy", data, size, 0);
    finish_archive(&made);
    fuzz_archive(made.byte, made.size);
}

static inline void fuzz_settings(const uint8_t *data, size_t size)
{
    experiment_options none = { 0 };
    experiment *read = experiment_load(fuzz_file(data, size), &none);
    if (!read)
        fuzz_must_have_complained();
    experiment_free(read);
}

/* What is told before the pixels must hold of them; greater pictures only cost time. */
static inline void fuzz_picture(const uint8_t *data, size_t size)
{
    enum { MOST = 1 << 21 };
    const char *path = fuzz_file(data, size);
    image_facts facts;
    ablate_image image;
    image_mask mask;
    if (image_look(path, &facts) < 0)
        fuzz_must_have_complained();
    complaint_clear();
    if (facts.orientation < 1 || facts.orientation > 8 || (int64_t)facts.width * facts.height > MOST)
        return;
    if (image_read(path, &image) < 0)
        fuzz_must_have_complained();
    else if (facts.frames != 1 || facts.width != image.width || facts.height != image.height)
        abort();
    complaint_clear();
    if (image_mask_read(path, &mask) < 0)
        fuzz_must_have_complained();
    else if (mask.width != facts.width || mask.height != facts.height)
        abort();
    image_free(&image);
    image_mask_free(&mask);
}

/* Every form can print what is read. */
static inline void fuzz_sheet(const uint8_t *data, size_t size)
{
    document *d = document_read(fuzz_file(data, size));
    char *text = NULL;
    FILE *to = d ? open_memstream(&text, &size) : NULL;
    if (!d)
        fuzz_must_have_complained();
    if (!to)
        return;
    document_markdown(d, "", to);
    document_tex(d, "", to);
    document_html(d, "x", to);
    if (document_plain(d, to) < 0)
        fuzz_must_have_complained();
    fclose(to);
    free(text);
    document_free(d);
}

typedef struct fuzz_target {
    const char *name;
    void (*run)(const uint8_t *data, size_t size);
} fuzz_target;
static const fuzz_target fuzz_targets[] = {
    { "safetensors", fuzz_weights }, { "torch", fuzz_torch },     { "npz", fuzz_npz },
    { "settings", fuzz_settings },   { "png", fuzz_picture },     { "jpeg", fuzz_picture },
    { "bmp", fuzz_picture },         { "tiff", fuzz_picture },    { "webp", fuzz_picture },
    { "sheet", fuzz_sheet },         { "modules", fuzz_modules }, { NULL, NULL },
};

/* Only the first so many bytes are read. */
enum { FUZZ_MOST = 1 << 16 };

static inline void fuzz_run(const fuzz_target *target, const uint8_t *data, size_t size)
{
    target->run(data, size < FUZZ_MOST ? size : FUZZ_MOST);
    complaint_clear();
}

#endif
