/* sizes.c: how large an encoder is: the released ones, and what a weights file says. */
#include "clip.h"
#include <stdlib.h>
#include <string.h>

static const char *const IMAGE = "visual.transformer", *const TEXT = "transformer";
#define IMAGE_TOWER(width, layers, heads, mlp)                                                                         \
    {                                                                                                                  \
        "visual.transformer", width, layers, heads, mlp, false, CLIP_QUICKGELU, 1e-5                                   \
    }
#define TEXT_TOWER(width, layers, heads)                                                                               \
    {                                                                                                                  \
        "transformer", width, layers, heads, 4 * (width), true, CLIP_QUICKGELU, 1e-5                                   \
    }

static const clip_sizes archs[CLIP_ANY] = {
    /* OpenAI's from the shapes of the released tensors */
    [CLIP_NANO] = { 8, 16, IMAGE_TOWER(128, 6, 4, 512), TEXT_TOWER(128, 4, 4), 128, 24, 256 },
    [CLIP_B_32] = { 32, 7, IMAGE_TOWER(768, 12, 12, 3072), TEXT_TOWER(512, 12, 8), 512, 77, 49408 },
    [CLIP_B_16] = { 16, 14, IMAGE_TOWER(768, 12, 12, 3072), TEXT_TOWER(512, 12, 8), 512, 77, 49408 },
    [CLIP_L_14] = { 14, 16, IMAGE_TOWER(1024, 24, 16, 4096), TEXT_TOWER(768, 12, 12), 768, 77, 49408 },
    [CLIP_L_14_336] = { 14, 24, IMAGE_TOWER(1024, 24, 16, 4096), TEXT_TOWER(768, 12, 12), 768, 77, 49408 },
    /* open_clip's larger ones: heads of 80, 88 and 104 channels in the picture tower, of 64 in the text tower */
    [CLIP_H_14] = { 14, 16, IMAGE_TOWER(1280, 32, 16, 5120), TEXT_TOWER(1024, 24, 16), 1024, 77, 49408 },
    [CLIP_G_14] = { 14, 16, IMAGE_TOWER(1408, 40, 16, 6144), TEXT_TOWER(1024, 24, 16), 1024, 77, 49408 },
    [CLIP_BIGG_14] = { 14, 16, IMAGE_TOWER(1664, 48, 16, 8192), TEXT_TOWER(1280, 32, 20), 1280, 77, 49408 },
    /* beside `nano`, in the proportions of OpenAI's four: 3/4 of its width and half its depth, or 3/2 of its size */
    [CLIP_NANO_32] = { 32, 4, IMAGE_TOWER(96, 3, 3, 384), TEXT_TOWER(96, 4, 3), 96, 24, 256 },
    [CLIP_NANO_16] = { 16, 8, IMAGE_TOWER(96, 3, 3, 384), TEXT_TOWER(96, 4, 3), 96, 24, 256 },
    [CLIP_NANO_192] = { 8, 24, IMAGE_TOWER(128, 6, 4, 512), TEXT_TOWER(128, 4, 4), 128, 24, 256 },
};

static const char *arch_name(int arch)
{
    return ABLATE_WORD(CLIP_ARCH, arch);
}

/* Shape of a tensor of the weights file, or -1: it is missing (the engine has complained) or of another rank. */
static int shape_read(ablate_builder *b, const clip_settings *s, const char *name, int rank, ablate_shape *shape)
{
    *shape = ablate_shape_of(b, clip_read(b, s, name));
    for (int i = 0; i < shape->rank; i++)
        if (shape->dim[i] < 1 || shape->dim[i] > 1 << 20)
            shape->rank = -1;
    if (shape->rank != rank)
        return ablate_fail(b, "clip: tensor '%s' of %s has not the %d axes of OpenAI's layout", name, s->weights, rank);
    return 0;
}

static int blocks_count(ablate_builder *b, const clip_settings *s, const char *prefix)
{
    int n = 0;
    while (n < 1000 && clip_has(b, s, ablate_text(b, "%s.resblocks.%d.ln_1.weight", prefix, n)))
        n++;
    return n;
}

/* A tower as its tensors show it; what they cannot show is settled later. */
static clip_tower tower_read(ablate_builder *b, const clip_settings *s, const char *prefix, int width)
{
    clip_tower t = { .prefix = prefix, .width = width, .mlp = 4 * width, .causal = prefix == TEXT };
    const char *hidden = ablate_text(b, "%s.resblocks.0.mlp.c_fc.weight", prefix);
    t.layers = blocks_count(b, s, prefix);
    if (clip_has(b, s, hidden)) /* if it lacks, the complaint is the block's */
        t.mlp = (int)ablate_shape_of(b, clip_read(b, s, hidden)).dim[0];
    return t;
}

static int image_sizes_read(ablate_builder *b, const clip_settings *s, clip_sizes *sizes)
{
    ablate_shape conv, position, projection;
    if (shape_read(b, s, "visual.conv1.weight", 4, &conv) < 0 ||
        shape_read(b, s, "visual.positional_embedding", 2, &position) < 0 ||
        shape_read(b, s, "visual.proj", 2, &projection) < 0)
        return -1;
    sizes->patch = (int)conv.dim[3];
    sizes->grid = (int)ablate_square_side(position.dim[0] - 1);
    if (sizes->grid == 0)
        return ablate_fail(b, "clip: %s has %" PRId64 " positions, not those of a class token and a square of patches",
                           s->weights, position.dim[0]);
    sizes->image = tower_read(b, s, IMAGE, (int)conv.dim[0]);
    sizes->embed = (int)projection.dim[1];
    return 0;
}

static int text_sizes_read(ablate_builder *b, const clip_settings *s, clip_sizes *sizes)
{
    ablate_shape token, position;
    if (!clip_has(b, s, "token_embedding.weight"))
        return 0;
    if (shape_read(b, s, "token_embedding.weight", 2, &token) < 0 ||
        shape_read(b, s, "positional_embedding", 2, &position) < 0)
        return -1;
    sizes->text = tower_read(b, s, TEXT, (int)token.dim[1]);
    sizes->vocabulary = (int)token.dim[0];
    sizes->context = (int)position.dim[0];
    return 0;
}

static bool towers_same(const clip_tower *x, const clip_tower *y)
{
    return x->width == y->width && x->layers == y->layers && x->mlp == y->mlp;
}

/* Whether two encoders are of one kind; context and vocabulary may differ, and the text tower may be missing. */
static bool sizes_same(const clip_sizes *x, const clip_sizes *y)
{
    bool text = x->text.layers == 0 || towers_same(&x->text, &y->text);
    return text && x->patch == y->patch && x->embed == y->embed && towers_same(&x->image, &y->image);
}

static int mismatch_tell(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes)
{
    const char *found = ablate_text(b, "patch %d, grid %d, width %d, %d layers, joint %d, text width %d, %d layers",
                                    sizes->patch, sizes->grid, sizes->image.width, sizes->image.layers, sizes->embed,
                                    sizes->text.width, sizes->text.layers);
    for (int i = 0; i < CLIP_ANY; i++)
        if (sizes_same(sizes, &archs[i]) && sizes->grid == archs[i].grid)
            return ablate_fail(b, "clip.arch = %s, but %s holds a %s (%s); set clip.arch = %s", arch_name(s->arch),
                               s->weights, arch_name(i), found, arch_name(i));
    return ablate_fail(b, "clip.arch = %s, but %s holds another encoder (%s)", arch_name(s->arch), s->weights, found);
}

/* A block that is left out, or whose name is of another kind, would shorten the tower. */
static int blocks_check(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes)
{
    int named = clip_names_blocks(b, s), counted = sizes->image.layers + sizes->text.layers;
    if (named < 0 || named == counted)
        return named < 0 ? -1 : 0;
    return ablate_fail(b,
                       "clip: %s has tensors of %d blocks, but only %d, each with its tower's embedding, follow one "
                       "another from number 0; it is not whole, download or save it again",
                       s->weights, named, counted);
}

static int sizes_of_file(ablate_builder *b, const clip_settings *s, clip_sizes *sizes)
{
    if (!*s->weights)
        return ablate_fail(b, "clip.weights is empty; name the file of the encoder's weights");
    if (clip_names_check(b, s) < 0 || image_sizes_read(b, s, sizes) < 0 || text_sizes_read(b, s, sizes) < 0)
        return -1;
    return blocks_check(b, s, sizes);
}

/* The encoder of these sizes, at whatever size of pictures, or CLIP_ANY. */
static int arch_of(const clip_sizes *sizes)
{
    int arch = 0;
    while (arch < CLIP_ANY && !sizes_same(sizes, &archs[arch]))
        arch++;
    return arch;
}

int clip_sizes_read(ablate_builder *b, const clip_settings *s, clip_sizes *sizes)
{
    bool named = s->arch != CLIP_ANY;
    memset(sizes, 0, sizeof *sizes);
    if (clip_from_scratch(s) && named) {
        *sizes = archs[s->arch];
        return clip_towers_settle(b, s, &archs[s->arch], arch_name(s->arch), true, sizes);
    }
    if (sizes_of_file(b, s, sizes) < 0)
        return -1;
    int arch = named ? s->arch : arch_of(sizes);
    const clip_sizes *kind = arch == CLIP_ANY ? NULL : &archs[arch];
    bool grid = !named || s->train || sizes->grid == kind->grid; /* training: other pictures */
    if (!grid || (kind && !sizes_same(sizes, kind)))
        return mismatch_tell(b, s, sizes);
    return clip_towers_settle(b, s, kind, arch_name(arch), named, sizes);
}

int clip_layers_read(ablate_builder *b, const clip_settings *s, int depth, int layer[CLIP_LAYERS])
{
    int n = 0;
    for (const char *at = s->layers + strspn(s->layers, " "); *at; at += strspn(at, " ")) {
        char *end;
        long number = strtol(at, &end, 10);
        if (end == at || (*end && *end != ' ') || number < 1 || number > depth || n == CLIP_LAYERS)
            return ablate_fail(b, "clip.layers = %s: give numbers from 1 to %d, separated by spaces", s->layers, depth);
        if (n > 0 && number <= layer[n - 1])
            return ablate_fail(b, "clip.layers = %s: give the layers in ascending order, each once", s->layers);
        layer[n++] = (int)number;
        at = end;
    }
    for (int third = 1; !*s->layers && third <= 3; third++)
        layer[n++] = depth * third / 3;
    return n > 0 ? n : ablate_fail(b, "clip.layers is blank; leave it empty for thirds of the depth");
}
