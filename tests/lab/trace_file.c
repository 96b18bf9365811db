#include "trace_file.h"

void must_complain(const char *arguments, const char *words)
{
    int status = shell("mkdir -p $in/none; $ablate trace %s; s=$?; ls $in/none; exit $s", arguments);
    const char *sentence = strstr(said, "ablate: ");
    if (status != 1 || !sentence || !strstr(sentence, words) || sentence[strlen(sentence) - 1] != '\n' ||
        strchr(sentence, '\n')[1])
        fail_msg("trace %s: expected '%s', got %d: %s", arguments, words, status, said);
}

weights *open_file(const char *name)
{
    weights *w = weights_open(below("%s", name));
    if (!w)
        fail_msg("%s", complaint());
    return w;
}

float *numbers(const weights *w, int step, const char *part, int64_t n)
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

float scalar(const weights *w, int step, const char *part)
{
    float *one = numbers(w, step, part, 1), value = one[0];
    free(one);
    return value;
}

void check_shape(const weights *w, const char *name, int rank, const int64_t *dim)
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

void check_note(const weights *w, const char *key, const char *begin)
{
    const char *text = weights_note(w, key);
    if (!text || strncmp(text, begin, strlen(begin)) != 0)
        fail_msg("note %s is '%s'", key, text ? text : "not there");
}
