/* damage_parts.h: what the files of damage share: its painters, which change colours, and carvers, which change
 * distances, each of one kind. */
#ifndef CAPTIONS_DAMAGE_PARTS_H
#define CAPTIONS_DAMAGE_PARTS_H
#include "damage.h"

#define DAMAGE_PI   3.14159265f
#define DAMAGE_DARK ((const float[3]){ 0.06f, 0.05f, 0.05f })
#define DAMAGE_PALE ((const float[3]){ 0.95f, 0.94f, 0.9f })

static inline draw_stream damage_details(const damage *d)
{
    return draw_begin(d->seed, 0, 3);
}

typedef void damage_maker(canvas *, const damage *, int object);

damage_maker paint_scratch, paint_crack, paint_cut, paint_crease; /* damage_lines.c */
damage_maker paint_stain, paint_dirt, paint_dust, paint_burn, paint_fade, paint_rust, paint_smear, paint_drops,
    paint_mold, paint_splash, paint_dent;                      /* damage_spots.c: what lies on the surface */
damage_maker carve_holes, carve_tear, carve_chips, carve_part; /* damage_gaps.c: what is gone */

#endif
