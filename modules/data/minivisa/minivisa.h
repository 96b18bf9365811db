/* minivisa.h: the classes of the data set, and what they share beyond mini's drawing tools (../mini/class.h). */
#ifndef MINIVISA_H
#define MINIVISA_H
#include "../mini/class.h"
#include "../mini/marks.h"

extern const mini_class class_pcb1, class_pcb2, class_pcb3, class_pcb4, class_macaroni1, class_macaroni2,
    class_capsules, class_candle, class_cashew, class_chewinggum, class_fryum, class_pipe_fryum;

/* spots.c: flaws of the surface that mini does not know: a spot of another colour, a burn, a bubble under the surface,
 * a lump of the object's own stuff. */
mark mark_spot, mark_burn, mark_bubble, mark_lump;

#endif
