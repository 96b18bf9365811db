#include "dataset_survey.h"
#include "../base/diag.h"
#include <stdlib.h>

void dataset_survey_free(dataset_survey *s)
{
    image_survey_free(&s->pictures);
    image_survey_free(&s->masks);
    free(s->path);
    *s = (dataset_survey){ 0 };
}

int dataset_survey_make(dataset_survey *s, const dataset *d)
{
    *s = (dataset_survey){ .path = take(2 * (size_t)d->pictures, sizeof *s->path, "a list of files") };
    if (!s->path)
        return -1;
    for (int i = 0; i < d->pictures; i++) {
        s->path[i] = d->picture[i].path;
        s->path[d->pictures + i] = d->picture[i].path ? d->picture[i].mask : NULL;
    }
    if (image_survey_make(&s->pictures, s->path, d->pictures) < 0)
        return -1;
    return image_survey_make(&s->masks, s->path + d->pictures, d->pictures);
}

char *dataset_survey_turned(const dataset_survey *s)
{
    int pictures = image_survey_turned(&s->pictures), masks = image_survey_turned(&s->masks);
    if (pictures + masks == 0)
        return take_text("%s", "");
    char of_masks[60] = "";
    bool one = pictures == 1 && s->masks.files == 0;
    if (s->masks.files > 0)
        snprintf(of_masks, sizeof of_masks, " and %d of %d masks", masks, s->masks.files);
    return take_text("%d of %d pictures%s %s stored turned or mirrored and %s read upright, as %s orientation says",
                     pictures, s->pictures.files, of_masks, one ? "is" : "are", one ? "is" : "are",
                     one ? "its" : "their");
}
