#include "equation.h"
#include <glob.h>

/* ---- reading ---- */

/* What follows "CASE/PART/" in the tensor's name, or NULL: it is of another case or part. */
static const char *equation_part(const equation_case *c, const weights_tensor *t, const char *part)
{
    char prefix[100];
    int n = snprintf(prefix, sizeof prefix, "%s/%s/", c->name, part);
    return strncmp(t->name, prefix, (size_t)n) == 0 ? t->name + n : NULL;
}

const float *equation_floats(const weights_tensor *t)
{
    assert_true(t->dtype == WEIGHTS_F32 && (uintptr_t)t->data % sizeof(float) == 0);
    return (const float *)(const void *)t->data;
}

const double *equation_doubles(const weights_tensor *t)
{
    assert_true(t->dtype == WEIGHTS_F64 && (uintptr_t)t->data % sizeof(double) == 0);
    return (const double *)(const void *)t->data;
}

/* The case's words: "training epoch=0 sums=12 cnc cnc.tau=0.5". Settings go to the stage, modules to `modules`. */
static int equation_words(equation_case *c, char *words, const char *modules[STAGE_MODULES])
{
    int n = 0;
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        const char *equals = strchr(word, '='), *dot = strchr(word, '.');
        for (char *at = word; (at = strchr(at, '~'));)
            *at = ' ';
        if (equals && dot && dot < equals)
            stage_set(&c->stage, word);
        else if (equals)
            *(word[0] == 'e' ? &c->epoch : &c->sums) = (int)strtol(equals + 1, NULL, 10);
        else if (strcmp(word, "training") != 0 && strcmp(word, "scoring") != 0)
            modules[n++] = word;
        assert_true(n < STAGE_MODULES);
    }
    assert_true(n > 0 && c->sums > 0);
    return n;
}

/* ---- playing ---- */

/* Board, modules, judges. */
static void equation_play(equation_case *c)
{
    const char *modules[STAGE_MODULES], *name;
    char words[600];
    snprintf(words, sizeof words, "%s", weights_note(c->file, c->name));
    stage_open(&c->stage, strncmp(words, "training", strlen("training")) == 0);
    int n = equation_words(c, words, modules);
    for (int i = 0; i < weights_count(c->file); i++) {
        const weights_tensor *t = weights_at(c->file, i);
        if ((name = equation_part(c, t, "board")))
            stage_give(&c->stage, name, t->shape, equation_floats(t));
    }
    for (int i = 0; i < n; i++)
        stage_play(&c->stage, modules[i]);
    for (int i = 0; i < weights_count(c->file); i++) {
        const weights_tensor *t = weights_at(c->file, i);
        if ((name = equation_part(c, t, "judge")))
            stage_judge(&c->stage, name, t->shape, equation_floats(t));
    }
    stage_begin_epoch(&c->stage, c->epoch);
    stage_settle(&c->stage);
}

/* The modules have the parameters of the file, each of its shape, and no other. */
static void equation_parameters(equation_case *c)
{
    int left = c->stage.parameters->entries - c->stage.givens;
    for (int i = 0; i < weights_count(c->file); i++) {
        const weights_tensor *t = weights_at(c->file, i);
        const char *name = equation_part(c, t, "parameter");
        if (!name)
            continue;
        float *to = stage_parameter(&c->stage, name);
        for (int k = 0; k < c->stage.parameters->entries; k++)
            if (strcmp(c->stage.parameters->entry[k].name, name) == 0 &&
                !shape_same(&c->stage.parameters->entry[k].shape, &t->shape))
                fail_msg("%s %s: there is no '%s' of that shape", c->equation, c->name, name);
        memcpy(to, equation_floats(t), (size_t)t->count * sizeof *to);
        left--;
    }
    assert_int_equal(left, 0);
}

/* A value on the board, of a loss, or what a buffer holds after the step: "teacher.0", "loss.moe",
 * "next.a.running_mean".
 */
static ablate_value *equation_value(const equation_case *c, const char *name)
{
    char list[64];
    const graph *g = c->stage.graph;
    bool loss = strncmp(name, "loss.", 5) == 0, next = strncmp(name, "next.", 5) == 0;
    for (int i = 0; loss && i < g->losses; i++)
        if (strcmp(g->loss[i].name, name + 5) == 0)
            return g->loss[i].value;
    for (int i = 0; next && i < g->updates; i++)
        if (strcmp(g->update[i].buffer->name, name + 5) == 0)
            return g->update[i].next;
    int index = loss || next ? -1 : stage_split(name, list);
    ablate_value *value = index < 0 ? NULL : builder_value(c->stage.builder, list, index);
    if (!value)
        fail_msg("%s %s: there is no '%s'", c->equation, c->name, name);
    return value;
}

static void equation_want(equation_case *c, ablate_value *value)
{
    assert_true(c->outs < EQUATION_OUTS);
    c->wanted[c->outs] = value;
    require(c->out[c->outs++] = take((size_t)shape_size(&value->shape), sizeof(float), "a result"));
}

static void equation_run(equation_case *c)
{
    const graph *g = c->stage.graph;
    for (int i = 0; i < weights_count(c->file); i++) {
        const char *name = equation_part(c, weights_at(c->file, i), "out");
        if (name && strcmp(name, "total") != 0)
            equation_want(c, equation_value(c, name));
    }
    c->results = c->outs;
    for (int i = 0; i < g->losses; i++)
        equation_want(c, g->loss[i].value);
    require(c->gradients = take((size_t)c->stage.parameters->count, sizeof(float), "gradients"));
    stage_compute(&c->stage, c->outs, c->wanted, c->out, c->gradients);
}

static double equation_total(const equation_case *c)
{
    double total = 0;
    for (int i = 0; i < c->stage.graph->losses; i++)
        total += c->stage.graph->loss[i].weight * (double)c->out[c->results + i][0];
    return total;
}

/* ---- comparing ---- */

double equation_error(const float *got, const double *expected, int64_t n)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++) {
        double apart = fabs((double)got[i] - expected[i]);
        most = apart > most || isnan(apart) ? apart : most;
        if (isnan(most))
            break;
    }
    return most;
}

static void equation_count(equation_tally *tally, const char *name, double error, double tolerance)
{
    tally->tensors++;
    tally->wrong += !(error <= tolerance);
    if (tolerance > 0 && error / tolerance >= tally->share) {
        tally->share = error / tolerance;
        snprintf(tally->closest, sizeof tally->closest, "%s, error %.2e, tolerance %.2e", name, error, tolerance);
    }
}

/* Of the file eq04 as "Eq. 4". */
static void equation_tell(const equation_case *c, double error, double tolerance)
{
    char part[64];
    if (strncmp(c->equation, "eq", 2) == 0)
        snprintf(part, sizeof part, "Eq. %ld", strtol(c->equation + 2, NULL, 10));
    else
        snprintf(part, sizeof part, "%s", c->equation);
    truth(part, "PyTorch in float64, results and gradients", error, tolerance, EQUATION_REASON);
}

static void equation_judge(equation_case *c, const weights_tensor *t, double error)
{
    char name[100];
    snprintf(name, sizeof name, "%s/error", c->name);
    const weights_tensor *bounds = weights_need(c->file, name);
    require(bounds && c->compared < bounds->count);
    double tolerance = equation_doubles(bounds)[c->compared++];
    bool right = error <= tolerance;
    printf("%s %s: error %.2e %s tolerance %.2e (sums of up to %d)\n", c->equation, t->name, error,
           right ? "within" : "BEYOND", tolerance, c->sums);
    equation_count(c->tally, t->name, error, tolerance);
    equation_tell(c, error, tolerance);
}

/* The gradient to a parameter, or to what was given of the board under that name. */
static const float *equation_gradient(const equation_case *c, const char *name)
{
    const parameters *p = c->stage.parameters;
    for (int i = 0; i < p->entries; i++) {
        const char *own = p->entry[i].name;
        if (strcmp(own, name) == 0 || (strncmp(own, "actor.", 6) == 0 && strcmp(own + 6, name) == 0))
            return c->gradients + parameters_at(p, p->entry[i].buffer, p->entry[i].offset);
    }
    fail_msg("%s %s: there is no '%s'", c->equation, c->name, name);
    return NULL;
}

/* Gradients come first in the file's order of names, as in CASE/error. Nothing of the case is left out. */
static void equation_compare(equation_case *c)
{
    int result = 0;
    char name[100];
    for (int i = 0; i < weights_count(c->file); i++) {
        const weights_tensor *t = weights_at(c->file, i);
        const char *slope = equation_part(c, t, "gradient"), *out = equation_part(c, t, "out");
        if (slope) {
            equation_judge(c, t, equation_error(equation_gradient(c, slope), equation_doubles(t), t->count));
        } else if (out && strcmp(out, "total") == 0) {
            equation_judge(c, t, fabs(equation_total(c) - equation_doubles(t)[0]));
        } else if (out) {
            assert_true(shape_size(&c->wanted[result]->shape) == t->count);
            equation_judge(c, t, equation_error(c->out[result++], equation_doubles(t), t->count));
        }
    }
    snprintf(name, sizeof name, "%s/error", c->name);
    assert_int_equal(c->compared, weights_need(c->file, name)->count);
}

static void equation_case_check(const weights *file, const char *equation, const char *name, equation_tally *tally)
{
    equation_case c = { .file = file, .tally = tally, .equation = equation, .name = name };
    equation_play(&c);
    equation_parameters(&c);
    equation_run(&c);
    equation_compare(&c);
    for (int i = 0; i < c.outs; i++)
        free(c.out[i]);
    free(c.gradients);
    stage_close(&c.stage);
    tally->cases++;
}

void equation_check(const char *equation)
{
    char path[100];
    equation_tally tally = { 0 };
    snprintf(path, sizeof path, "tests/golden/equations/%s.safetensors", equation);
    weights *file = weights_open(path);
    require(file);
    for (int i = 0; weights_note_key(file, i); i++)
        if (strcmp(weights_note_key(file, i), "made") != 0)
            equation_case_check(file, equation, weights_note_key(file, i), &tally);
    weights_close(file);
    assert_true(tally.cases > 0);
    printf("%s: %d tensors of %d cases; closest to its tolerance: %s\n", equation, tally.tensors, tally.cases,
           tally.closest);
    if (tally.wrong)
        fail_msg("%s: %d tensors are wrong", equation, tally.wrong);
}

/* ---- each alternative has a case ---- */

/* The words of all cases, each between spaces; the caller frees. */
static char *all_words(void)
{
    glob_t found;
    size_t length = 0;
    char *all = NULL;
    assert_int_equal(glob("tests/golden/equations/*.safetensors", 0, NULL, &found), 0);
    FILE *to = open_memstream(&all, &length);
    assert_non_null(to);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        weights *file = weights_open(found.gl_pathv[i]);
        require(file);
        for (int k = 0; weights_note_key(file, k); k++)
            fprintf(to, " %s ", weights_note(file, weights_note_key(file, k)));
        weights_close(file);
    }
    assert_int_equal(fclose(to), 0);
    globfree(&found);
    return all;
}

/* A choice: each word that is not the default; anything else: some value. */
static void check_setting(const char *all, const char *module, const ablate_setting *setting)
{
    char choices[100], word[200];
    snprintf(choices, sizeof choices, "%s", setting->choices ? setting->choices : "");
    char *choice = strtok(choices, "|");
    for (int i = 0; i == 0 || choice; i++, choice = strtok(NULL, "|")) {
        snprintf(word, sizeof word, " %s.%s=%s%s", module, setting->name, choice ? choice : "", choice ? " " : "");
        if (!(choice && i == (int)setting->def) && !strstr(all, word))
            fail_msg("no case has '%s'", word + 1);
    }
}

void equation_alternatives(const char *const *modules)
{
    char *all = all_words();
    for (; *modules; modules++) {
        const ablate_module *m = module_load(*modules, NULL);
        require(m);
        for (const ablate_setting *setting = m->settings; setting && setting->name; setting++)
            if (strcmp(setting->name, "init") != 0) /* of first values, in whose place a case puts its own */
                check_setting(all, *modules, setting);
    }
    free(all);
}
