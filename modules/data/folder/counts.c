#include "counts.h"
#include "names.h"
#include <stdlib.h>
#include <string.h>

static folder_count *count_find(const counts *c, const char *class_name, const char *folder)
{
    for (int i = 0; i < c->used; i++)
        if (strcmp(c->entry[i].class_name, class_name) == 0 && strcmp(c->entry[i].folder, folder) == 0)
            return &c->entry[i];
    return NULL;
}

int counts_add(ablate_builder *b, counts *c, const char *class_name, const char *folder, int pictures)
{
    folder_count *known = count_find(c, class_name, folder);
    if (known) {
        known->pictures += pictures;
        return 0;
    }
    if (c->used == c->room) {
        int room = c->room ? 2 * c->room : 128;
        folder_count *grown = realloc(c->entry, (size_t)room * sizeof *grown);
        if (!grown)
            return ablate_fail(b, "out of memory for counts of pictures");
        c->entry = grown;
        c->room = room;
    }
    c->entry[c->used++] = (folder_count){ class_name, folder, pictures };
    return 0;
}

/* The next "FOLDER NUMBER" of a published class; false at the end. */
static bool next_published(const char **text, char folder[64], int *pictures)
{
    size_t length = strcspn(*text, " ");
    if (length == 0 || length >= 64)
        return false;
    memcpy(folder, *text, length);
    folder[length] = 0;
    char *end;
    *pictures = (int)strtol(*text + length, &end, 10);
    *text = end + strspn(end, " ");
    return true;
}

static int published_pictures(const char *text, const char *folder)
{
    char known[64];
    int pictures;
    while (next_published(&text, known, &pictures))
        if (strcmp(known, folder) == 0)
            return pictures;
    return 0;
}

static bool deviates(const collection *of, int found, int wanted)
{
    return found > wanted || (found < wanted && !of->partial);
}

/* What deviates in one class: its first folder and how many more; "" if nothing does. */
static const char *class_deviation(ablate_builder *b, const collection *of, const counts *c, const published *p)
{
    char folder[64];
    const char *text = p->counts, *first = "";
    int wanted, all = 0, deviating = 0;
    while (next_published(&text, folder, &wanted)) {
        const folder_count *known = count_find(c, p->class_name, folder);
        int found = known ? known->pictures : 0;
        all += found;
        if (deviates(of, found, wanted) && deviating++ == 0)
            first = ablate_text(b, "%s %d/%d", folder, found, wanted);
    }
    for (int i = 0; i < c->used; i++) {
        const folder_count *other = &c->entry[i];
        if (strcmp(other->class_name, p->class_name) != 0 || published_pictures(p->counts, other->folder) > 0)
            continue;
        all += other->pictures;
        if (deviates(of, other->pictures, 0) && deviating++ == 0)
            first = ablate_text(b, "%s %d/0", other->folder, other->pictures);
    }
    if (deviating == 0)
        return "";
    if (all == 0)
        return ablate_text(b, "%s missing", p->class_name);
    return deviating == 1 ? ablate_text(b, "%s %s", p->class_name, first)
                          : ablate_text(b, "%s %s (+%d)", p->class_name, first, deviating - 1);
}

static const char *joined(ablate_builder *b, const char *text, const char *more)
{
    return *more ? ablate_text(b, "%s%s%s", text, *text ? ", " : "", more) : text;
}

static const published *published_find(const collection *of, const char *class_name)
{
    for (const published *p = of->published; p->class_name; p++)
        if (strcmp(p->class_name, class_name) == 0)
            return p;
    return NULL;
}

static const char *all_deviations(ablate_builder *b, const collection *of, const char **chosen, const counts *c)
{
    const char *text = "";
    for (const published *p = of->published; p->class_name; p++)
        if (!chosen[0] || has_name(chosen, p->class_name))
            text = joined(b, text, class_deviation(b, of, c, p));
    for (int i = 0; i < c->used; i++) {
        const char *name = c->entry[i].class_name;
        bool again = i > 0 && strcmp(c->entry[i - 1].class_name, name) == 0;
        if (!published_find(of, name) && !again)
            text = joined(b, text, ablate_text(b, "%s unknown", name));
    }
    return text;
}

static bool any_published(const collection *of, const counts *c)
{
    for (int i = 0; i < c->used; i++)
        if (c->entry[i].pictures > 0 && published_find(of, c->entry[i].class_name))
            return true;
    return false;
}

int counts_check(ablate_builder *b, const collection *of, const counts *c)
{
    const char **chosen = names_of_words(b, of->classes);
    if (!chosen)
        return -1;
    const char *text = all_deviations(b, of, chosen, c);
    free(chosen);
    bool any = any_published(of, c);
    if (!*text && (any || !c->missing))
        return 0;
    if (!any)
        return ablate_fail(b, "%s: no class of %s there%s%s; correct %s.path, or use folder:PATH for other pictures",
                           of->path, of->title, c->missing ? "; the first that is missing: " : "",
                           c->missing ? c->missing : "", of->module);
    if (of->partial)
        return ablate_fail(b, "%s: more than %s holds, pictures found/published: %s; remove them, or use folder:PATH",
                           of->path, of->title, text);
    return ablate_fail(b,
                       "%s: not all of %s, pictures found/published: %s%s%s; copy it again, or take what is there with "
                       "%s.partial = yes",
                       of->path, of->title, text, c->missing ? "; the first that is missing: " : "",
                       c->missing ? c->missing : "", of->module);
}
