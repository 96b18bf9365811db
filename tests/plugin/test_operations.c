/* operations.h: each op_NAME is the operation of that name with the attributes that it says, every operation of the
 * engine has one, and a misfit is told with the line of the call. */
#include "../../core/operations.h"
#include "../lab/paper_stage.h"

enum { PAIRS = 81, B = 2, N = 5, C = 6 };

typedef struct pair { /* the same twice: by its name in C, and by names and attributes as text */
    ablate_value *typed, *text;
} pair;
static pair pairs[PAIRS];
static int count;

#define SAME(typed_call, ...)                                                                                          \
    pairs[count++] = (pair)                                                                                            \
    {                                                                                                                  \
        typed_call, ablate_op(b, __VA_ARGS__)                                                                          \
    }

static void element_by_element(ablate_builder *b, ablate_value *x, ablate_value *y)
{
    SAME(op_add(b, x, y), "add", NULL, x, y);
    SAME(op_sub(b, x, y), "sub", NULL, x, y);
    SAME(op_mul(b, x, y), "mul", NULL, x, y);
    SAME(op_div(b, x, y), "div", NULL, x, y);
    SAME(op_exp(b, x), "exp", NULL, x);
    SAME(op_log(b, x), "log", NULL, x);
    SAME(op_sqrt(b, x), "sqrt", NULL, x);
    SAME(op_square(b, x), "square", NULL, x);
    SAME(op_tanh(b, x), "tanh", NULL, x);
    SAME(op_sigmoid(b, x), "sigmoid", NULL, x);
    SAME(op_relu(b, x), "relu", NULL, x);
    SAME(op_relu6(b, x), "relu6", NULL, x);
    SAME(op_silu(b, x), "silu", NULL, x);
    SAME(op_hardswish(b, x), "hardswish", NULL, x);
    SAME(op_gelu(b, x), "gelu", NULL, x);
    SAME(op_quickgelu(b, x), "quickgelu", NULL, x);
    SAME(op_detach(b, x), "detach", NULL, x);
    SAME(op_affine(b, x, 0.1, -2), "affine", "scale=0.1 shift=-2", x);
    SAME(op_scale(b, x, 1.0 / 3), "affine", "scale=0.33333333333333331", x);
    SAME(op_scale(b, x, 0), "affine", "scale=0", x);
    SAME(op_dropout(b, x, 0.25), "dropout", "p=0.25", x);
    SAME(op_noise(b, x, 0.5, "jitter"), "noise", "std=0.5 mode=jitter", x);
}

static void shapes(ablate_builder *b, ablate_value *x, ablate_value *y)
{
    SAME(op_reshape(b, x, -1, C), "reshape", "dims=\"-1,6\"", x);
    SAME(op_reshape(b, x, 0, 1, -1), "reshape", "dims=\"0,1,-1\"", x);
    SAME(op_broadcast(b, x, 4, 0, 0, 0), "broadcast", "dims=\"4,0,0,0\"", x);
    SAME(op_transpose(b, x, 0, 2, 1), "transpose", "axes=\"0,2,1\"", x);
    SAME(op_concat(b, 1, x, y, x), "concat", "axis=1", x, y, x);
    SAME(op_concatv(b, -1, 2, ((ablate_value *[]){ x, y })), "concat", NULL, x, y);
    SAME(op_slice(b, x, 1, .start = 1), "slice", "axis=1 start=1", x);
    SAME(op_slice(b, x, 1, .count = 1), "slice", "axis=1 count=1", x);
    SAME(op_slice(b, x, -1, .start = -2, .count = 1), "slice", "start=-2 count=1", x);
    SAME(op_sum(b, x, 0), "sum", "axis=0", x);
    SAME(op_sum_keep(b, x, 1), "sum", "axis=1 keep=1", x);
    SAME(op_sum_all(b, x), "sum", "all=1", x);
    SAME(op_mean(b, x, -1), "mean", NULL, x);
    SAME(op_mean_keep(b, x, 1), "mean", "axis=1 keep=1", x);
    SAME(op_mean_all(b, x), "mean", "all=yes", x);
    SAME(op_variance(b, x, 1), "variance", "axis=1", x);
    SAME(op_variance_keep(b, x, 0), "variance", "axis=0 keep=1", x);
    SAME(op_max(b, x, 1), "max", "axis=1", x);
    SAME(op_max_keep(b, x, -1), "max", "keep=1", x);
}

static void products(ablate_builder *b, ablate_value *x, ablate_value *y)
{
    ablate_value *square = ablate_param(b, "square", "ones", C, C), *row = ablate_param(b, "row", "ones", C);
    ablate_value *index = ablate_constant(b, ((float[]){ 1, 0 }), B), *one = ablate_constant(b, (float[]){ 0.5f }, 1);
    SAME(op_matmul(b, x, square), "matmul", NULL, x, square);
    SAME(op_inner(b, x, square), "matmul", "transpose_b=1", x, square);
    SAME(op_linear(b, x, square, row), "matmul", "transpose_b=1", x, square, row);
    SAME(op_linear_to(b, "tanh", x, square, row), "matmul", "transpose_b=1 activation=tanh", x, square, row);
    SAME(op_embedding(b, square, index), "embedding", NULL, square, index);
    SAME(op_select(b, x, index), "select", NULL, x, index);
    SAME(op_softmax(b, x), "softmax", NULL, x);
    SAME(op_normalize(b, x), "normalize", NULL, x);
    SAME(op_norm(b, x, 1e-12), "norm", "eps=1e-12", x);
    SAME(op_cosine(b, x, y), "cosine", NULL, x, y);
    SAME(op_moments(b, x), "moments", NULL, x);
    SAME(op_batch_norm(b, x, row, row, row, row, 1e-3), "batch_norm", "eps=0.001", x, row, row, row, row);
    SAME(op_k_center(b, square, .count = 2, .start = 1), "k_center", "count=2 start=1", square);
    SAME(op_nearest(b, x, square), "nearest", NULL, x, square);
    SAME(op_group_norm(b, 2, x, row, row, 1e-3), "group_norm", "groups=2 eps=0.001", x, row, row);
    SAME(op_kth_largest(b, x, one), "kth_largest", NULL, x, one);
    SAME(op_layer_norm(b, x, row, row, 1e-5), "layer_norm", NULL, x, row, row);
    ablate_value *scores = ablate_param(b, "scores", "ones", B, 4);
    SAME(op_cross_entropy(b, scores, index), "cross_entropy", NULL, scores, index);
    SAME(op_top_k(b, scores, 3, "sum"), "top_k", "k=3 renormalize=sum", scores);
    ablate_value *wide = ablate_param(b, "wide", "ones", B, N, 3 * C);
    SAME(op_attention(b, wide, .heads = 3, .causal = true), "attention", "heads=3 causal=1", wide);
    SAME(op_attention(b, wide, .heads = 2), "attention", "heads=2", wide);
}

static void pictures_and_experts(ablate_builder *b)
{
    ablate_value *z = ablate_param(b, "z", "ones", 7, C), *gates = ablate_param(b, "gates", "ones", 7, 4);
    ablate_value *w1 = ablate_param(b, "w1", "ones", 4, 3, C), *b1 = ablate_param(b, "b1", "ones", 4, 3);
    ablate_value *w2 = ablate_param(b, "w2", "ones", 4, C, 3), *b2 = ablate_param(b, "b2", "ones", 4, C);
    SAME(op_experts(b, 3, "relu", z, gates, w1, b1, w2, b2), "experts", "k=3 activation=relu", z, gates, w1, b1, w2,
         b2);
    ablate_value *image = ablate_param(b, "image", "ones", B, 3, 8, 8), *map = ablate_param(b, "map", "ones", B, 8, 8);
    ablate_value *patch = ablate_param(b, "patch", "ones", C, 3, 4, 4);
    SAME(op_patch_embed(b, image, patch), "patch_embed", NULL, image, patch);
    SAME(op_max_pool(b, image, .kernel = 2), "max_pool", NULL, image);
    SAME(op_max_pool(b, image, .kernel = 3, .stride = 2, .padding = 1, .dilation = 1, .ceil_mode = true), "max_pool",
         "kernel=3 stride=2 padding=1 ceil_mode=1", image);
    SAME(op_max_pool(b, image, 2, .dilation = 2), "max_pool", "dilation=2", image);
    SAME(op_average_pool(b, image, .kernel = 3), "average_pool", "kernel=3", image);
    SAME(op_average_pool(b, image, 3, 1, 1, .ceil_mode = true, .exclude_pad = true), "average_pool",
         "kernel=3 stride=1 padding=1 ceil_mode=1 count_include_pad=0", image);
    SAME(op_blur(b, map, 1.5), "blur", "sigma=1.5", map);
    SAME(op_resize(b, image, .height = 16, .width = 12), "resize", "height=16 width=12", image);
    SAME(op_resize(b, image, .height = 16, .width = 16, .mode = "bicubic", .align_corners = true), "resize",
         "height=16 width=16 mode=bicubic align_corners=1", image);
}

static void convolutions(ablate_builder *b)
{
    ablate_value *x = ablate_param(b, "field", "ones", B, 9, 8, 6),
                 *weight = ablate_param(b, "window", "ones", 4, 3, 2, 6);
    ablate_value *bias = ablate_param(b, "shift", "ones", 4), *few = ablate_param(b, "few", "ones", 6, 3, 2, 1);
    ablate_value *back = ablate_param(b, "back", "ones", 6, 3, 2, 4);
    SAME(op_conv(b, x, weight), "conv", NULL, x, weight);
    SAME(op_conv(b, x, weight, NULL, .padding = 1), "conv", "padding=1", x, weight);
    SAME(op_conv(b, x, weight, bias, .stride = 2, .same = true, .activation = "relu6"), "conv",
         "stride=2 padding=same activation=relu6", x, weight, bias);
    SAME(op_conv(b, x, few, .strides = { 1, 2 }, .edges = { 0, 1, 2, 3 }, .dilation = 2, .groups = 6), "conv",
         "stride=\"1,2\" padding=\"0,1,2,3\" dilation=2 groups=6", x, few);
    SAME(op_conv_transposed(b, x, back, bias, .stride = 2, .padding = 1, .output_padding = 1), "conv_transposed",
         "stride=2 padding=1 output_padding=1", x, back, bias);
    SAME(op_conv_transposed(b, x, back, .dilations = { 1, 2 }), "conv_transposed", "dilation=\"1,2\"", x, back);
}

static int build_pairs(ablate_builder *b, const void *own)
{
    (void)own;
    ablate_value *x = ablate_param(b, "x", ablate_normal(b, 0.1), B, N, C);
    ablate_value *y = ablate_param(b, "y", ablate_uniform(b, 0.5), B, N, C);
    count = 0;
    element_by_element(b, x, y);
    shapes(b, x, y);
    products(b, x, y);
    pictures_and_experts(b);
    convolutions(b);
    return 0;
}

static char *attributes_of(const ablate_value *value)
{
    settings list = { 0 };
    require(settings_list(&list, "of", value->op->attrs, value->attr, NULL) == 0);
    char *text = settings_lines(&list);
    require(text);
    settings_free(&list);
    return text;
}

static void names_say_what_texts_say(void **state)
{
    static const ablate_module all = { .abi = ABLATE_ABI, .name = "all", .build = build_pairs };
    (void)state;
    stage s;
    stage_open(&s, true);
    require(builder_compose(s.builder, &all, NULL) == 0);
    for (int i = 0; i < count; i++) {
        char *typed = attributes_of(pairs[i].typed), *text = attributes_of(pairs[i].text);
        assert_ptr_equal(pairs[i].typed->op, pairs[i].text->op);
        assert_string_equal(typed, text);
        assert_true(shape_same(&pairs[i].typed->shape, &pairs[i].text->shape));
        assert_int_equal(pairs[i].typed->n_in, pairs[i].text->n_in);
        for (int k = 0; k < pairs[i].typed->n_in; k++)
            assert_ptr_equal(pairs[i].typed->in[k], pairs[i].text->in[k]);
        free(typed);
        free(text);
    }
    stage_close(&s);
}

/* Bare draws are for those who retrace a run, and Adam is the optimiser's. */
static bool is_for_modules(const char *name)
{
    size_t length = strlen(name);
    return strcmp(name, "adam") != 0 && strcmp(name, "store") != 0 &&
           !(length > 5 && strcmp(name + length - 5, "_draw") == 0);
}

static void every_operation_has_a_name(void **state)
{
    static const ablate_module all = { .abi = ABLATE_ABI, .name = "all", .build = build_pairs };
    int n = 0;
    (void)state;
    stage s;
    stage_open(&s, true);
    require(builder_compose(s.builder, &all, NULL) == 0);
    const ablate_op *const *ops = device_all_ops(&n);
    for (int i = 0; i < n; i++) {
        bool found = !is_for_modules(ops[i]->name);
        for (int k = 0; k < count; k++)
            found = found || strcmp(pairs[k].typed->op->name, ops[i]->name) == 0;
        if (!found)
            fail_msg("operations.h has no op_%s, or this test does not call it", ops[i]->name);
    }
    stage_close(&s);
}

static int wrong_line;
static int build_wrong(ablate_builder *b, const void *own)
{
    (void)own;
    ablate_value *x = ablate_param(b, "x", "ones", B, N, C), *y = ablate_param(b, "y", "ones", B, N, C + 1);
    wrong_line = __LINE__ + 1;
    ablate_value *sum = op_add(b, op_slice(b, x, 1, .start = 1), y);
    ablate_loss(b, "sum", op_sum_all(b, sum), 1);
    return 0;
}

static void misfits_have_their_line(void **state)
{
    static const ablate_module wrong = { .abi = ABLATE_ABI, .name = "wrong", .build = build_wrong };
    char words[100];
    (void)state;
    stage s;
    stage_open(&s, true);
    assert_int_equal(builder_compose(s.builder, &wrong, NULL), -1);
    snprintf(words, sizeof words, "test_operations.c:%d: add: ", wrong_line);
    if (!strstr(complaint(), words))
        fail_msg("the complaint is '%s', expected '%s'", complaint(), words);
    stage_close(&s);
}

/* ---- choices ---- */

#define KIND(X) X(KIND_PLAIN, "plain") X(KIND_OTHER, "other") X(KIND_THIRD, "third")
ABLATE_ENUM(KIND);
typedef struct chosen {
    int kind;
} chosen;
static const ablate_setting chosen_rows[] = { ABLATE_CHOOSE(chosen, kind, KIND_OTHER, KIND, "a kind"), { 0 } };

static void choices_are_said_once(void **state)
{
    chosen c = { -1 };
    char *owned = NULL;
    (void)state;
    complaint_clear();
    assert_string_equal(chosen_rows[0].choices, "plain|other|third");
    require(settings_fill_text("", chosen_rows, &c, (ablate_at){ "x.c", 1 }, "test", &owned) == 0);
    assert_int_equal(c.kind, KIND_OTHER);
    free(owned);
    require(settings_fill_text("kind=third", chosen_rows, &c, (ablate_at){ "x.c", 1 }, "test", &owned) == 0);
    assert_int_equal(c.kind, KIND_THIRD);
    assert_string_equal(ABLATE_WORD(KIND, c.kind), "third");
    free(owned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_say_what_texts_say),
        cmocka_unit_test(every_operation_has_a_name),
        cmocka_unit_test(misfits_have_their_line),
        cmocka_unit_test(choices_are_said_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
