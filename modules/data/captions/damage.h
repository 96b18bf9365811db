/* damage.h: what can be wrong with a thing. A damage first carves the outline, then paints the surface. */
#ifndef CAPTIONS_DAMAGE_H
#define CAPTIONS_DAMAGE_H
#include "canvas.h"
#include "draw.h"

typedef struct damage {
    int kind;      /* index of damage_kinds */
    float x, y;    /* pixels */
    float size;    /* pixels, about half its extent */
    float angle;   /* its direction */
    float light;   /* where the picture's light comes from */
    uint32_t seed; /* of its own details */
} damage;

enum {
    DAMAGE_BENT = 1,
    DAMAGE_BROKEN,
    DAMAGE_AT_EDGE,
    DAMAGE_BEYOND
}; /* what the scene does itself, and where it puts it */
typedef struct damage_kind {
    const char *adjective, *noun;                        /* "scratched", "a scratch" */
    bool on_surface;                                     /* also where no outline is seen */
    int place;                                           /* of the above, or 0 */
    void (*carve)(canvas *, const damage *, int object); /* changes distances; may be NULL */
    void (*paint)(canvas *, const damage *, int object); /* changes colours; may be NULL */
} damage_kind;
extern const damage_kind damage_kinds[]; /* ended by a NULL adjective */
int damage_count(void);

#endif
