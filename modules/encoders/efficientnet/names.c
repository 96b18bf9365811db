/* names.c: what torchvision, timm and efficientnet_pytorch (Melas-Kyriazi's, which Google's lite ones were ported to)
 * call the parts of a network. */
#include "network.h"

void network_stem_names(const network *n, convnet_layer *l)
{
    static const char *const names[][2] = { [NAMING_TORCHVISION] = { "features.0.0", "features.0.1" },
                                            [NAMING_TIMM] = { "conv_stem", "bn1" },
                                            [NAMING_LUKEMELAS] = { "_conv_stem", "_bn0" } };
    l->conv = names[n->naming][0];
    l->norm = names[n->naming][1];
}

void network_head_names(const network *n, convnet_layer *l)
{
    static const char *const names[][2] = { [NAMING_TORCHVISION] = { "features.8.0", "features.8.1" },
                                            [NAMING_TIMM] = { "conv_head", "bn2" },
                                            [NAMING_LUKEMELAS] = { "_conv_head", "_bn1" } };
    l->conv = names[n->naming][0];
    l->norm = names[n->naming][1];
}

static const char *block_name(const network *n, const network_place *at)
{
    ablate_builder *b = n->net.b;
    if (n->naming == NAMING_TORCHVISION)
        return ablate_text(b, "features.%d.%d.block", at->stage + 1, at->block);
    return n->naming == NAMING_TIMM ? ablate_text(b, "blocks.%d.%d", at->stage, at->block)
                                    : ablate_text(b, "_blocks.%d", at->flat);
}

/* torchvision numbers the parts of a block as they come; the lite ones have no squeeze and excitation. */
static int part_number(const network *n, const network_place *at, network_role role)
{
    int before = at->expands ? 1 : 0;
    if (role == ROLE_PROJECT)
        return before + (n->sizes.lite ? 1 : 2);
    return role == ROLE_DEPTHWISE ? before : 0;
}

void network_block_names(const network *n, const network_place *at, network_role role, convnet_layer *l)
{
    static const char *const timm[][2] = { { "conv_pw", "bn1" }, { "conv_dw", "bn2" }, { "conv_pwl", "bn3" } };
    static const char *const timm_first[][2] = { { "", "" }, { "conv_dw", "bn1" }, { "conv_pw", "bn2" } };
    static const char *const lukemelas[][2] = { { "_expand_conv", "_bn0" },
                                                { "_depthwise_conv", "_bn1" },
                                                { "_project_conv", "_bn2" } };
    ablate_builder *b = n->net.b;
    const char *block = block_name(n, at);
    if (n->naming == NAMING_TORCHVISION) {
        int part = part_number(n, at, role);
        l->conv = ablate_text(b, "%s.%d.0", block, part);
        l->norm = ablate_text(b, "%s.%d.1", block, part);
        return;
    }
    const char *const *names = n->naming == NAMING_LUKEMELAS ? lukemelas[role]
                               : at->expands                 ? timm[role]
                                                             : timm_first[role];
    l->conv = ablate_text(b, "%s.%s", block, names[0]);
    l->norm = ablate_text(b, "%s.%s", block, names[1]);
}

const char *network_squeeze_name(const network *n, const network_place *at, bool restores)
{
    ablate_builder *b = n->net.b;
    const char *block = block_name(n, at);
    if (n->naming == NAMING_TORCHVISION)
        return ablate_text(b, "%s.%d.fc%d", block, at->expands ? 2 : 1, restores ? 2 : 1);
    if (n->naming == NAMING_TIMM)
        return ablate_text(b, "%s.se.conv_%s", block, restores ? "expand" : "reduce");
    return ablate_text(b, "%s._se_%s", block, restores ? "expand" : "reduce");
}
