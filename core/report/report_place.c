#include "report_place.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/hash.h"
#include "document_file.h"
#include "document_forms.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char *const endings[] = { "md", "tsv", "tex", "sheet" };
enum { SHEETS = 3, ENDINGS = 4 };
static const char written[] = "Written by ablate; do not edit. ",
                  own[] = "Settings: ", changed[] = "Changed settings: ";

void report_place_free(report_place *p)
{
    arena_free(p->memory);
    *p = (report_place){ 0 };
}

/* "NAME-SCALE-CHANGES" of a report, where it cannot have the plain name. */
static const char *other_name(arena *memory, const char *name, const char *scale, const char *changes)
{
    char digits[65];
    hash_state state;
    hash_begin(&state);
    hash_add_text(&state, changes);
    hash_digest digest = hash_end(&state);
    hash_print(&digest, digits);
    return arena_print(memory, "%s-%s%s%.8s", name, *scale ? scale : "no-scale", *changes ? "-" : "",
                       *changes ? digits : "");
}

typedef struct present { /* the report that has the plain name */
    bool there, changed;
    char name[256]; /* that it would have otherwise; "": not said */
} present;

/* Reports of programs that did not say are of the files' own settings, and say the scale in their title,
 * perhaps with what the data stands for behind it. */
static void guess(const char *plain, FILE *from, present *p)
{
    const char *slash = strrchr(plain, '/'), *scale = NULL;
    char line[512];
    for (int i = 0; i < 4 && !scale && fgets(line, sizeof line, from); i++)
        if ((scale = strstr(line, " (scale ")) != NULL)
            snprintf(p->name, sizeof p->name, "%.100s-%.*s", slash + 1,
                     (int)strcspn(scale + 8, strstr(scale, ", changed settings)") ? ")" : ",)"), scale + 8);
}

static void read_sign(const char *plain, FILE *from, present *p)
{
    char line[512] = "";
    const char *sign = fgets(line, sizeof line, from) ? strstr(line, written) : NULL;
    sign = sign ? sign + strlen(written) : "";
    p->changed = strncmp(sign, changed, strlen(changed)) == 0;
    bool said = p->changed || strncmp(sign, own, strlen(own)) == 0;
    sign += !said ? 0 : strlen(p->changed ? changed : own);
    const char *end = said ? strstr(sign, ". ") : NULL;
    snprintf(p->name, sizeof p->name, "%.*s", end ? (int)(end - sign) : 0, sign);
    if (!said)
        guess(plain, from, p);
}

/* The first of the forms that is there tells: they are written and moved in this order. */
static int look(arena *memory, const char *plain, present *p)
{
    *p = (present){ 0 };
    for (int i = 0; i < ENDINGS && !p->there; i++) {
        const char *path = arena_print(memory, "%s.%s", plain, endings[i]);
        if (!path)
            return -1;
        FILE *from = fopen(path, "r");
        p->there = from != NULL;
        if (from) {
            read_sign(plain, from, p);
            fclose(from);
        }
    }
    return 0;
}

static int give_way(arena *memory, const char *folder, const char *plain, const char *name)
{
    for (int i = 0; i < ENDINGS; i++) {
        const char *from = arena_print(memory, "%s.%s", plain, endings[i]);
        const char *to = arena_print(memory, "%s/%s.%s", folder, name, endings[i]);
        if (!from || !to)
            return -1;
        if (rename(from, to) < 0 && errno != ENOENT)
            return complain("%s: cannot be renamed to %s: %s", from, to, strerror(errno));
    }
    return 0;
}

/* The plain name if it is free or of this report's settings, else NAME-SCALE-CHANGES. */
static int choose(const char *folder, const char *plain, const char *other, const char *changes, report_place *p)
{
    present now;
    if (look(p->memory, plain, &now) < 0)
        return -1;
    bool same = !now.there || strcmp(now.name, other) == 0, gives_way = now.changed && *now.name && !*changes;
    bool older = !*now.name && !*changes; /* of a program that did not say which settings: taken for the files' own */
    if (gives_way && !same && give_way(p->memory, folder, plain, now.name) < 0)
        return -1;
    if (gives_way && !same)
        p->note =
            arena_print(p->memory, "; what %s.md was, of changed settings, is %s/%s.md now", plain, folder, now.name);
    else if (!same && !older)
        p->note = arena_print(p->memory, "; %s.md is another report%s%s%s and stays", plain, *now.name ? " (" : "",
                              now.name, *now.name ? ")" : "");
    else
        p->note = "";
    p->path = same || gives_way || older ? plain : arena_print(p->memory, "%s/%s", folder, other);
    return p->path && p->note ? 0 : -1;
}

int report_place_find(const char *folder, const char *name, const char *scale, const char *changes, report_place *p)
{
    *p = (report_place){ .memory = arena_new() };
    if (!p->memory)
        return -1;
    const char *plain = arena_print(p->memory, "%s/%s", folder, name);
    const char *other = other_name(p->memory, name, scale, changes);
    if (!plain || !other)
        return -1;
    p->sign = arena_print(p->memory, "%s%s. ", *changes ? changed : own, other);
    p->part = arena_print(p->memory, "%s/%s-part", folder, other);
    return p->sign && p->part ? choose(folder, plain, other, changes, p) : -1;
}

int report_place_part(report_place *p, const char *lost)
{
    p->note = arena_print(p->memory, "; %s.md has numbers of which this folder has no run, as of %s, and stays",
                          p->path, lost);
    p->path = p->part;
    return p->note ? 0 : -1;
}

int report_place_whole(report_place *p)
{
    int removed = 0;
    for (int i = 0; i < ENDINGS; i++) {
        const char *path = arena_print(p->memory, "%s.%s", p->part, endings[i]);
        if (!path)
            return -1;
        removed += unlink(path) == 0;
    }
    if (removed)
        p->note = arena_print(p->memory, "%s; %s.md, of which it has all, is removed", p->note, p->part);
    return p->note ? 0 : -1;
}

int report_place_write(const report_place *p, const document *d)
{
    void (*const forms[])(const document *, const char *, FILE *) = { document_markdown, d->lines, document_tex };
    int status = 0;
    for (int i = 0; i < ENDINGS && status == 0; i++) {
        const char *path = arena_print(p->memory, "%s.%s", p->path, endings[i]);
        file_draft *draft = path && i < SHEETS ? file_draft_open(path) : NULL;
        if (draft)
            forms[i](d, p->sign, file_draft_stream(draft));
        status = draft ? file_commit(draft) : path && i == SHEETS ? document_write(d, path) : -1;
    }
    return status;
}

void report_place_say(const report_place *p, FILE *to)
{
    fprintf(to, "report: %s.md, .tsv and .tex%s\n", p->path, p->note);
}
