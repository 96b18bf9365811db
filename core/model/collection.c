#include "collection.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/folder.h"
#include "../files/weights.h"
#include "../graph/analysis.h"
#include <stdlib.h>
#include <string.h>

#define FILE_BEGIN "collected."
#define FILE_END   ".safetensors"

void collections_close(collections *c)
{
    for (int i = 0; i < c->count; i++)
        free(c->one[i]);
    free(c->one);
    *c = (collections){ 0 };
}

char *collection_path(const char *folder, const ablate_value *made)
{
    return take_text("%s/" FILE_BEGIN "%s" FILE_END, folder, made->name);
}

/* ---- what may be collected ---- */

static int check_value(const collection *c)
{
    const graph *g = c->graph;
    const ablate_value *made = c->made;
    dependence *known = take((size_t)g->values, sizeof *known, "an analysis");
    if (!known)
        return -1;
    analysis_dependence(g, c->all->run->batch, known);
    const bool decided = known[c->value->id] == DEPENDS_ON_PICTURE;
    const bool frozen = !c->which || known[c->which->id] == DEPENDS_ON_NOTHING;
    free(known);
    if (!decided)
        return complain_at(made->file, made->line,
                           "'%s' is collected from a value that the picture alone does not decide, or that is the same "
                           "for all; take one without parameters and random numbers",
                           made->name);
    if (!frozen || (c->which && c->which->shape.rank != 1))
        return complain_at(made->file, made->line,
                           "the rows of '%s' must be chosen by a frozen tensor with one axis; these are %s", made->name,
                           shape_words(&c->which->shape).text);
    return 0;
}

static int set_shape(collection *c, int pictures)
{
    const ablate_shape *of = &c->value->shape;
    ablate_value *made = c->made;
    made->shape = *of;
    made->shape.dim[0] = pictures;
    const int64_t width = of->dim[of->rank - 1], rows = shape_size(&made->shape) / width;
    if (!c->which)
        return 0;
    if (of->rank < 2 || c->which->shape.dim[0] > rows)
        return complain_at(made->file, made->line, "'%s' has %lld rows, of which %s cannot be chosen", made->name,
                           (long long)rows, shape_words(&c->which->shape).text);
    made->shape = (ablate_shape){ 2, { c->which->shape.dim[0], width } };
    return 0;
}

/* Until it is known which pictures these are, see collect_begin. */
static hash_digest first_digest(const collection *c)
{
    char text[65];
    const hash_digest of = value_digest(c->value);
    hash_print(&of, text);
    return collection_digest(text);
}

static int compute(void *context, float *out)
{
    collection *c = context;
    return c->all->compute ? c->all->compute(c, out)
                           : complain("'%s' cannot be computed here: nothing was collected", c->made->name);
}

/* ---- those of a finished run ---- */

static int fetch_kept(void *context, float *out)
{
    const collection *c = context;
    char *path = collection_path(c->all->kept, c->made);
    weights *w = path ? weights_open(path) : NULL;
    int status = w ? weights_load(w, c->made->name, out) : -1;
    weights_close(w);
    free(path);
    return status;
}

/* How many pictures the run's files are of, whichever is found first; -1: complained. */
static int count_kept(const collection *c)
{
    const char *folder = c->all->kept;
    folder_list found;
    int pictures = 0, status = folder_ending(folder, FILE_END, &found);
    for (int i = 0; i < found.count && status == 0 && pictures == 0; i++) {
        if (strncmp(found.entry[i].name, FILE_BEGIN, strlen(FILE_BEGIN)) != 0)
            continue;
        char *path = take_text("%s/%s" FILE_END, folder, found.entry[i].name);
        weights *w = path ? weights_open(path) : NULL;
        const char *note = w ? weights_note(w, COLLECTION_PICTURES) : NULL;
        pictures = note ? atoi(note) : 0;
        status = w ? 0 : -1;
        weights_close(w);
        free(path);
    }
    folder_free(&found);
    if (status == 0 && pictures < 1)
        return complain("%s: it keeps no '%s', which '%s' wants now: its code has changed since; train it again",
                        folder, c->made->name, c->made->module);
    return status < 0 ? -1 : pictures;
}

/* What served only to choose rows of another is not kept, and never asked for again. */
static int enter_kept(collection *c)
{
    ablate_value *made = c->made;
    char *path = collection_path(c->all->kept, made);
    const bool there = path && file_exists(path);
    weights *w = there ? weights_open(path) : NULL;
    const weights_tensor *t = w ? weights_find(w, made->name) : NULL;
    int status = path && (w || !there) ? 0 : -1;
    if (w && (!t || !shape_same(&t->shape, &made->shape)))
        status = complain(
            "%s: '%s' is %s, but '%s' wants %s now: its code or settings have changed since; train it again", path,
            made->name, t ? shape_words(&t->shape).text : "not there", made->module, shape_words(&made->shape).text);
    if (w && status == 0)
        made->source = (value_source){ fetch_kept, c, collection_digest(weights_note(w, COLLECTION_IDENTITY)) };
    weights_close(w);
    free(path);
    return status;
}

hash_digest collection_digest(const char *identity)
{
    hash_state state;
    hash_begin(&state);
    hash_add_text(&state, identity);
    return hash_end(&state);
}

/* ---- as a module composes ---- */

/* -1: complained. */
static int count_pictures(const collection *c)
{
    const collections *all = c->all;
    const dataset *d = all->session ? session_data(all->session, all->run->data, all->from) : NULL;
    if (all->kept)
        return count_kept(c);
    if (!all->session)
        return complain_at(c->made->file, c->made->line,
                           "'%s' is collected from training pictures, and there are none here", c->made->name);
    int pictures = d ? dataset_count(d, false) : -1;
    return pictures == 0 ? complain("data '%s' has no training pictures, from which '%s' is to be collected", d->spec,
                                    c->made->name)
                         : pictures;
}

int collections_enter(void *collector, const graph *g, ablate_value *made, const ablate_value *value,
                      ablate_value *which)
{
    collections *all = collector;
    collection *c =
        TAKE_ROOM(all->one, all->count, "what is collected") ? take_zeroed(1, sizeof *c, "what is collected") : NULL;
    if (!c)
        return -1;
    all->one[all->count++] = c;
    *c = (collection){ .all = all, .graph = g, .made = made, .value = value, .which = which };
    if (check_value(c) < 0)
        return -1;
    const int pictures = count_pictures(c);
    if (pictures < 0 || set_shape(c, pictures) < 0)
        return -1;
    made->source = (value_source){ compute, c, first_digest(c) };
    return all->kept ? enter_kept(c) : 0;
}
