/* record.h: what is kept of one finished run, its file metrics.json, and the identity by which it is known again. */
#ifndef ABLATE_RECORD_H
#define ABLATE_RECORD_H
#include "../base/settings.h"
#include "../metrics/metrics.h"

typedef struct run_weights { /* a file of frozen weights that the run read */
    const char *path, *hash; /* hash: SHA-256, 64 hexadecimal digits */
} run_weights;

typedef struct run_class {
    const char *name;
    double value[METRICS_KINDS];
} run_class;

typedef struct run_cost { /* what the run took of the machine; NaN and NULL: of a run from before it was kept */
    const char *machine;  /* "AMD EPYC, 2 processors" */
    double parameters;    /* numbers that were trained */
    double training;      /* seconds of all training steps, and of what is collected from the training pictures */
    double scoring; /* pictures a second, from pixels to scores, on their way through the frozen part too; NaN: the
                     * run scores none */
    double memory;  /* bytes that the engine plans for training or for that, whichever is more */
} run_cost;

typedef struct run_record { /* zeroed = empty; texts live in the memory of its settings, NULL counts as "" */
    const char *experiment, *row, *scale;
    settings settings;            /* all of them, resolved, see settings_list */
    const char *paths;            /* "a.weights run.data": those of them that name what other hashes stand for */
    const char *data, *data_hash; /* "drawn: 15 classes, 300 training and 450 test pictures", SHA-256 */
    run_weights *weights;
    int weight_count;
    const char *version; /* "0.1.0, numbers 1": of the program, and of what it computes (base/numbers.h) */
    const char *backend, *core_type;
    const char *protocol;
    int threads, seed;
    double seconds;      /* wall clock of training and evaluation, in all sittings */
    int64_t peak_memory; /* bytes, of the process */
    run_cost cost;
    double mean[METRICS_KINDS]; /* over the classes; fractions, NaN where it is not defined */
    run_class *classes;
    int class_count;
    const char **notes; /* what a reader of the numbers must know, a sentence each */
    int note_count;
    const char *from; /* the experiment that it was just taken over from, see record_adopt.h; no part of the file */
} run_record;

void run_record_free(run_record *);

#define RUN_COST_UNKNOWN                                                                                               \
    (run_cost)                                                                                                         \
    {                                                                                                                  \
        NULL, NAN, NAN, NAN, NAN                                                                                       \
    }

/* printf into the record's memory. NULL: complained. */
const char *run_record_text(run_record *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Append one item, copying the texts. 0, or -1: out of memory. */
int run_record_add_weights(run_record *, const char *path, const char *hash);
int run_record_add_class(run_record *, const char *name, const double value[METRICS_KINDS]);
int run_record_add_note(run_record *, const char *note);

/* Index of the class of that name, which need not end at `length`; -1: there is none. */
int run_record_class(const run_record *, const char *name, size_t length);

/* Copies means, classes and notes of an evaluation, and its protocol's name. 0 or -1. */
int run_record_set_metrics(run_record *, const metrics_result *);

/* The part of `version` that numbers depend on, "numbers 1"; of a record from before there was one, all of it. */
#define RUN_RECORD_NUMBERS "numbers "
const char *run_record_numbers(const run_record *);

/* SHA-256 in hexadecimal of all that a result depends on: settings, seed, data, weights, version of the numbers. How
 * many threads there were does not count, nor where data and weights lie (`paths`). */
void run_record_identity(const run_record *, char key[65]);

/* The same run but for its seed and the kernels that it ran on (run.device), which both are said beside a result. */
bool run_record_alike(const run_record *, const run_record *);

/* FOLDER/EXPERIMENT/ROW/seed-N-IDENTITY/metrics.json with the identity's first 8 digits, so that runs with other
 * settings, data or scale never take each other's place; unusual characters of a row's name become '_'. New memory;
 * NULL: complained. */
char *run_record_path(const run_record *, const char *folder);

/* The file, written whole or not at all. 0, or -1: complained. */
int run_record_write(const run_record *, const char *path);

/* Reads a file of run_record_write into an empty record. 0, or -1: complained (missing, damaged, edited). */
int run_record_read(run_record *, const char *path);

/* Has a run of this identity finished? true and the record, if the file is there, whole, and of that identity. */
bool run_record_find(const char *path, const char *identity, run_record *);

#endif
