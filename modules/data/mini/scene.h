/* scene.h: how an object lies in the picture, and what is seen then. */
#ifndef MINI_SCENE_H
#define MINI_SCENE_H
#include "class.h"

pose pose_draw(const studio *, stream *);

/* The studio with the ranges of pose and light times `vary`, about their middles. */
studio studio_steady(const studio *, float vary);

/* Evaluates a class over the picture, or over the part of it that a flaw reaches. */
void scene_paint(const mini_class *, const void *model, pose, const flaw *, surface *at);

#endif
