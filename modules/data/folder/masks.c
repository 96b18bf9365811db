#include "masks.h"
#include "names.h"
#include <string.h>

#define MARK "_mask"

size_t stem_length(const char *file)
{
    const char *dot = strrchr(file, '.');
    return dot ? (size_t)(dot - file) : strlen(file);
}

/* "000_mask.png" and "000.png" are masks of "000.jpg". */
static bool is_mask_of(const char *mask, const char *picture)
{
    size_t stem = stem_length(picture), own = stem_length(mask), mark = strlen(MARK);
    bool marked = own == stem + mark && strncmp(mask + stem, MARK, mark) == 0;
    return strncmp(mask, picture, stem) == 0 && (own == stem || marked);
}

/* What was looked for, and what there is instead: names that begin alike, else any. */
static int complain_of_none(ablate_builder *b, const char *path, const ablate_entry *masks, const char *picture_path,
                            const char *picture)
{
    const char *stem = ablate_text(b, "%.*s", (int)stem_length(picture), picture);
    const char *alike = first_names(b, masks, stem), *any = *alike ? alike : first_names(b, masks, "");
    return ablate_fail(b,
                       "%s/%s: its mask %s/%s" MARK ".png is missing, and so is one of another picture format, or "
                       "without " MARK "; there is %s: add or rename it",
                       picture_path, picture, path, stem, *any ? any : "nothing");
}

const char *mask_find(ablate_builder *b, const char *path, const ablate_entry *masks, const char *picture_path,
                      const char *picture)
{
    const char *found = NULL;
    for (const ablate_entry *m = masks; m->name; m++) {
        if (m->kind != ABLATE_PICTURE || !is_mask_of(m->name, picture))
            continue;
        if (found) {
            ablate_fail(b, "%s/%s: it has two masks in %s, %s and %s; remove one", picture_path, picture, path, found,
                        m->name);
            return NULL;
        }
        found = m->name;
    }
    if (!found)
        complain_of_none(b, path, masks, picture_path, picture);
    return found;
}

static bool picture_found(const ablate_entry *pictures, const char *mask)
{
    for (; pictures && pictures->name; pictures++)
        if (pictures->kind == ABLATE_PICTURE && is_mask_of(mask, pictures->name))
            return true;
    return false;
}

int masks_check(ablate_builder *b, const char *mask_path, const char *picture_path, bool partial)
{
    bool alone = is_no_folder(picture_path);
    const ablate_entry *mask = ablate_folder(b, mask_path), *pictures = alone ? NULL : ablate_folder(b, picture_path);
    int status = mask && (alone || pictures) ? 0 : -1;
    for (; status == 0 && mask->name; mask++)
        if (mask->kind != ABLATE_PICTURE)
            status = ablate_unused(b, "%s/%s: %s", mask_path, mask->name,
                                   mask->why ? mask->why : "a folder in a folder of masks");
        else if (!partial && !picture_found(pictures, mask->name))
            status = ablate_fail(b, "%s/%s: a mask without its picture in %s; add the picture, or remove the mask",
                                 mask_path, mask->name, picture_path);
    return status;
}
