/* render.h: a scene -> pixels. */
#ifndef CAPTIONS_RENDER_H
#define CAPTIONS_RENDER_H
#include "scene.h"

/* Fills rgb, side x side x 3 bytes; `work` is scratch and need not be initialised. */
void render_scene(const scene *, canvas *work, uint8_t *rgb);

#endif
