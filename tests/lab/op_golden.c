#include "op_golden.h"
#include "../../core/shape.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char golden_path[] = "tests/golden/operations.txt";
enum { LINE_MOST = 1 << 16 };

/* As number() of tests/golden/make_operations.py. */
static float number(int64_t element, int factor, int shift, int modulus, int parts)
{
    return (float)((element * factor + shift) % modulus - modulus / 2) / (float)parts;
}

float op_golden_input(int k, int64_t e)
{
    return number(e, 37, 11 * k + 5, 101, 16);
}

float op_golden_slope(int64_t e)
{
    return number(e, 53, 7, 89, 32);
}

static int64_t next_whole(char **at)
{
    char *end;
    int64_t whole = strtoll(*at, &end, 10);
    if (end == *at)
        fail_msg("%s: a number is missing", golden_path);
    *at = end;
    return whole;
}

static ablate_shape next_shape(char **at)
{
    ablate_shape shape = { .rank = (int)next_whole(at) };
    assert_true(shape.rank >= 0 && shape.rank <= ABLATE_DIMS);
    for (int i = 0; i < shape.rank; i++)
        shape.dim[i] = next_whole(at);
    return shape;
}

static void expect_numbers(const op_case *c, const char *what, const float *got, int64_t n, char *at, double ulps)
{
    for (int64_t i = 0; i < n; i++) {
        char *end;
        double want = strtod(at, &end), off = fabs((double)got[i] - want);
        if (end == at)
            fail_msg("%s: %s has fewer numbers than %lld", c->op->name, what, (long long)n);
        if (!(off <= ulps * OP_EPS * (1 + fabs(want))))
            fail_msg("%s: %s[%lld] is %.9g, not %.9g", c->op->name, what, (long long)i, (double)got[i], want);
        at = end;
    }
    assert_true(strspn(at, " \n") == strlen(at));
}

static void open_case(op_case *c, const char *name, const char *attributes, int n, const ablate_shape *shapes)
{
    op_open(c, name, attributes, n, shapes);
    for (int k = 0; k < n; k++)
        for (int64_t e = 0; e < shape_size(&shapes[k]); e++)
            c->in[k][e] = strcmp(name, "batch_norm") == 0 && k == 2
                              ? fabsf(op_golden_input(k, e)) + 0.25f /* a variance */
                              : op_golden_input(k, e);
    for (int64_t e = 0; e < shape_size(&c->layout.out); e++)
        c->grad_out[e] = op_golden_slope(e);
}

/* The lines of one case, up to its end; `attributes` begins as the rest of its first line. */
static void run_case(FILE *from, char *line, const char *name, const char *attributes, double ulps, double gradient)
{
    ablate_shape shapes[ABLATE_INPUTS];
    int n = 0;
    op_case c;
    while (fgets(line, LINE_MOST, from) && strncmp(line, "end", 3) != 0) {
        char *at = strchr(line, ' ');
        assert_non_null(at);
        if (strncmp(line, "in ", 3) == 0) {
            assert_true(n < ABLATE_INPUTS);
            shapes[n++] = next_shape(&at);
        } else if (strncmp(line, "out ", 4) == 0) {
            open_case(&c, name, attributes, n, shapes);
            ablate_shape out = next_shape(&at);
            assert_true(shape_same(&out, &c.layout.out));
            op_forward(&c);
            expect_numbers(&c, "out", c.out, shape_size(&out), at, ulps);
            op_backward(&c, (1u << n) - 1, false);
        } else {
            int64_t k = next_whole(&at);
            assert_true(k >= 0 && k < n);
            expect_numbers(&c, "gradient", c.grad_in[k], shape_size(&shapes[k]), at, gradient);
        }
    }
    op_close(&c);
}

int op_golden(const char *name, double ulps, double gradient_ulps)
{
    FILE *from = fopen(golden_path, "r");
    char *line = malloc(LINE_MOST), attributes[200];
    size_t length = strlen(name);
    int count = 0;
    assert_true(from && line);
    while (fgets(line, LINE_MOST, from))
        if (strncmp(line, "case ", 5) == 0 && strncmp(line + 5, name, length) == 0 && line[5 + length] == '|') {
            snprintf(attributes, sizeof attributes, "%.*s", (int)strcspn(line + 6 + length, "\n"), line + 6 + length);
            run_case(from, line, name, attributes, ulps, gradient_ulps);
            count++;
        }
    free(line);
    fclose(from);
    return count;
}

int64_t op_golden_line(const char *of, const char *word, double *numbers, int64_t most)
{
    FILE *from = fopen(golden_path, "r");
    char *line = malloc(LINE_MOST), *end;
    int64_t count = 0;
    bool inside = false;
    assert_true(from && line);
    while (fgets(line, LINE_MOST, from) && !(inside && strncmp(line, "end", 3) == 0)) {
        inside = inside || (strncmp(line, "case ", 5) == 0 && strncmp(line + 5, of, strlen(of)) == 0);
        if (!inside || strncmp(line, word, strlen(word)) != 0 || line[strlen(word)] != ' ')
            continue;
        for (char *at = line + strlen(word); count < most; count++, at = end) {
            numbers[count] = strtod(at, &end);
            if (end == at)
                break;
        }
    }
    free(line);
    fclose(from);
    return count;
}
