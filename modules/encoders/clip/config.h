/* config.h: what the files that read a configuration beside the weights share, and nobody else. */
#ifndef CLIP_CONFIG_H
#define CLIP_CONFIG_H
#include "clip.h"

typedef struct clip_layout { /* of a file; sections with their dots */
    const char *file, *top, *image, *text;
    bool open_clip;
} clip_layout;

/* config_check.c: complains that the file says `value` at section and key, "but ...". -1. */
int clip_config_refuse(ablate_builder *, const clip_settings *, const clip_layout *, const char *section,
                       const char *key, const char *value, const char *but);

/* config_check.c: whether the file's sizes are those of the tensors; whether a section of open_clip's file describes a
 * tower of another kind. 0, or -1 and a complaint. */
int clip_config_sizes(ablate_builder *, const clip_settings *, const clip_layout *, const clip_sizes *);
int clip_config_plain(ablate_builder *, const clip_settings *, const clip_layout *, const char *section);

#endif
