#include "report_place.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/hash.h"
#include "document_file.h"
#include "document_forms.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const endings[] = { "md", "tsv", "tex", "sheet" };
enum { SHEETS = 3, ENDINGS = 4 };
static const char written[] = "Written by ablate; do not edit. ",
                  own[] = "Settings: ", changed[] = "Changed settings: ";

void report_place_free(report_place *p)
{
    free(p->path);
    free(p->sign);
    free(p->note);
    free(p->part);
    *p = (report_place){ 0 };
}

/* "NAME-SCALE-CHANGES" of a report, where it cannot have the plain name. */
static char *other_name(const char *name, const char *scale, const char *changes)
{
    char digits[65];
    hash_state state;
    hash_begin(&state);
    hash_add_text(&state, changes);
    hash_digest digest = hash_end(&state);
    hash_print(&digest, digits);
    return take_text("%s-%s%s%.8s", name, *scale ? scale : "no-scale", *changes ? "-" : "", *changes ? digits : "");
}

typedef struct present { /* the report that has the plain name */
    bool there, changed;
    char name[256]; /* that it would have otherwise; "": not said */
} present;

/* Reports of programs that did not say are of the files' own settings, and say the scale in their title. */
static void guess(const char *plain, FILE *from, present *p)
{
    const char *slash = strrchr(plain, '/'), *scale = NULL;
    char line[512];
    for (int i = 0; i < 4 && !scale && fgets(line, sizeof line, from); i++)
        if ((scale = strstr(line, " (scale ")) != NULL)
            snprintf(p->name, sizeof p->name, "%.100s-%.*s", slash + 1, (int)strcspn(scale + 8, ")"), scale + 8);
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
static int look(const char *plain, present *p)
{
    *p = (present){ 0 };
    for (int i = 0; i < ENDINGS && !p->there; i++) {
        char *path = take_text("%s.%s", plain, endings[i]);
        FILE *from = path ? fopen(path, "r") : NULL;
        p->there = from != NULL;
        if (from)
            read_sign(plain, from, p);
        if (from)
            fclose(from);
        free(path);
        if (!path)
            return -1;
    }
    return 0;
}

static int give_way(const char *folder, const char *plain, const char *name)
{
    for (int i = 0; i < ENDINGS; i++) {
        char *from = take_text("%s.%s", plain, endings[i]), *to = take_text("%s/%s.%s", folder, name, endings[i]);
        int status = from && to ? 0 : -1;
        if (status == 0 && rename(from, to) < 0 && errno != ENOENT)
            status = complain("%s: cannot be renamed to %s: %s", from, to, strerror(errno));
        free(from);
        free(to);
        if (status < 0)
            return -1;
    }
    return 0;
}

/* The plain name if it is free or of this report's settings, else NAME-SCALE-CHANGES. */
static int choose(const char *folder, const char *plain, const char *other, const char *changes, report_place *p)
{
    present now;
    if (look(plain, &now) < 0)
        return -1;
    bool same = !now.there || strcmp(now.name, other) == 0, gives_way = now.changed && *now.name && !*changes;
    bool older = !*now.name && !*changes; /* of a program that did not say which settings: taken for the files' own */
    if (gives_way && !same && give_way(folder, plain, now.name) < 0)
        return -1;
    if (gives_way && !same)
        p->note = take_text("; what %s.md was, of changed settings, is %s/%s.md now", plain, folder, now.name);
    else if (!same && !older)
        p->note = take_text("; %s.md is another report%s%s%s and stays", plain, *now.name ? " (" : "", now.name,
                            *now.name ? ")" : "");
    else
        p->note = take_text("%s", "");
    p->path = same || gives_way || older ? take_text("%s", plain) : take_text("%s/%s", folder, other);
    return p->path && p->note ? 0 : -1;
}

int report_place_find(const char *folder, const char *name, const char *scale, const char *changes, report_place *p)
{
    char *plain = take_text("%s/%s", folder, name), *other = other_name(name, scale, changes);
    *p = (report_place){ .sign = other ? take_text("%s%s. ", *changes ? changed : own, other) : NULL };
    p->part = other ? take_text("%s/%s-part", folder, other) : NULL;
    int status = plain && p->sign && p->part ? choose(folder, plain, other, changes, p) : -1;
    free(plain);
    free(other);
    return status;
}

int report_place_part(report_place *p, const char *lost)
{
    char *note = take_text("; %s.md has numbers of which this folder has no run, as of %s, and stays", p->path, lost);
    char *path = take_text("%s", p->part);
    if (!note || !path) {
        free(note);
        free(path);
        return -1;
    }
    free(p->note);
    free(p->path);
    p->note = note;
    p->path = path;
    return 0;
}

int report_place_whole(report_place *p)
{
    int removed = 0;
    for (int i = 0; i < ENDINGS; i++) {
        char *path = take_text("%s.%s", p->part, endings[i]);
        if (!path)
            return -1;
        removed += unlink(path) == 0;
        free(path);
    }
    char *note = removed ? take_text("%s; %s.md, of which it has all, is removed", p->note, p->part) : NULL;
    if (removed && !note)
        return -1;
    free(note ? p->note : NULL);
    p->note = note ? note : p->note;
    return 0;
}

static int write_form(const report_place *p, const document *d, const char *ending,
                      void (*form)(const document *, const char *, FILE *))
{
    char *path = take_text("%s.%s", p->path, ending);
    file_draft *draft = path ? file_draft_open(path) : NULL;
    free(path);
    if (!draft)
        return -1;
    form(d, p->sign, file_draft_stream(draft));
    return file_commit(draft);
}

int report_place_write(const report_place *p, const document *d)
{
    void (*const forms[])(const document *, const char *, FILE *) = { document_markdown, d->lines, document_tex };
    int status = 0;
    for (int i = 0; i < SHEETS && status == 0; i++)
        status = write_form(p, d, endings[i], forms[i]);
    char *path = status == 0 ? take_text("%s.%s", p->path, endings[SHEETS]) : NULL;
    status = path ? document_write(d, path) : -1;
    free(path);
    return status;
}

void report_place_say(const report_place *p, FILE *to)
{
    fprintf(to, "report: %s.md, .tsv and .tex%s\n", p->path, p->note);
}
