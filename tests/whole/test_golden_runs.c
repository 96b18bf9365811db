/* The version of the numbers (core/base/numbers.h) guards finished runs: small runs of every row of Table 2, of every
 * choice that the paper leaves open and of every data set give the very bits that tests/golden/runs.txt has for them,
 * trained, scored and judged, or this test fails until the version is raised. `make golden` (scripts/golden, which
 * calls this program with "print") writes the file; it refuses when bits differ and the version does not.
 *
 * Bits depend on what a record calls `core_type`: whether products are fused, the compiler, the C library. The file has
 * a part for each of these that was once compared; on others nothing can be compared exactly, which is then said, and
 * the losses of each run's first step are held against another part's within FIRST_LOSS. */
#include "../../core/base/numbers.h"
#include "../../core/files/npz.h"
#include "../../core/files/weights.h"
#include "../../core/plugin/elf_symbol.h"
#include "../../core/record/record.h"
#include "../lab/program.h"
#include <math.h>
#include <string.h>

#define FILE_NAME "tests/golden/runs.txt"

/* Of a loss: a cosine of features is off by about 32 units of 2^-24 after the encoder's and the decoder's blocks, which
 * 1 / tau = 1000 makes 2e-3 of losses of about 20. Fused and separate products are 4e-6 apart at most. */
#define FIRST_LOSS 1e-4

enum { PARTS = 4, TERMS = 8, RUNS = 200 };
static const char *const part_name[PARTS] = { "parameters", "losses", "maps", "metrics" };

typedef struct golden_run {
    char name[100];       /* EXPERIMENT/ROW */
    char bits[PARTS][13]; /* 12 digits of a hash; "-": there is none */
    double loss[TERMS];   /* of the first step */
    int terms;
} golden_run;

typedef struct golden { /* one kind of kernels */
    char kernels[120];
    golden_run run[RUNS];
    int runs;
} golden;

static golden made, known;     /* now; in the file, of these kernels or, if it has none of them, of its first */
static unsigned known_numbers; /* of the file */

/* ---- what a run's folder comes to ---- */

static void end_bits(hash_state *state, char bits[13])
{
    char text[65];
    hash_digest digest = hash_end(state);
    hash_print(&digest, text);
    snprintf(bits, 13, "%.12s", text);
}

/* A run that trains nothing has neither parameters nor losses. */
static void hash_parameters(const char *place, char bits[13])
{
    char path[700];
    hash_state state;
    snprintf(path, sizeof path, "%s/parameters.safetensors", place);
    snprintf(bits, 13, "-");
    if (!file_exists(path))
        return;
    weights *w = weights_open(path);
    assert_non_null(w);
    hash_begin(&state);
    for (int i = 0; i < weights_count(w); i++) {
        const weights_tensor *t = weights_at(w, i);
        hash_add_text(&state, t->name);
        hash_add(&state, t->shape.dim, (size_t)t->shape.rank * sizeof t->shape.dim[0]);
        hash_add(&state, t->data, t->bytes);
    }
    weights_close(w);
    end_bits(&state, bits);
}

/* Numbers are hashed as numbers, so that the way they are written down may change. Takes those of the first step. */
static void hash_losses(const char *place, golden_run *run)
{
    char path[700], word[100], *rest;
    hash_state state;
    int line = 0, column = 0;
    snprintf(path, sizeof path, "%s/losses.tsv", place);
    snprintf(run->bits[1], 13, "-");
    if (!file_exists(path))
        return;
    FILE *from = fopen(path, "r");
    assert_non_null(from);
    hash_begin(&state);
    for (int c; fscanf(from, "%99[^\t\n]", word) == 1; column++) {
        double number = strtod(word, &rest);
        if (*rest)
            hash_add_text(&state, word);
        else
            hash_add(&state, &number, sizeof number);
        if (line == 1 && column > 0 && run->terms < TERMS)
            run->loss[run->terms++] = number;
        if ((c = fgetc(from)) == '\n') {
            line++;
            column = -1;
        }
    }
    fclose(from);
    end_bits(&state, run->bits[1]);
}

static int add_numbers(void *state, int64_t first, const double *value, int64_t n)
{
    (void)first;
    hash_add(state, value, (size_t)n * sizeof *value);
    return 0;
}

static void hash_maps(const char *place, char bits[13])
{
    static const char *const names[] = { "maps", "scores", "masks", "labels" };
    char path[700];
    hash_state state;
    snprintf(path, sizeof path, "%s/maps.npz", place);
    snprintf(bits, 13, "-");
    if (!file_exists(path))
        return;
    npz *file = npz_open(path);
    assert_non_null(file);
    hash_begin(&state);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        npz_array array;
        int found = npz_find(file, names[i], &array);
        assert_int_equal(found == 1 ? npz_each(file, &array, add_numbers, &state) : found, 0);
    }
    npz_close(file);
    end_bits(&state, bits);
}

/* And the notes, which hold the probes. */
static void hash_metrics(const run_record *r, char bits[13])
{
    hash_state state;
    hash_begin(&state);
    hash_add(&state, r->mean, sizeof r->mean);
    for (int i = 0; i < r->class_count; i++) {
        hash_add_text(&state, r->classes[i].name);
        hash_add(&state, r->classes[i].value, sizeof r->classes[i].value);
    }
    for (int i = 0; i < r->note_count; i++)
        if (strstr(r->notes[i], " on held-out pictures"))
            hash_add_text(&state, r->notes[i]);
    end_bits(&state, bits);
}

static void look_at_run(const char *place, golden *into)
{
    char path[700];
    run_record record = { 0 };
    golden_run *run = &into->run[into->runs++];
    assert_true(into->runs < RUNS);
    snprintf(path, sizeof path, "%s/metrics.json", place);
    assert_int_equal(run_record_read(&record, path), 0);
    const char *end = strrchr(place, '/'), *start = end;
    for (int slashes = 0; slashes < 2;)
        slashes += *--start == '/';
    snprintf(run->name, sizeof run->name, "%.*s", (int)(end - start) - 1, start + 1);
    snprintf(into->kernels, sizeof into->kernels, "%s", record.core_type);
    hash_parameters(place, run->bits[0]);
    hash_losses(place, run);
    hash_maps(place, run->bits[2]);
    hash_metrics(&record, run->bits[3]);
    run_record_free(&record);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const golden_run *)a)->name, ((const golden_run *)b)->name);
}

static void look_at_all(golden *into)
{
    char line[600];
    snprintf(line, sizeof line, "find %s/runs -name metrics.json", folder);
    FILE *list = popen(line, "r");
    assert_non_null(list);
    while (fgets(line, sizeof line, list)) {
        *strrchr(line, '/') = 0;
        look_at_run(line, into);
    }
    pclose(list);
    qsort(into->run, (size_t)into->runs, sizeof *into->run, by_name);
}

/* ---- the file ---- */

static void read_run(char *line, golden_run *run)
{
    char *save = NULL, *word = strtok_r(line, " \n", &save);
    for (int i = 0; word; i++, word = strtok_r(NULL, " \n", &save))
        if (i == 1)
            snprintf(run->name, sizeof run->name, "%s", word);
        else if (i > 1 && i < 2 + PARTS)
            snprintf(run->bits[i - 2], sizeof run->bits[0], "%s", word);
        else if (i >= 2 + PARTS && run->terms < TERMS)
            run->loss[run->terms++] = strtod(word, NULL);
}

static void read_file(void)
{
    char line[800], of[120] = "";
    FILE *from = fopen(FILE_NAME, "r");
    if (!from)
        fail_msg("there is no " FILE_NAME "; `make golden` writes it");
    while (fgets(line, sizeof line, from)) {
        if (sscanf(line, "numbers %u", &known_numbers) == 1)
            continue;
        if (strncmp(line, "kernels ", 8) == 0) {
            snprintf(of, sizeof of, "%.*s", (int)strcspn(line + 8, "\n"), line + 8);
            if (!*known.kernels || strcmp(of, made.kernels) == 0) {
                known = (golden){ .runs = 0 };
                snprintf(known.kernels, sizeof known.kernels, "%s", of);
            }
        } else if (strncmp(line, "run ", 4) == 0 && strcmp(of, known.kernels) == 0 && known.runs < RUNS) {
            read_run(line, &known.run[known.runs++]);
        }
    }
    fclose(from);
}

static int make_runs(void **state)
{
    if (make_folder(state) < 0)
        return -1;
#ifdef __SANITIZE_ADDRESS__
    setenv("FEW", "1", 1);
#endif
    if (shell("tests/inputs/golden.sh $ablate $in") != 0) {
        fputs(said, stderr);
        return -1;
    }
    look_at_all(&made);
    return 0;
}

/* A part of the file, for scripts/golden. */
static int print_made(void)
{
    void *state = NULL;
    if (make_runs(&state) < 0)
        return 1;
    printf("kernels %s\n", made.kernels);
    for (int i = 0; i < made.runs; i++) {
        const golden_run *run = &made.run[i];
        printf("run %s", run->name);
        for (int k = 0; k < PARTS; k++)
            printf(" %s", run->bits[k]);
        for (int k = 0; k < run->terms; k++)
            printf(" %.9g", run->loss[k]);
        putchar('\n');
    }
    return remove_folder(&state) == 0 ? 0 : 1;
}

/* ---- tests ---- */

static const golden_run *known_run(const char *name)
{
    return bsearch(name, known.run, (size_t)known.runs, sizeof *known.run, by_name);
}

/* Prints what differs; the number of runs that do. */
static int compare_bits(void)
{
    int differ = 0;
    for (int i = 0; i < made.runs; i++) {
        const golden_run *run = &made.run[i], *then = known_run(run->name);
        bool other = !then;
        for (int k = 0; then && k < PARTS; k++)
            if (strcmp(run->bits[k], then->bits[k]) != 0)
                print_message("%s%s %s", other ? "," : run->name, other ? "" : ": other", part_name[k]), other = true;
        if (other)
            print_message("%s\n", then ? "" : run->name);
        differ += other;
    }
    return differ;
}

/* Other kernels round otherwise, before any step too. */
static void compare_first_losses(void)
{
    double most = 0;
    for (int i = 0; i < made.runs; i++) {
        const golden_run *run = &made.run[i], *then = known_run(run->name);
        for (int k = 0; then && k < run->terms && k < then->terms; k++) {
            double off = fabs(run->loss[k] - then->loss[k]) / (fabs(then->loss[k]) + 1e-3);
            most = off > most ? off : most;
            if (!(off <= FIRST_LOSS))
                fail_msg("%s: loss %d of the first step is %.9g, on '%s' it was %.9g", run->name, k, run->loss[k],
                         known.kernels, then->loss[k]);
        }
    }
    print_message("no golden runs of '%s': nothing was compared bit by bit; losses of the first step are within %.1e "
                  "of those on '%s'\n",
                  made.kernels, most, known.kernels);
}

static void test_runs_give_the_bits_of_their_version(void **state)
{
    (void)state;
    if (known_numbers != ABLATE_NUMBERS)
        fail_msg(FILE_NAME " is of numbers %u, core/base/numbers.h says %u: `make golden` writes it anew",
                 known_numbers, ABLATE_NUMBERS);
    if (strcmp(made.kernels, known.kernels) != 0) {
        compare_first_losses();
        return;
    }
    int differ = compare_bits();
    if (differ > 0)
        fail_msg("%d of %d runs have not the bits of numbers %u: undo what changed them; or, if that is meant, raise "
                 "ABLATE_NUMBERS in core/base/numbers.h, say there why, and `make golden`",
                 differ, made.runs, ABLATE_NUMBERS);
    assert_int_equal(made.runs, known.runs);
}

/* A module is taken for the kit's only with the sources of the golden runs. */
static void test_modules_are_those_of_the_golden_runs(void **state)
{
    (void)state;
    char path[400], line[200];
    snprintf(line, sizeof line, "ls %s/modules/*.so", build_place());
    FILE *list = popen(line, "r");
    int count = 0;
    assert_non_null(list);
    for (; fgets(path, sizeof path, list); count++) {
        unsigned numbers = 0;
        uint64_t size;
        path[strcspn(path, "\n")] = 0;
        assert_int_equal(elf_read_symbol(path, "ablate_numbers", &numbers, sizeof numbers, &size), 1);
        if (numbers != ABLATE_NUMBERS)
            fail_msg("the sources of %s have changed since the golden runs were compared: `make golden` compares them "
                     "again and enters them",
                     path);
    }
    pclose(list);
    assert_true(count > 10);
}

static int begin(void **state)
{
    if (make_runs(state) < 0)
        return -1;
    read_file();
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_give_the_bits_of_their_version),
        cmocka_unit_test(test_modules_are_those_of_the_golden_runs),
    };
    if (argc == 2 && strcmp(argv[1], "print") == 0)
        return print_made();
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
