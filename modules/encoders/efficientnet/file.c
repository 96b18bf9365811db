/* file.c: what a file of weights is: whose names it has, which network, and what no tensor tells: how windows at the
 * border are padded, eps, and the statistics of pictures. Nothing of it is guessed in silence. */
#include "network.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const sign[] = { [NAMING_TORCHVISION] = "features.0.0.weight",
                                    [NAMING_TIMM] = "conv_stem.weight",
                                    [NAMING_LUKEMELAS] = "_conv_stem.weight" };
static const char *const whose[] = { "torchvision", "timm", "efficientnet_pytorch" };

static const char *arch_name(int arch)
{
    return ABLATE_WORD(NETWORK_ARCH, arch);
}

static int naming_read(network *n)
{
    for (int i = 0; i < 3; i++)
        if (convnet_begins(&n->net, sign[i])) {
            n->naming = (naming)i;
            return 0;
        }
    return ablate_fail(n->net.b,
                       "efficientnet: %s is no EfficientNet: it has none of '%s' (torchvision), '%s' (timm) and '%s' "
                       "(efficientnet_pytorch)",
                       n->net.weights, sign[0], sign[1], sign[2]);
}

/* ---- which network ---- */

/* "NAME.weight" of a block's convolution. */
static const char *weight_name(const network *n, network_role role, int stage, int block, int flat)
{
    convnet_layer l = { 0 };
    network_place at = { stage, block, flat, stage > 0 };
    network_block_names(n, &at, role, &l);
    return ablate_text(n->net.b, "%s.weight", l.conv);
}

static bool has_block(const network *n, int stage, int block, int flat)
{
    return convnet_has(&n->net, weight_name(n, ROLE_DEPTHWISE, stage, block, flat));
}

/* As many blocks in each stage; flat: those before it. */
static bool has_stage(const network *n, int stage, int flat)
{
    int repeats = n->sizes.stage[stage].repeats;
    if (!has_block(n, stage, repeats - 1, flat + repeats - 1))
        return false;
    if (n->naming != NAMING_LUKEMELAS) /* whose blocks are numbered through */
        return !has_block(n, stage, repeats, flat);
    return stage < NETWORK_STAGES - 1 || !has_block(n, stage, repeats, flat + repeats);
}

/* Squeezed or not, as many blocks in each stage, and the fifth stage as wide: no two are alike in that. */
static bool is_arch(network *n, int arch)
{
    enum { FIFTH = 4 };
    n->sizes = network_sizes_of(arch);
    network_place first = { 0, 0, 0, false };
    int flat = 0, before = 0;
    if (convnet_has(&n->net, ablate_text(n->net.b, "%s.weight", network_squeeze_name(n, &first, false))) ==
        n->sizes.lite)
        return false;
    for (int i = 0; i < NETWORK_STAGES; i++) {
        if (!has_stage(n, i, flat))
            return false;
        before = i == FIFTH ? flat : before;
        flat += n->sizes.stage[i].repeats;
    }
    const char *narrow = weight_name(n, ROLE_PROJECT, FIFTH, 0, before);
    return convnet_has(&n->net, narrow) &&
           ablate_shape_of(
               n->net.b, ablate_weight(n->net.b, n->net.weights, ablate_text(n->net.b, "%s%s", n->net.prefix, narrow)))
                   .dim[0] == n->sizes.stage[FIFTH].out;
}

static int arch_read(network *n, int wanted)
{
    int found = ARCH_LITE0;
    while (found < ARCHS && !is_arch(n, found))
        found++;
    if (wanted == ARCH_ANY && found == ARCHS)
        return ablate_fail(
            n->net.b,
            "efficientnet: %s has the names of %s, but is none of lite0 to lite4 and b0 to b7; say which "
            "it should be (efficientnet.arch), and what differs is told",
            n->net.weights, whose[n->naming]);
    if (wanted != ARCH_ANY && found != ARCHS && found != wanted)
        return ablate_fail(n->net.b, "efficientnet.arch = %s, but %s holds a %s; set efficientnet.arch = %s",
                           arch_name(wanted), n->net.weights, arch_name(found), arch_name(found));
    n->arch = wanted == ARCH_ANY ? found : wanted;
    n->sizes = network_sizes_of(n->arch);
    n->net.kind = ablate_text(n->net.b, "a %s with the names of %s", arch_name(n->arch), whose[n->naming]);
    return 0;
}

/* ---- how it was trained ---- */

typedef struct origin { /* of timm's files: ported from TensorFlow, or not; names and sizes are the same */
    bool known, tensorflow;
    const char *told_by;
} origin;

static origin origin_of(const network *n)
{
    const char *name = strrchr(n->net.weights, '/'),
               *architecture = ablate_weight_note(n->net.b, n->net.weights, "config.json:architecture");
    name = name ? name + 1 : n->net.weights;
    if (architecture)
        return (origin){ true, strncmp(architecture, "tf_", 3) == 0, "config.json beside it" };
    return (origin){ strstr(name, "efficientnet"), strstr(name, "tf_efficientnet"), "its name" };
}

static int padding_read(network *n, const network_settings *s, const origin *from)
{
    bool timm = n->naming == NAMING_TIMM, late = n->arch >= ARCH_B5;
    bool tensorflow = timm ? from->tensorflow : n->naming == NAMING_LUKEMELAS;
    if (timm && !from->known && s->padding == PADDING_AUTO)
        return ablate_fail(
            n->net.b,
            "efficientnet: nothing says whether %s is timm's %s or its tf_%s, which have the same tensors "
            "and other padding; set efficientnet.padding = even, or same for the second",
            n->net.weights, arch_name(n->arch), arch_name(n->arch));
    if (timm && s->padding == PADDING_AUTO)
        ablate_remark(n->net.b, "efficientnet: %s is taken for timm's %s%s, as %s says", n->net.weights,
                      tensorflow ? "tf_" : "", arch_name(n->arch), from->told_by);
    n->net.same = s->padding == PADDING_AUTO ? tensorflow : s->padding == PADDING_SAME;
    if (timm && s->padding != PADDING_AUTO)
        tensorflow = n->net.same;
    /* torchvision's b5 to b7 keep TensorFlow's eps */
    bool coarse = tensorflow || (n->naming == NAMING_TORCHVISION && late);
    n->net.eps = s->eps > 0 ? s->eps : coarse ? 1e-3 : 1e-5;
    return 0;
}

static bool mean_is(const network *n, double mean)
{
    const char *text = ablate_weight_note(n->net.b, n->net.weights, "config.json:pretrained_cfg.mean");
    return text && fabs(strtod(text + strspn(text, "["), NULL) - mean) < 1e-3;
}

/* What is known of the file: its configuration, or what files with these names were trained with. */
static int statistics_of(const network *n, const origin *from)
{
    bool said = ablate_weight_note(n->net.b, n->net.weights, "config.json:pretrained_cfg.mean") != NULL;
    if (said && (mean_is(n, 0.485) || mean_is(n, 0.5)))
        return mean_is(n, 0.5) ? STATISTICS_HALF : STATISTICS_IMAGENET;
    if (said) {
        ablate_fail(n->net.b,
                    "efficientnet: config.json beside %s says a mean that is not known here; set "
                    "efficientnet.statistics",
                    n->net.weights);
        return STATISTICS_INPUT;
    }
    if (n->sizes.lite && n->naming == NAMING_LUKEMELAS)
        return STATISTICS_LITE;
    return n->sizes.lite && from->tensorflow ? STATISTICS_HALF : STATISTICS_IMAGENET;
}

int network_file_read(ablate_builder *b, const network_settings *s, network *n, int *statistics)
{
    const char *weights = s->common.weights;
    *n = (network){ .net = { .b = b, .module = "efficientnet", .weights = weights, .prefix = "" } };
    if (!*weights)
        return ablate_fail(b,
                           "efficientnet.weights is empty; name the file of its weights ('make weights' gets lite0's)");
    if (naming_read(n) < 0 || arch_read(n, s->arch) < 0)
        return -1;
    origin from = origin_of(n);
    *statistics = s->common.statistics == STATISTICS_AUTO ? statistics_of(n, &from) : s->common.statistics;
    return padding_read(n, s, &from);
}
