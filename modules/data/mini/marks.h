/* marks.h: flaws of the surface that any class may have. */
#ifndef MINI_MARKS_H
#define MINI_MARKS_H
#include "class.h"

/* In marks.c and blobs.c. */
mark mark_scratch, mark_crack, mark_hole, mark_dent, mark_stain, mark_oil, mark_debris, mark_cut, mark_fibre, mark_glue,
    mark_fold, mark_print, mark_staple, mark_rough, mark_stroke, mark_chip;

#endif
