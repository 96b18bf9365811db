/* damage.c: the kinds of damage. */
#include "damage_parts.h"
#include <stddef.h>

const damage_kind damage_kinds[] = {
    { "scratched", "a scratch", true, 0, NULL, paint_scratch },
    { "cracked", "a crack", true, 0, NULL, paint_crack },
    { "cut", "a cut", true, 0, NULL, paint_cut },
    { "creased", "a crease", true, 0, NULL, paint_crease },
    { "stained", "a stain", true, 0, NULL, paint_stain },
    { "dirty", "dirt", true, 0, NULL, paint_dirt },
    { "dusty", "dust", true, 0, NULL, paint_dust },
    { "burnt", "a burn", true, 0, NULL, paint_burn },
    { "faded", "a faded spot", true, 0, NULL, paint_fade },
    { "rusty", "rust", true, 0, NULL, paint_rust },
    { "smeared", "a smear", true, 0, NULL, paint_smear },
    { "wet", "water drops", true, 0, NULL, paint_drops },
    { "moldy", "mold", true, 0, NULL, paint_mold },
    { "splashed", "paint", true, 0, NULL, paint_splash },
    { "dented", "a dent", true, 0, NULL, paint_dent },
    { "punctured", "a hole", true, 0, carve_holes, NULL },
    { "torn", "a tear", true, 0, carve_tear, NULL },
    { "chipped", "a chip", false, DAMAGE_AT_EDGE, carve_chips, NULL },
    { "incomplete", "a missing part", false, DAMAGE_BEYOND, carve_part, NULL },
    { "bent", "a bend", false, DAMAGE_BENT, NULL, NULL },
    { "broken", "a broken part", false, DAMAGE_BROKEN, NULL, NULL },
    { NULL, NULL, false, 0, NULL, NULL },
};

int damage_count(void)
{
    int n = 0;
    while (damage_kinds[n].adjective)
        n++;
    return n;
}
