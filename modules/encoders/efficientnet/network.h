/* network.h: what the files of this encoder alone share. Tan and Le 2019, "EfficientNet: rethinking model scaling for
 * convolutional neural networks"; the lite ones are Google's: no squeeze and excitation, ReLU6, a stem and a last stage
 * that are not scaled. */
#ifndef EFFICIENTNET_H
#define EFFICIENTNET_H
#include "convnet.h"

enum { NETWORK_STAGES = 7 };

#define NETWORK_ARCH(X)                                                                                                \
    X(ARCH_ANY, "any")                                                                                                 \
    X(ARCH_LITE0, "lite0")                                                                                             \
    X(ARCH_LITE1, "lite1")                                                                                             \
    X(ARCH_LITE2, "lite2")                                                                                             \
    X(ARCH_LITE3, "lite3")                                                                                             \
    X(ARCH_LITE4, "lite4")                                                                                             \
    X(ARCH_B0, "b0")                                                                                                   \
    X(ARCH_B1, "b1")                                                                                                   \
    X(ARCH_B2, "b2")                                                                                                   \
    X(ARCH_B3, "b3")                                                                                                   \
    X(ARCH_B4, "b4")                                                                                                   \
    X(ARCH_B5, "b5")                                                                                                   \
    X(ARCH_B6, "b6")                                                                                                   \
    X(ARCH_B7, "b7")
#define NETWORK_PADDING(X) X(PADDING_AUTO, "auto") X(PADDING_SAME, "same") X(PADDING_EVEN, "even")
ABLATE_ENUM(NETWORK_ARCH);
ABLATE_ENUM(NETWORK_PADDING);
enum { ARCHS = ARCH_B7 + 1 };

typedef struct network_settings {
    convnet_settings common; /* first */
    int arch, padding;
    double eps;
} network_settings;

typedef struct network_stage {
    int kernel, stride, expansion, repeats;
    int64_t out;
} network_stage;
typedef struct network_sizes {
    bool lite;
    int64_t stem, head;
    network_stage stage[NETWORK_STAGES];
} network_sizes;

typedef enum naming { NAMING_TORCHVISION, NAMING_TIMM, NAMING_LUKEMELAS } naming;

typedef struct network {
    convnet net;
    naming naming;
    int arch;
    network_sizes sizes;
} network;

/* sizes.c */
network_sizes network_sizes_of(int arch);

/* names.c: places in the network, as the file calls them. block: of the stage, from 0. */
typedef struct network_place {
    int stage, block; /* both from 0 */
    int flat;         /* blocks before it in all stages */
    bool expands;     /* has a first convolution */
} network_place;
typedef enum network_role { ROLE_EXPAND, ROLE_DEPTHWISE, ROLE_PROJECT } network_role;
void network_stem_names(const network *, convnet_layer *);
void network_head_names(const network *, convnet_layer *);
void network_block_names(const network *, const network_place *, network_role, convnet_layer *);
/* Of squeeze and excitation: the layer that reduces, the one that restores. */
const char *network_squeeze_name(const network *, const network_place *, bool restores);

/* file.c: whose names the file has, which network it is, how its windows are padded, the eps of its normalisation, and
 * the statistics of pictures that it was trained with. 0, or -1 and a complaint. */
int network_file_read(ablate_builder *, const network_settings *, network *, int *statistics);

#endif
