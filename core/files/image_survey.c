#include "image_survey.h"
#include "../base/diag.h"
#include "../base/workers.h"
#include <stdlib.h>

enum { NAMED = 5, TURNED = 0 }; /* TURNED stands for an orientation above 1 where a bit of `beside` is asked for */

void image_survey_free(image_survey *s)
{
    free(s->fact);
    *s = (image_survey){ 0 };
}

/* Whoever reads the file complains. */
static int look_at(void *context, int i)
{
    image_survey *s = context;
    s->fact[i] = (image_facts){ .orientation = 1, .frames = 1 };
    if (s->path[i] && image_look(s->path[i], &s->fact[i]) < 0) {
        s->fact[i] = (image_facts){ .orientation = 1, .frames = 1 };
        complaint_clear();
    }
    return 0;
}

int image_survey_make(image_survey *s, const char *const *path, int count)
{
    *s = (image_survey){ path, take((size_t)count, sizeof *s->fact, "what pictures say"), count, 0 };
    for (int i = 0; i < count; i++)
        s->files += path[i] != NULL;
    return s->fact ? workers_run(count, look_at, s) : -1;
}

static bool has(const image_survey *s, int i, unsigned what)
{
    return what == TURNED ? s->fact[i].orientation > 1 : (s->fact[i].beside & what) != 0;
}

static int count_of(const image_survey *s, unsigned what)
{
    int count = 0;
    for (int i = 0; i < s->count; i++)
        count += has(s, i, what);
    return count;
}

int image_survey_turned(const image_survey *s)
{
    return count_of(s, TURNED);
}

static void print_names(const image_survey *s, unsigned what, int count, FILE *to)
{
    int named = 0;
    for (int i = 0; i < s->count && named < NAMED; i++) {
        if (!has(s, i, what))
            continue;
        fprintf(to, "%s %s", named++ ? "," : ":", s->path[i]);
        if (what == TURNED)
            fprintf(to, " (%d)", s->fact[i].orientation);
    }
    if (count > NAMED)
        fprintf(to, " and %d more", count - NAMED);
    fprintf(to, "\n");
}

void image_survey_print(const image_survey *s, const char *what, bool masks, FILE *to)
{
    static const struct {
        unsigned what;
        bool of_masks;
        const char *sentence;
    } kinds[] = {
        { TURNED, true, "are stored turned or mirrored and are read upright, as their orientation says" },
        { IMAGE_ODD_ORIENTATION, true, "have an orientation that is none of 1 to 8 and are read as they are stored" },
        { IMAGE_ALPHA, true, "have transparency, which is dropped: the colours alone are read" },
        { IMAGE_DEEP, false, "have 16 bits a sample, of which the upper eight are read" },
        { IMAGE_PROFILE, false, "have a colour profile or gamma, which is not applied" },
        { IMAGE_MORE, true, "hold further pictures behind the first, which alone is read" },
    };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        int count = masks && !kinds[k].of_masks ? 0 : count_of(s, kinds[k].what);
        if (count == 0)
            continue;
        fprintf(to, "%d of %d %s %s", count, s->files, what, kinds[k].sentence);
        print_names(s, kinds[k].what, count, to);
    }
}
