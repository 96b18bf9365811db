/* efficientnet.c: a frozen encoder made of convolutions: picture -> features of several stages. There is no text tower,
 * so modules that speak of words cannot stand behind it. */
#include "network.h"

/* x times what a small network makes of its channels' means: squeeze and excitation (Hu, Shen, Sun 2018). */
static ablate_value *excite(network *n, const network_place *at, int64_t c, int64_t squeezed, ablate_value *x)
{
    convnet *net = &n->net;
    ablate_builder *b = net->b;
    const char *reduce = network_squeeze_name(n, at, false), *restore = network_squeeze_name(n, at, true);
    ablate_value *w1 = convnet_tensor(net, ablate_text(b, "%s.weight", reduce), ABLATE_SHAPE(squeezed, c, 1, 1));
    ablate_value *b1 = convnet_tensor(net, ablate_text(b, "%s.bias", reduce), ABLATE_SHAPE(squeezed));
    ablate_value *w2 = convnet_tensor(net, ablate_text(b, "%s.weight", restore), ABLATE_SHAPE(c, squeezed, 1, 1));
    ablate_value *b2 = convnet_tensor(net, ablate_text(b, "%s.bias", restore), ABLATE_SHAPE(c));
    if (!x)
        return NULL;
    ablate_shape shape = ablate_shape_of(b, x);
    ablate_value *means = op_mean(b, op_reshape(b, x, 0, shape.dim[1] * shape.dim[2], c), 1); /* (B, c) */
    ablate_value *few = op_linear_to(b, "silu", means, op_reshape(b, w1, squeezed, c), b1);
    ablate_value *gates = op_sigmoid(b, op_linear(b, few, op_reshape(b, w2, c, squeezed), b2));
    return op_mul(b, x, op_reshape(b, gates, 0, 1, 1, c));
}

/* An inverted bottleneck (Sandler et al. 2018): widened, filtered channel by channel, narrowed; added to x where it
 * fits.
 */
static ablate_value *block_apply(network *n, const network_place *at, const network_stage *s, int64_t in,
                                 ablate_value *x)
{
    const char *activation = n->sizes.lite ? "relu6" : "silu";
    int64_t wide = in * s->expansion;
    int stride = at->block ? 1 : s->stride;
    ablate_value *y = x;
    convnet_layer expand = { NULL, NULL, in, wide, 1, 1, false, activation },
                  filter = { NULL, NULL, wide, wide, s->kernel, stride, true, activation },
                  narrow = { NULL, NULL, wide, s->out, 1, 1, false, "none" };
    network_block_names(n, at, ROLE_EXPAND, &expand);
    network_block_names(n, at, ROLE_DEPTHWISE, &filter);
    network_block_names(n, at, ROLE_PROJECT, &narrow);
    if (at->expands)
        y = convnet_apply(&n->net, &expand, y);
    y = convnet_apply(&n->net, &filter, y);
    if (!n->sizes.lite)
        y = excite(n, at, wide, in / 4, y);
    y = convnet_apply(&n->net, &narrow, y);
    return y && stride == 1 && in == s->out ? op_add(n->net.b, x, y) : y;
}

/* The maps of the stages listed, into map. Behind the last of them nothing is computed. */
static void stages_apply(network *n, ablate_value *x, int count, const int *stage, ablate_value **map)
{
    convnet_layer stem = { NULL, NULL, 3, n->sizes.stem, 3, 2, false, n->sizes.lite ? "relu6" : "silu" };
    int64_t in = n->sizes.stem;
    int flat = 0, found = 0;
    network_stem_names(n, &stem);
    x = convnet_apply(&n->net, &stem, x);
    for (int i = 0; i < NETWORK_STAGES; i++) {
        const network_stage *s = &n->sizes.stage[i];
        for (int k = 0; k < s->repeats; k++, flat++) {
            network_place at = { i, k, flat, s->expansion > 1 };
            x = block_apply(n, &at, s, in, x);
            in = s->out;
        }
        if (found < count && stage[found] == i + 1)
            map[found++] = x;
        x = found == count ? NULL : x;
    }
    convnet_layer head = { NULL, NULL, in, n->sizes.head, 1, 1, false, "none" };
    network_head_names(n, &head);
    if (convnet_has(&n->net, ablate_text(n->net.b, "%s.weight", head.conv))) /* files of parts go without */
        convnet_apply(&n->net, &head, NULL);
}

static int build(ablate_builder *b, const void *settings)
{
    static const char *const spare[] = { "classifier.", "_fc.", NULL };
    const network_settings *s = settings;
    network n;
    ablate_value *map[CONVNET_STAGES];
    int statistics, stage[CONVNET_STAGES];
    if (network_file_read(b, s, &n, &statistics) < 0)
        return -1;
    int count = convnet_stages_read(&n.net, &s->common, "3 5 7", NETWORK_STAGES, stage);
    if (count < 0)
        return -1;
    stages_apply(&n, convnet_picture(b, &s->common, statistics), count, stage, map);
    if (convnet_check_rest(&n.net, spare) < 0)
        return -1;
    return convnet_stages_write(&n.net, &s->common, count, stage, map);
}

static const ablate_setting settings_table[] = {
    ABLATE_CHOOSE(network_settings, arch, ARCH_ANY, NETWORK_ARCH,
                  "which network the weights must be of; any: theirs, whatever it is"),
    CONVNET_ROWS("torchvision, timm or efficientnet_pytorch",
                 "stages i1 i2 i3, from 1 to 7, of strides 2 4 8 16 16 32 32; empty: 3 5 7"),
    ABLATE_CHOOSE(network_settings, padding, PADDING_AUTO, NETWORK_PADDING,
                  "of windows at the border: what is known of the file; as TensorFlow; or as PyTorch, the same on all "
                  "sides"),
    ABLATE_SET(network_settings, eps, 0, 0, 1, "of batch normalisation; 0: 1e-3 for TensorFlow's, 1e-5 for PyTorch's"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "efficientnet",
    .doc = "EfficientNet, frozen: features of several stages, on one grid and of one width; no text tower",
    .paper = "not of the paper; Tan and Le 2019",
    .reads = "image teacher?",
    .writes = "teacher stage",
    .settings_size = sizeof(network_settings),
    .settings = settings_table,
    .build = build,
};
