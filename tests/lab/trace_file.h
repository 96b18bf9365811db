/* trace_file.h: runs `ablate trace` and looks into what it wrote. */
#ifndef TRACE_FILE_H
#define TRACE_FILE_H
#include "../../core/files/weights.h"
#include "module_build.h"

static char answer[8192];

/* Runs a shell command with the tested program as $ablate, its cache and the scratch folder as $in; keeps what it
 * says. */
static inline int shell(const char *command)
{
    char whole[2000];
    const char *build = getenv("ABLATE_BUILD");
    snprintf(whole, sizeof whole, "in=%s; ablate=%s/ablate; { %s; } 2>&1", build_folder, build ? build : "build",
             command);
    FILE *from = popen(whole, "r");
    assert_non_null(from);
    answer[fread(answer, 1, sizeof answer - 1, from)] = 0;
    return pclose(from);
}

#define SMALL "tests/inputs/small.ini --scale mini --cache $in/cache "

static inline void must_work(const char *command)
{
    if (shell(command) != 0)
        fail_msg("%s: %s", command, answer);
}

/* One sentence with these words, exit status 1, and nothing in the folder where the trace should be. */
static inline void must_complain(const char *arguments, const char *words)
{
    char command[1200];
    snprintf(command, sizeof command, "mkdir -p $in/none; $ablate trace %s; s=$?; ls $in/none; exit $s", arguments);
    int status = shell(command);
    const char *sentence = strstr(answer, "ablate: ");
    if (status != 256 || !sentence || !strstr(sentence, words) || sentence[strlen(sentence) - 1] != '\n' ||
        strchr(sentence, '\n')[1])
        fail_msg("trace %s: expected '%s', got %d: %s", arguments, words, status, answer);
}

static inline weights *open_file(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", build_folder, name);
    weights *w = weights_open(path);
    if (!w)
        fail_msg("%s", complaint());
    return w;
}

/* Numbers of tensor "STEP/PART", which has `n`; the caller's. */
static inline float *numbers(const weights *w, int step, const char *part, int64_t n)
{
    char name[240];
    snprintf(name, sizeof name, "%d/%s", step, part);
    const weights_tensor *t = weights_need(w, name);
    if (!t || t->count != n)
        fail_msg("%s: %s", name, t ? "another size" : complaint());
    float *out = take((size_t)n, sizeof *out, name);
    assert_non_null(out);
    assert_int_equal(weights_load(w, name, out), 0);
    return out;
}

static inline float scalar(const weights *w, int step, const char *part)
{
    float *one = numbers(w, step, part, 1), value = one[0];
    free(one);
    return value;
}

static inline void check_shape(const weights *w, const char *name, int rank, const int64_t *dim)
{
    const weights_tensor *t = weights_need(w, name);
    if (!t) {
        fail_msg("%s", complaint());
        return;
    }
    assert_string_equal(t->dtype_name, "F32");
    assert_int_equal(t->shape.rank, rank);
    for (int i = 0; i < rank; i++)
        assert_int_equal(t->shape.dim[i], dim[i]);
}

static inline void check_note(const weights *w, const char *key, const char *begin)
{
    const char *text = weights_note(w, key);
    if (!text || strncmp(text, begin, strlen(begin)) != 0)
        fail_msg("note %s is '%s'", key, text ? text : "not there");
}

/* Rank and dimensions. */
#define D(...)                                                                                                         \
    (int)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), (const int64_t[])                                     \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

#endif
