/* names.h: what the files that know tensors by their names share, and nobody else. */
#ifndef CLIP_NAMES_H
#define CLIP_NAMES_H
#include "clip.h"

enum { CLIP_CONVENTIONS = 2 };

struct clip_rename;
typedef struct clip_convention { /* of names: OpenAI's, which open_clip has too, and Hugging Face's */
    const char *sign;            /* a tensor that only files of this kind have */
    const char *tower[2];        /* how the names of their blocks begin, and what all of those contain */
    const char *blocks;
    const char *first; /* how one name of each block ends */
    const struct clip_rename *start, *block;
} clip_convention;
extern const clip_convention clip_conventions[CLIP_CONVENTIONS];

typedef struct clip_naming { /* of a file: training on several devices, compiling and wrapping put words before a name
                              */
    const clip_convention *convention;
    const char *prefix; /* "module." */
} clip_naming;

/* names.c: the file's, by the first sign that it has; those of its names that are a word and a dot, then `name`, a line
 * each, or NULL: there are none. */
clip_naming clip_naming_of(ablate_builder *, const clip_settings *);
const char *clip_prefixed(ablate_builder *, const clip_settings *, const char *name);

#endif
