#include "report.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/folder.h"
#include "../base/name.h"
#include "document_file.h"
#include "document_plain.h"
#include "report_caption.h"
#include "report_gains.h"
#include "report_layouts.h"
#include "report_place.h"
#include <stdlib.h>
#include <string.h>

static int fill(const report_numbers *t, document *d)
{
    static report_layout *const layouts[] = { report_rows, report_classes, report_grid };
    const experiment *e = t->experiment;
    char title[400];
    d->title = document_text(d, report_title(*e->title ? e->title : e->name, e, e->changes, title));
    d->caption = report_caption(t, d->memory);
    d->experiment = document_text(d, e->path);
    d->lines = report_tsv;
    d->of = t;
    if (!d->caption || layouts[e->layout](t, d) < 0)
        return -1;
    document_rank(d);
    return document_good(d) ? 0 : -1;
}

static document *document_of(const report_numbers *t)
{
    document *d = t ? document_new() : NULL;
    if (!d || fill(t, d) == 0)
        return d;
    document_free(d);
    return NULL;
}

/* ---- the place ---- */

enum { FIELDS = 8 };

/* Would the row's number of this seed be lost? */
static bool is_lost(const report_numbers *t, const char *row, const char *seed)
{
    const experiment *e = t->experiment;
    for (int r = 0; r < e->row_count; r++)
        if (strcmp(e->rows[r].name, row) == 0) {
            bool kept = e->rows[r].others > 0 || !e->rows[r].applicable;
            for (int i = 0; i < t->row[r].runs && !kept; i++)
                kept = t->row[r].run[i]->seed == strtol(seed, NULL, 10);
            return !kept;
        }
    return false;
}

/* What a report on disk has that no run of its folder stands for any more, as in a copy of the results without the
 * runs. "row i, seed 1": the first number of PATH.tsv that is of a row of the report, but of none of its runs nor of
 * any other finished run of the row (row->others). "": there is none, or no such file. Returns `text`. */
static const char *find_lost(const report_numbers *t, const char *path, char text[200])
{
    char *name = take_text("%s.tsv", path), *line = NULL;
    size_t room = 0;
    FILE *from = name ? fopen(name, "r") : NULL;
    text[0] = 0;
    while (from && !*text && getline(&line, &room, from) > 0) {
        char *field[FIELDS], *rest = line;
        int n = 0;
        while (n < FIELDS && (field[n] = strsep(&rest, "\t")) != NULL)
            n++;
        if (n > 3 && *line != '#' && name_read(field[0]) < 0)
            continue;
        const char *seed = n > 3 && *line != '#' ? field[n - 2] : "";
        if (*seed && !seed[strspn(seed, "0123456789")] && is_lost(t, field[0], seed))
            snprintf(text, 200, "row %.150s, seed %.20s", field[0], seed);
    }
    if (from)
        fclose(from);
    free(line);
    free(name);
    return text;
}

/* Where the report is to be, which is not where it would take the place of more than it has. */
static int find_place(const report_numbers *t, const char *folder, report_place *place)
{
    const experiment *e = t->experiment;
    char lost[200];
    if (report_place_find(folder, e->name, e->scale, e->changes ? e->changes : "", place) < 0)
        return -1;
    return *find_lost(t, place->path, lost) ? report_place_part(place, lost) : 0;
}

static int drop_part(const report_numbers *t, report_place *place)
{
    char lost[200];
    bool is_part = strcmp(place->path, place->part) == 0;
    return is_part || *find_lost(t, place->part, lost) ? 0 : report_place_whole(place);
}

/* Files of one name in two folders share their report's name: the later takes the place of the earlier, which must not
 * go unsaid. The earlier's path; NULL: it is of the same file, or none that is still there. */
static const char *other_file(const report_place *place, const experiment *e)
{
    const char *path = arena_print(place->memory, "%s.sheet", place->path), *other = NULL;
    document *d = path && file_exists(path) ? document_read(path) : NULL;
    if (d && file_exists(d->experiment) && !folder_same(d->experiment, e->path))
        other = arena_text(place->memory, d->experiment);
    complaint_clear(); /* a damaged file is replaced */
    document_free(d);
    return other;
}

static int write_files(const report_numbers *t, const document *d, report_place *place)
{
    const char *other = other_file(place, t->experiment);
    int status = report_place_write(place, d);
    if (status == 0)
        status = drop_part(t, place);
    if (status == 0)
        report_place_say(place, stdout);
    if (status == 0 && other)
        printf("report: %s.md was of %s until now, a file of the same name as %s; give one of them another --out\n",
               place->path, other, t->experiment->path);
    return status;
}

/* With the draws that its gains and claims need. NULL: complained. */
static report_numbers *numbers_of(const experiment *e, const run_record *records, int count, const char *folder)
{
    report_numbers *t = report_numbers_make(e, records, count);
    bool wanted = e->gain >= 0 || e->claim_count > 0;
    if (!t || !wanted || report_gains_read(t, folder) == 0)
        return t;
    report_numbers_free(t);
    return NULL;
}

int report_write(const experiment *e, const run_record *records, int count, const char *folder)
{
    report_numbers *t = numbers_of(e, records, count, folder);
    document *d = document_of(t);
    report_place place = { 0 };
    int status = d ? find_place(t, folder, &place) : -1;
    if (status == 0)
        status = write_files(t, d, &place);
    report_place_free(&place);
    document_free(d);
    report_numbers_free(t);
    return status;
}

int report_print(const experiment *e, const run_record *records, int count, const char *folder, FILE *out)
{
    report_numbers *t = numbers_of(e, records, count, folder);
    document *d = document_of(t);
    int status = d ? document_plain(d, out) : -1;
    document_free(d);
    report_numbers_free(t);
    return status;
}
