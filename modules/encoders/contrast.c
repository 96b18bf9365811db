/* contrast.c: symmetric contrastive loss of pictures and their captions (Radford et al. 2021, Fig. 3), which pretrains
 * an encoder, for each feature of the picture that the encoder writes. Its probability is Eq. 1. The probe `retrieval`
 * is the share of captions whose own picture is the nearest of the batch, and of pictures whose own caption is. */
#include "operations.h"
#include <stdlib.h>

/* Share of the rows of logits (B, B) that are largest at their own index. */
static ablate_value *hits_share(ablate_builder *b, ablate_value *logits, ablate_value *own)
{
    ablate_value *at_own = op_select(b, op_reshape(b, logits, 0, -1, 1), own);
    ablate_value *largest = op_max_keep(b, logits, -1);
    /* The difference is exactly zero on a hit, and at least one unit in the last place of a logit otherwise */
    ablate_value *hit = op_relu(b, op_affine(b, op_sub(b, largest, at_own), -1e9, 1));
    return op_mean_all(b, hit);
}

static ablate_value *indices(ablate_builder *b, int64_t n)
{
    float *index = malloc((size_t)n * sizeof *index);
    if (!index) {
        ablate_fail(b, "contrast: out of memory for %" PRId64 " indices", n);
        return NULL;
    }
    for (int64_t i = 0; i < n; i++)
        index[i] = (float)i;
    ablate_value *value = ablate_constant(b, index, n);
    free(index);
    return value;
}

/* exp(logit scale), at most 100: min(x, c) = c - relu(c - x) */
static ablate_value *scale_of(ablate_builder *b)
{
    const double most = 4.60517; /* log 100 */
    ablate_value *room = op_affine(b, ablate_read(b, "logit.scale", -1), -1, most);
    ablate_value *log_scale = op_affine(b, op_relu(b, room), -1, most);
    return op_exp(b, log_scale);
}

/* of_image: -log p of each picture's own caption among all; by_text: each caption's scores of the pictures. */
static void loss_add(ablate_builder *b, const char *name, double weight, ablate_value *of_image, ablate_value *by_text,
                     ablate_value *own)
{
    ablate_value *losses = op_add(b, of_image, op_cross_entropy(b, by_text, own));
    ablate_loss(b, name, op_mean_all(b, losses), weight);
}

static int build(ablate_builder *b, const void *settings)
{
    (void)settings;
    ablate_value *text = op_normalize(b, ablate_read(b, "text.feature", -1));
    ablate_value *own = indices(b, ablate_shape_of(b, text).dim[0]), *scale = scale_of(b);
    int features = ablate_count(b, "image.feature");
    for (int i = 0; own && i < features; i++) {
        ablate_value *image = op_normalize(b, ablate_read(b, "image.feature", i));

        /* Each picture among the captions, each caption among the pictures */
        // tag::eq1[]
        ablate_value *product = op_inner(b, image, text);            /* F(x) G(p_j) */
        ablate_value *by_image = op_mul(b, product, scale);          /* F(x) G(p_j) / tau */
        ablate_value *of_image = op_cross_entropy(b, by_image, own); /* -log p(y|x) */
        // end::eq1[]
        ablate_value *by_text = op_transpose(b, by_image, 1, 0);
        if (i == 0) {
            ablate_value *hits = op_add(b, hits_share(b, by_image, own), hits_share(b, by_text, own));
            ablate_probe(b, "retrieval", op_scale(b, op_detach(b, hits), 0.5));
        }
        if (b->training)
            loss_add(b, ablate_text(b, "contrast%d", i), 0.5 / features, of_image, by_text, own);
    }
    return own ? 0 : -1;
}

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "contrast",
    .doc = "symmetric contrastive loss of pictures and captions, to pretrain an encoder",
    .paper = "Preliminaries, Eq. 1",
    .reads = "image.feature text.feature logit.scale",
    .writes = "",
    .build = build,
};
