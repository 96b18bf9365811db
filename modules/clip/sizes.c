/* sizes.c: how large an encoder is: the released ones, and what a weights file says. */
#include "clip.h"
#include <stdlib.h>
#include <string.h>

static const struct arch {
    const char *name;
    int head_width;
    clip_sizes sizes;
} archs[] = {
    /* in the order of clip.arch's choices; OpenAI's from the shapes of the released tensors */
    { "nano", 32, { 8, 16, { 0, 128, 6, 4, 0 }, { 0, 128, 4, 4, 1 }, 128, 24, 256 } },
    { "ViT-B/32", 64, { 32, 7, { 0, 768, 12, 12, 0 }, { 0, 512, 12, 8, 1 }, 512, 77, 49408 } },
    { "ViT-B/16", 64, { 16, 14, { 0, 768, 12, 12, 0 }, { 0, 512, 12, 8, 1 }, 512, 77, 49408 } },
    { "ViT-L/14", 64, { 14, 16, { 0, 1024, 24, 16, 0 }, { 0, 768, 12, 12, 1 }, 768, 77, 49408 } },
    { "ViT-L/14@336px", 64, { 14, 24, { 0, 1024, 24, 16, 0 }, { 0, 768, 12, 12, 1 }, 768, 77, 49408 } },
    /* beside `nano`, in the proportions of OpenAI's four: 3/4 of its width and half its depth, or 3/2 of its size */
    { "nano/32", 32, { 32, 4, { 0, 96, 3, 3, 0 }, { 0, 96, 4, 3, 1 }, 96, 24, 256 } },
    { "nano/16", 32, { 16, 8, { 0, 96, 3, 3, 0 }, { 0, 96, 4, 3, 1 }, 96, 24, 256 } },
    { "nano@192px", 32, { 8, 24, { 0, 128, 6, 4, 0 }, { 0, 128, 4, 4, 1 }, 128, 24, 256 } },
    { "any", 0, { .patch = 0 } },
};
enum { ANY = sizeof archs / sizeof *archs - 1 };
static const char *const IMAGE = "visual.transformer", *const TEXT = "transformer";

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

static int image_sizes_read(ablate_builder *b, const clip_settings *s, int head_width, clip_sizes *sizes)
{
    ablate_shape conv, position, projection;
    if (shape_read(b, s, "visual.conv1.weight", 4, &conv) < 0 ||
        shape_read(b, s, "visual.positional_embedding", 2, &position) < 0 ||
        shape_read(b, s, "visual.proj", 2, &projection) < 0)
        return -1;
    int width = (int)conv.dim[0];
    sizes->patch = (int)conv.dim[3];
    while ((int64_t)(sizes->grid + 1) * (sizes->grid + 1) < position.dim[0])
        sizes->grid++;
    if (position.dim[0] != 1 + (int64_t)sizes->grid * sizes->grid)
        return ablate_fail(b, "clip: %s has %lld positions, not those of a class token and a square of patches",
                           s->weights, (long long)position.dim[0]);
    sizes->image = (clip_tower){ IMAGE, width, blocks_count(b, s, IMAGE), width / head_width, false };
    sizes->embed = (int)projection.dim[1];
    return 0;
}

static int text_sizes_read(ablate_builder *b, const clip_settings *s, int head_width, clip_sizes *sizes)
{
    ablate_shape token, position;
    if (!clip_has(b, s, "token_embedding.weight"))
        return 0;
    if (shape_read(b, s, "token_embedding.weight", 2, &token) < 0 ||
        shape_read(b, s, "positional_embedding", 2, &position) < 0)
        return -1;
    int width = (int)token.dim[1];
    sizes->text = (clip_tower){ TEXT, width, blocks_count(b, s, TEXT), width / head_width, true };
    sizes->vocabulary = (int)token.dim[0];
    sizes->context = (int)position.dim[0];
    return 0;
}

/* Whether two encoders are of one kind; context and vocabulary may differ, and the text tower may be missing. */
static bool sizes_same(const clip_sizes *x, const clip_sizes *y)
{
    bool text = x->text.layers == 0 || (x->text.width == y->text.width && x->text.layers == y->text.layers);
    return text && x->patch == y->patch && x->embed == y->embed && x->image.width == y->image.width &&
           x->image.layers == y->image.layers;
}

static int mismatch_tell(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes)
{
    const char *found = ablate_text(b, "patch %d, grid %d, width %d, %d layers, joint %d, text width %d, %d layers",
                                    sizes->patch, sizes->grid, sizes->image.width, sizes->image.layers, sizes->embed,
                                    sizes->text.width, sizes->text.layers);
    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++)
        if (sizes_same(sizes, &archs[i].sizes) && sizes->grid == archs[i].sizes.grid)
            return ablate_fail(b, "clip.arch = %s, but %s holds a %s (%s); set clip.arch = %s", archs[s->arch].name,
                               s->weights, archs[i].name, found, archs[i].name);
    return ablate_fail(b, "clip.arch = %s, but %s holds another encoder (%s)", archs[s->arch].name, s->weights, found);
}

bool clip_from_scratch(const clip_settings *s)
{
    return s->train && !*s->weights;
}

/* What only weights of no known kind may get wrong. */
static int heads_check(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes)
{
    int head = s->head_width;
    if (sizes->image.width % head || sizes->text.width % head)
        return ablate_fail(b, "clip.head_width = %d does not divide the widths %d and %d of %s", head,
                           sizes->image.width, sizes->text.width, s->weights);
    return 0;
}

static int sizes_of_file(ablate_builder *b, const clip_settings *s, clip_sizes *sizes)
{
    int head = s->arch == ANY ? s->head_width : archs[s->arch].head_width;
    if (!*s->weights)
        return ablate_fail(b, "clip.weights is empty; name the file of the encoder's weights");
    if (clip_names_check(b, s) < 0 || image_sizes_read(b, s, head, sizes) < 0)
        return -1;
    return text_sizes_read(b, s, head, sizes);
}

int clip_sizes_read(ablate_builder *b, const clip_settings *s, clip_sizes *sizes)
{
    const clip_sizes *known = &archs[s->arch].sizes;
    memset(sizes, 0, sizeof *sizes);
    if (clip_from_scratch(s) && s->arch != ANY) {
        *sizes = *known;
        sizes->image.prefix = IMAGE;
        sizes->text.prefix = TEXT;
        return 0;
    }
    if (sizes_of_file(b, s, sizes) < 0)
        return -1;
    if (s->arch == ANY)
        return heads_check(b, s, sizes);
    bool grid = s->train || sizes->grid == known->grid; /* training goes on at another size of picture */
    return grid && sizes_same(sizes, known) ? 0 : mismatch_tell(b, s, sizes);
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
