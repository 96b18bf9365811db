/* module.h: all that a module may know of the engine. A module is one C file that includes this header, links to
 * nothing and exports one constant, `ablate_module_entry`. A model module composes a graph (`build`); a data module
 * lists pictures (`list`). Phases: [load] records are read; [build] the graph is composed, once for training and once
 * for scoring; [step] it runs; [epoch] before each epoch. Module code runs on the main thread only, except `image`,
 * which several threads may call at once.
 *
 * A misfit never crashes: the call returns a poisoned value, the first complaint is kept with the file:line of the
 * module's call, later calls do nothing. So `build` needs no checks. A misfit is also a call in another phase, a text
 * or value NULL, and a value of another graph. Text handed to the engine is copied, except in the static records.
 * Values belong to the graph. Names have 1 to 120 printable characters, none of them a blank, '"', '\\', '|' or '?';
 * where one is read, "bottleneck|perturbed" means the first of these that exists.
 *
 * operations.h beside this header has the engine's operations by name, op_add(b, x, y), which is how `build` is
 * written. */
#ifndef ABLATE_MODULE_H
#define ABLATE_MODULE_H
#include "op.h"

#define ABLATE_MAJOR 1u /* differs: refused */
#define ABLATE_MINOR 3u /* newer than the engine's: refused */
#define ABLATE_STAMP "f32.dim4.in8"

typedef struct ablate_abi { /* the entry's first bytes, for ever: read before any code of the module runs */
    char magic[8];
    uint32_t major, minor, size; /* size of the ablate_module it was built with; missing tail = zero */
    char stamp[20];
} ablate_abi;
#define ABLATE_ABI                                                                                                     \
    {                                                                                                                  \
        "ABLATE", ABLATE_MAJOR, ABLATE_MINOR, (uint32_t)sizeof(ablate_module), ABLATE_STAMP                            \
    }

typedef struct ablate_value ablate_value;
typedef struct ablate_builder ablate_builder;
typedef ablate_value *ablate_service(ablate_builder *, const void *settings, const char *argument, int n,
                                     ablate_value *const *in);

typedef struct ablate_image { /* RGB, 8 bit, rows top to bottom; `rgb` is malloc'ed and becomes the receiver's */
    int width, height;
    uint8_t *rgb;
} ablate_image;
typedef struct ablate_picture { /* one entry of a data set; text is copied */
    const char *class_name;     /* "bottle" */
    const char *state;          /* "good", or the kind of defect */
    const char *name;           /* unique in the data set: "bottle/test/crack/003" */
    const char *path, *mask;    /* files, or NULL: the module's `image` makes them. mask NULL, no `image`: no defect */
    bool test;                  /* false: for training */
    const float *inputs;        /* further graph inputs, `inputs_length` floats, or NULL */
} ablate_picture;

typedef enum ablate_kind { ABLATE_PICTURE, ABLATE_FOLDER, ABLATE_OTHER } ablate_kind;
typedef struct ablate_entry { /* of a folder; text lives as long as the call of `list` */
    const char *name;
    ablate_kind kind;
    const char *why; /* others: what it is, "a FIFO, no file"; else NULL */
} ablate_entry;

typedef struct ablate_api { /* the engine's half; grows only at its end. `at` = file, line of the module's call */
    uint32_t size;
    ablate_value *(*apply)(ablate_builder *, const char *file, int line, const char *op, const char *attributes, int n,
                           ablate_value *const *in);
    ablate_value *(*param)(ablate_builder *, const char *file, int line, const char *name, const char *init,
                           ablate_shape);
    ablate_value *(*constant)(ablate_builder *, const char *file, int line, ablate_shape, const float *data);
    ablate_value *(*weight)(ablate_builder *, const char *file, int line, const char *path, const char *name);
    const char *(*weight_note)(ablate_builder *, const char *path, const char *key);
    bool (*has_weight)(ablate_builder *, const char *path, const char *name);
    ablate_value *(*read)(ablate_builder *, const char *file, int line, const char *names, int index);
    void (*write)(ablate_builder *, const char *file, int line, const char *name, int index, ablate_value *);
    int (*count)(ablate_builder *, const char *names);
    void (*offer)(ablate_builder *, const char *file, int line, const char *name, ablate_service *);
    ablate_value *(*call)(ablate_builder *, const char *file, int line, const char *name, const char *argument, int n,
                          ablate_value *const *in);
    void (*loss)(ablate_builder *, const char *file, int line, const char *name, ablate_value *, double weight);
    void (*loss_weight)(ablate_builder *, const char *name, double weight);
    void (*probe)(ablate_builder *, const char *file, int line, const char *name, ablate_value *);
    int (*refuse)(ablate_builder *, const char *file, int line, const char *format, ...);
    const char *(*text)(ablate_builder *, const char *format, ...);
    ablate_shape (*shape)(const ablate_value *);
    int (*add_picture)(ablate_builder *, const ablate_picture *);
    ablate_value *(*param_from)(ablate_builder *, const char *file, int line, const char *name, ablate_value *start);
    void (*remark)(ablate_builder *, const char *format, ...); /* since 1.1, as the next */
    const char *(*chosen)(ablate_builder *, const char *engine_setting);
    const ablate_entry *(*folder)(ablate_builder *, const char *path); /* 1.1 */
    int (*unused)(ablate_builder *, const char *format, ...);          /* 1.1 */
    const char *(*next_name)(ablate_builder *, const char **list);     /* 1.1 */
    ablate_value *(*collect)(ablate_builder *, const char *file, int line, const char *name, ablate_value *value,
                             ablate_value *which); /* 1.3 */
    ablate_value *(*buffer)(ablate_builder *, const char *file, int line, const char *name, const char *init,
                            ablate_shape); /* 1.3 */
    ablate_value *(*buffer_from)(ablate_builder *, const char *file, int line, const char *name, ablate_value *start);
    void (*update)(ablate_builder *, const char *file, int line, ablate_value *buffer, ablate_value *next); /* 1.3 */
} ablate_api;
struct ablate_builder { /* the engine's own struct begins so */
    const ablate_api *api;
    bool training; /* composing the training graph (noise, dropout, losses), not the scoring graph */
};

/* The layout of these macros is by hand: clang-format takes the braces of compound literals for blocks. */
/* clang-format off */
#define ABLATE_COUNT(...) (int)(sizeof((ablate_value *[]){__VA_ARGS__}) / sizeof(ablate_value *))
#define ABLATE_IN(...) ABLATE_COUNT(__VA_ARGS__), (ablate_value *const[]){__VA_ARGS__}
/* [build] Result of an operation: ablate_op(b, "matmul", "transpose_b=1", x, w). See `ablate ops`; ablate_opv takes an
 * array of n values. For the engine's own, operations.h has a call each. */
#define ablate_op(b, op, attributes, ...) ablate_opv(b, op, attributes, ABLATE_IN(__VA_ARGS__))
#define ablate_opv(b, op, attributes, ...) (b)->api->apply(b, __FILE__, __LINE__, op, attributes, __VA_ARGS__)
/* [build] Trainable tensor "MODULE.name", shared by both graphs, drawn from a stream keyed by (seed, "MODULE.name"). The
 * same name again is the same tensor: of one shape, with one init.
 * init: zeros | ones | normal STD | uniform BOUND | xavier | linear (PyTorch's Linear: bound 1/sqrt(last axis)). */
#define ablate_param(b, name, init, ...) ablate_paramv(b, name, init, ABLATE_SHAPE(__VA_ARGS__))
#define ablate_paramv(b, name, init, ...) (b)->api->param(b, __FILE__, __LINE__, name, init, __VA_ARGS__) /* a shape */
/* [build] The same, but it begins at a value of constants and weights alone: fine-tuning. */
#define ablate_param_from(b, name, start) (b)->api->param_from(b, __FILE__, __LINE__, name, start)
/* [build] Tensor "MODULE.name" that is kept from step to step as a parameter is, in checkpoints and parameter files,
 * but not trained: running averages, counters. Both graphs read it; update, in the training graph only and once, says
 * what it holds when a step is done: ablate_update(b, mean, op_add(b, ...)). A step with numbers that are not finite
 * changes it no more than parameters. buffer_from: it begins at a value of constants and weights alone. Since 1.3. */
#define ablate_buffer(b, name, init, ...) ablate_bufferv(b, name, init, ABLATE_SHAPE(__VA_ARGS__))
#define ablate_bufferv(b, name, init, ...) (b)->api->buffer(b, __FILE__, __LINE__, name, init, __VA_ARGS__)
#define ablate_buffer_from(b, name, start) (b)->api->buffer_from(b, __FILE__, __LINE__, name, start)
#define ablate_update(b, buffer, next) (b)->api->update(b, __FILE__, __LINE__, buffer, next)
#define ABLATE_SHAPE(...)                                                                                              \
    (ablate_shape) { (int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), { __VA_ARGS__ } }
/* [build] Copy of `data` as a frozen tensor. */
#define ablate_constant(b, data, ...) (b)->api->constant(b, __FILE__, __LINE__, ABLATE_SHAPE(__VA_ARGS__), data)
/* [build] Frozen tensor of a weights file, as float32; path as an ABLATE_FILE of the settings. */
#define ablate_weight(b, path, name) (b)->api->weight(b, __FILE__, __LINE__, path, name)
/* [build] Frozen tensor of what all training pictures give for a value, in the order of the data set: (B, ...) becomes
 * (pictures, ...). Computed once a run and kept beside its parameters. The picture alone must decide the value: no
 * parameter, no random number. _rows: only those rows of the last axis whose indices, counted over all pictures, are in
 * the frozen tensor `which` (M): (M, C), so that memory never holds the others. Interface 1.3. */
#define ablate_collect(b, name, value) (b)->api->collect(b, __FILE__, __LINE__, name, value, NULL)
#define ablate_collect_rows(b, name, value, which) (b)->api->collect(b, __FILE__, __LINE__, name, value, which)
/* [build] Text, or NULL. key: of the file's metadata; "names:ENDING", the names of tensors that end so, a line each;
 * "FILE.json:KEY.KEY", what stands there in a JSON file beside the weights: a text as it is, all else as JSON. */
#define ablate_weight_note(b, path, key) (b)->api->weight_note(b, path, key)
#define ablate_has_weight(b, path, name) (b)->api->has_weight(b, path, name)
/* [build] The board: named lists of values. Only names in `reads`/`writes` may be used; index -1 is the last.
 * The engine writes "image" (B, 3, S, S), normalised, and the data module's further inputs. */
#define ablate_read(b, names, index) (b)->api->read(b, __FILE__, __LINE__, names, index)
#define ablate_write(b, name, index, value) (b)->api->write(b, __FILE__, __LINE__, name, index, value)
#define ablate_count(b, names) (b)->api->count(b, names)
/* [build] A service is a function on the board: one module offers it, another calls it without knowing whose it is. An
 * argument NULL reaches it as "", and what it reads of `in` beyond `n` is poisoned. */
#define ablate_offer(b, name, function) (b)->api->offer(b, __FILE__, __LINE__, name, function)
#define ablate_call_service(b, name, argument, ...)                                                                    \
    (b)->api->call(b, __FILE__, __LINE__, name, argument, ABLATE_IN(__VA_ARGS__))
/* [build] Adds weight * scalar to the total loss; [epoch] changes the weight. */
#define ablate_loss(b, name, scalar, weight) (b)->api->loss(b, __FILE__, __LINE__, name, scalar, weight)
#define ablate_loss_weight(b, name, weight) (b)->api->loss_weight(b, name, weight)
#define ablate_probe(b, name, value) (b)->api->probe(b, __FILE__, __LINE__, name, value) /* one number: kept and logged */
/* [build] A sentence that a reader of the results must know: on stderr, in the run's record, beside features. */
#define ablate_remark(b, ...) (b)->api->remark(b, __VA_ARGS__)
/* [build] How pictures come in: "input.size", .statistics, .resample as set; .mean, .std: "R G B"; since 1.3 "run.seed".
 * NULL: unknown. */
#define ablate_chosen(b, engine_setting) (b)->api->chosen(b, engine_setting)
#define ablate_fail(b, ...) (b)->api->refuse(b, __FILE__, __LINE__, __VA_ARGS__)           /* complains; returns -1 */
#define ablate_text(b, ...) (b)->api->text(b, __VA_ARGS__) /* printf into text that lives as long as the graph */
/* The next name of a list of names (ABLATE_NAMES); *list moves on. NULL: there is none. */
#define ablate_next_name(b, list) (b)->api->next_name(b, list)
#define ablate_shape_of(b, value) (b)->api->shape(value)   /* rank 1, {1} if poisoned */
/* [list] 0, or -1: complained. */
#define ablate_add_picture(b, picture) (b)->api->add_picture(b, picture)
/* [list] What a folder holds, by name, up to a NULL name; hidden names and what programs leave behind are left out.
 * NULL: complained, why it cannot be read. Whatever is there and not used is to be noted, as ablate_unused(b, "%s: no
 * picture", path), which `data`, `run` and `predict` tell; 0 or -1. */
#define ablate_folder(b, path) (b)->api->folder(b, path)
#define ablate_unused(b, ...) (b)->api->unused(b, __VA_ARGS__)
/* clang-format on */

typedef struct ablate_module {
    ablate_abi abi;
    const char *name, *doc, *paper;     /* name = the file's; "Sec. 3, Eq. 12" */
    const char *reads, *writes;         /* "teacher bottleneck|perturbed image?": words; `|` either, `?` optional */
    uint32_t settings_size, state_size; /* state: zeroed, checkpointed by the engine */
    const ablate_setting *settings;     /* {0}-ended, or NULL */
    const ablate_op *ops;               /* {0}-ended, or NULL */
    int (*build)(ablate_builder *, const void *settings);
    int (*epoch)(ablate_builder *, const void *settings, void *state, int epoch); /* epoch counts from 0; may be NULL */
    /* Data modules: add every picture; then make picture `index` (order of adding) where it has no path. */
    int (*list)(ablate_builder *, const void *settings);
    int (*image)(ablate_builder *, const void *settings, int index, ablate_image *image, ablate_image *mask);
    const char *inputs; /* data: name of a further input on the board, or NULL */
    int inputs_length;  /* data: floats of it a picture: the board's value is (B, inputs_length) */
    /* Since 1.2: a value that it writes, (B, N, places), which spreads each token over places, zero where one is not
     * used, as gates do; `ablate curves usage` counts it. Or NULL. */
    const char *spread;
} ablate_module;
#define ABLATE_EXPORT __attribute__((visibility("default")))
extern ABLATE_EXPORT const ablate_module ablate_module_entry;

#endif
