/* resnet.c: a frozen encoder made of residual blocks of convolutions (He et al. 2016; the wide one Zagoruyko and
 * Komodakis 2016), as torchvision has them: the stride of a bottleneck is its 3 x 3 convolution's. timm's have the same
 * names. There is no text tower. */
#include "efficientnet/convnet.h"
#include <string.h>

enum { STAGES = 4 };

#define ARCH(X)                                                                                                        \
    X(ARCH_ANY, "any")                                                                                                 \
    X(ARCH_18, "resnet18")                                                                                             \
    X(ARCH_34, "resnet34")                                                                                             \
    X(ARCH_50, "resnet50")                                                                                             \
    X(ARCH_WIDE_50, "wide_resnet50_2")
ABLATE_ENUM(ARCH);
enum { ARCHS = ARCH_WIDE_50 + 1 };

typedef struct resnet_settings {
    convnet_settings common; /* first */
    int arch;
} resnet_settings;

static const struct sizes {
    int blocks[STAGES];
    bool bottleneck;
    int64_t wide; /* channels of a bottleneck's 3 x 3 convolution by those of the stage */
} archs[ARCHS] = {
    [ARCH_18] = { { 2, 2, 2, 2 }, false, 1 },
    [ARCH_34] = { { 3, 4, 6, 3 }, false, 1 },
    [ARCH_50] = { { 3, 4, 6, 3 }, true, 1 },
    [ARCH_WIDE_50] = { { 3, 4, 6, 3 }, true, 2 },
};

/* ---- which network the file holds ---- */

static bool is_arch(const convnet *n, const struct sizes *s)
{
    ablate_builder *b = n->b;
    for (int i = 0; i < STAGES; i++)
        if (!convnet_has(n, ablate_text(b, "layer%d.%d.conv1.weight", i + 1, s->blocks[i] - 1)) ||
            convnet_has(n, ablate_text(b, "layer%d.%d.conv1.weight", i + 1, s->blocks[i])))
            return false;
    ablate_value *first = ablate_weight(b, n->weights, ablate_text(b, "%slayer1.0.conv1.weight", n->prefix));
    return convnet_has(n, "layer1.0.conv3.weight") == s->bottleneck && ablate_shape_of(b, first).dim[0] == 64 * s->wide;
}

/* ARCH_ANY: none of them. */
static int arch_find(const convnet *n)
{
    for (int arch = ARCH_18; arch < ARCHS; arch++)
        if (is_arch(n, &archs[arch]))
            return arch;
    return ARCH_ANY;
}

static int file_read(ablate_builder *b, const resnet_settings *s, convnet *n)
{
    *n = (convnet){ .b = b, .module = "resnet", .weights = s->common.weights, .prefix = "", .eps = 1e-5 };
    if (!*n->weights)
        return ablate_fail(b, "resnet.weights is empty; name the file of its weights");
    if (!convnet_begins(n, "layer1.0.conv1.weight"))
        return ablate_fail(b, "resnet: %s is no ResNet: it has no 'layer1.0.conv1.weight' (torchvision, timm)",
                           n->weights);
    int found = arch_find(n), arch = s->arch == ARCH_ANY ? found : s->arch;
    if (arch == ARCH_ANY)
        return ablate_fail(b,
                           "resnet: %s has the names of a ResNet, but is none of resnet18, resnet34, resnet50 and "
                           "wide_resnet50_2; say which it "
                           "should be (resnet.arch), and what differs is told",
                           n->weights);
    if (found != ARCH_ANY && found != arch)
        return ablate_fail(b, "resnet.arch = %s, but %s holds a %s; set resnet.arch = %s", ABLATE_WORD(ARCH, arch),
                           n->weights, ABLATE_WORD(ARCH, found), ABLATE_WORD(ARCH, found));
    n->kind = ablate_text(b, "a %s", ABLATE_WORD(ARCH, arch));
    return arch;
}

/* ---- the network ---- */

typedef struct part { /* of a block, or its way around */
    const char *conv, *norm;
    int64_t in, out;
    int kernel, stride;
    const char *activation;
} part;

static ablate_value *apply(convnet *n, const char *block, part p, ablate_value *x)
{
    convnet_layer l = { ablate_text(n->b, "%s%s", block, p.conv),
                        ablate_text(n->b, "%s%s", block, p.norm),
                        p.in,
                        p.out,
                        p.kernel,
                        p.stride,
                        false,
                        p.activation };
    return convnet_apply(n, &l, x);
}

/* x (B, H, W, in) -> (B, H / stride, W / stride, out), out being inner or, of a bottleneck, four times the stage's
 * channels c. */
static ablate_value *block_apply(convnet *n, const struct sizes *s, const char *name, int64_t in, int64_t c, int stride,
                                 ablate_value *x)
{
    int64_t inner = c * s->wide, out = s->bottleneck ? 4 * c : c;
    ablate_value *y = x, *around = x;
    if (s->bottleneck) {
        y = apply(n, name, (part){ "conv1", "bn1", in, inner, 1, 1, "relu" }, y);
        y = apply(n, name, (part){ "conv2", "bn2", inner, inner, 3, stride, "relu" }, y);
        y = apply(n, name, (part){ "conv3", "bn3", inner, out, 1, 1, "none" }, y);
    } else {
        y = apply(n, name, (part){ "conv1", "bn1", in, out, 3, stride, "relu" }, y);
        y = apply(n, name, (part){ "conv2", "bn2", out, out, 3, 1, "none" }, y);
    }
    if (stride > 1 || in != out)
        around = apply(n, name, (part){ "downsample.0", "downsample.1", in, out, 1, stride, "none" }, around);
    return y ? op_relu(n->b, op_add(n->b, y, around)) : NULL;
}

/* The maps of the stages listed, into map. Behind the last of them nothing is computed. */
static void stages_apply(convnet *n, const struct sizes *s, ablate_value *x, int count, const int *stage,
                         ablate_value **map)
{
    int64_t in = 64;
    int found = 0;
    x = apply(n, "", (part){ "conv1", "bn1", 3, in, 7, 2, "relu" }, x);
    x = op_max_pool(n->b, x, .kernel = 3, .stride = 2, .padding = 1);
    for (int i = 0; i < STAGES; i++) {
        int64_t c = (int64_t)64 << i;
        for (int k = 0; k < s->blocks[i]; k++) {
            const char *name = ablate_text(n->b, "layer%d.%d.", i + 1, k);
            x = block_apply(n, s, name, in, c, i > 0 && k == 0 ? 2 : 1, x);
            in = s->bottleneck ? 4 * c : c;
        }
        if (found < count && stage[found] == i + 1)
            map[found++] = x;
        x = found == count ? NULL : x;
    }
}

static int build(ablate_builder *b, const void *settings)
{
    static const char *const spare[] = { "fc.", NULL };
    const resnet_settings *s = settings;
    convnet n;
    ablate_value *map[CONVNET_STAGES];
    int stage[CONVNET_STAGES], arch = file_read(b, s, &n);
    int count = arch < 0 ? -1 : convnet_stages_read(&n, &s->common, "1 2 3", STAGES, stage);
    if (count < 0)
        return -1;
    int as = s->common.statistics == STATISTICS_AUTO ? STATISTICS_IMAGENET : s->common.statistics;
    stages_apply(&n, &archs[arch], convnet_picture(b, &s->common, as), count, stage, map);
    if (convnet_check_rest(&n, spare) < 0)
        return -1;
    return convnet_stages_write(&n, &s->common, count, stage, map);
}

static const ablate_setting settings_table[] = {
    ABLATE_CHOOSE(resnet_settings, arch, ARCH_ANY, ARCH,
                  "which network the weights must be of; any: theirs, whatever it is"),
    CONVNET_ROWS("torchvision or timm", "stages i1 i2 i3, from 1 to 4, of strides 4 8 16 32; empty: 1 2 3"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "resnet",
    .doc = "ResNet, frozen: features of several stages, on one grid and of one width; no text tower",
    .paper = "not of the paper; He et al. 2016",
    .reads = "image teacher?",
    .writes = "teacher stage",
    .settings_size = sizeof(resnet_settings),
    .settings = settings_table,
    .build = build,
};
