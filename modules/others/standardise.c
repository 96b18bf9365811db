/* standardise.c: each channel of an encoder's patches with mean 0 and deviation 1 over the patches of all training
 * pictures. A cosine sees mostly the few channels that are large everywhere; behind this word it sees all alike. The
 * class token is moved and scaled as patches are. Not for rows that meet text: there the features have left its space.
 */
#include "operations.h"

/* One of the two rows that are collected, of all training pictures: (pictures, C). */
static ablate_value *collected_row(ablate_builder *b, ablate_value *all, int row)
{
    ablate_shape shape = ablate_shape_of(b, all);
    return op_reshape(b, op_slice(b, all, 1, .start = row, .count = 1), -1, shape.dim[shape.rank - 1]);
}

/* f (B, 1 + N, C). The variance is the mean of those within a picture and the variance of the pictures' means: no
 * difference of large numbers. */
static ablate_value *standardise(ablate_builder *b, int i, ablate_value *f)
{
    ablate_value *patches = op_slice(b, f, 1, .start = 1);
    ablate_value *of_picture =
        op_concat(b, 1, op_mean_keep(b, patches, 1), op_variance_keep(b, patches, 1)); /* (B, 2, C) */
    ablate_value *all = ablate_collect(b, ablate_text(b, "moments.%d", i), of_picture);
    ablate_value *means = collected_row(b, all, 0), *mean = op_mean(b, means, 0);
    ablate_value *variance = op_add(b, op_variance(b, means, 0), op_mean(b, collected_row(b, all, 1), 0));
    return op_div(b, op_sub(b, f, mean), op_sqrt(b, op_affine(b, variance, 1, 1e-12)));
}

static int build(ablate_builder *b, const void *settings)
{
    (void)settings;
    for (int i = 0; i < ablate_count(b, "teacher"); i++) {
        ablate_value *f = ablate_read(b, "teacher", i);
        ablate_shape shape = ablate_shape_of(b, f);
        if (shape.rank != 3 || shape.dim[1] < 2)
            return ablate_fail(b, "standardise: features must be pictures x (1 + patches) x channels");
        ablate_write(b, "teacher", i, standardise(b, i, f));
    }
    return 0;
}

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "standardise",
    .doc = "channels of the encoder's patches with mean 0 and deviation 1 over the training pictures",
    .paper = "not of the paper",
    .reads = "teacher",
    .writes = "teacher",
    .build = build,
};
