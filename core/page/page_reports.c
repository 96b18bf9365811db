/* page_reports.c: reports, as the kit's own programs write them in Markdown, as HTML: titles, rows, paragraphs,
 * **best**, <u>second best</u>, \-escapes. */
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/folder.h"
#include "page_parts.h"
#include "page_text.h"
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 128, WIDE = 26 };
enum { LEFT, MIDDLE, RIGHT };
static const char *const classes[] = { " class=\"left\"", " class=\"middle\"", "" };

typedef struct reader { /* of one report */
    const char *name;
    FILE *out;
    int align[COLUMNS], columns;
    bool inside, strong; /* rows and columns; a bold piece */
} reader;

/* Bytes of the character that begins here: UTF-8's first byte and those that go on. */
static size_t character(const char *at, size_t left)
{
    size_t n = 1;
    while (n < left && ((unsigned char)at[n] & 0xC0) == 0x80)
        n++;
    return n;
}

/* Text with its marks. */
static void print_marked(reader *r, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        const char *at = text + i;
        size_t left = length - i;
        if (*at == '\\' && left > 1) {
            size_t n = character(at + 1, left - 1);
            page_text_part(at + 1, n, r->out);
            i += n;
        } else if (left > 1 && strncmp(at, "**", 2) == 0) {
            fputs(r->strong ? "</strong>" : "<strong>", r->out);
            r->strong = !r->strong;
            i++;
        } else if (left > 2 && strncmp(at, "<u>", 3) == 0) {
            fputs("<u>", r->out);
            i += 2;
        } else if (left > 3 && strncmp(at, "</u>", 4) == 0) {
            fputs("</u>", r->out);
            i += 3;
        } else {
            size_t n = character(at, left);
            page_text_part(at, n, r->out);
            i += n - 1;
        }
    }
    if (r->strong)
        fputs("</strong>", r->out);
    r->strong = false;
}

/* Next cell of a line that begins behind a '|'; *length without blanks at its ends. NULL: there is none. */
static const char *cell_next(const char **at, const char *end, size_t *length)
{
    const char *start = *at;
    while (start < end && *start == ' ')
        start++;
    const char *stop = start;
    while (stop < end && (*stop != '|' || (stop > start && stop[-1] == '\\')))
        stop++;
    if (stop >= end)
        return NULL;
    *at = stop + 1;
    while (stop > start && stop[-1] == ' ')
        stop--;
    *length = (size_t)(stop - start);
    return start;
}

static bool is_rule(const char *line, size_t length)
{
    return length > 2 && strspn(line, "|:- ") >= length && memchr(line, '-', length);
}

static void read_rule(reader *r, const char *line, size_t length)
{
    const char *at = line + 1;
    size_t n;
    r->columns = 0;
    for (const char *cell; r->columns < COLUMNS && (cell = cell_next(&at, line + length, &n)) != NULL;) {
        bool left = n > 0 && cell[0] == ':', right = n > 0 && cell[n - 1] == ':';
        r->align[r->columns++] = left && right ? MIDDLE : right ? RIGHT : LEFT;
    }
}

static void print_row(reader *r, const char *line, size_t length, bool head)
{
    const char *at = line + 1;
    size_t n;
    fputs("<tr>", r->out);
    int c = 0;
    for (const char *cell; (cell = cell_next(&at, line + length, &n)) != NULL; c++) {
        int align = c < r->columns ? r->align[c] : LEFT;
        const char *tag = head ? "th" : "td";
        bool wide = !head && align == LEFT && n > WIDE;
        fprintf(r->out, "<%s%s%s>", tag, wide ? " class=\"left wide\"" : classes[align], head ? " scope=\"col\"" : "");
        print_marked(r, cell, n);
        fprintf(r->out, "</%s>", tag);
    }
    fputs("</tr>\n", r->out);
}

static void close_table(reader *r)
{
    if (r->inside)
        fputs("</tbody></table></div>\n", r->out);
    r->inside = false;
}

static void open_table(reader *r, const char *head, size_t length, const char *rule, size_t rule_length)
{
    read_rule(r, rule, rule_length);
    fprintf(
        r->out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"report\"><table class=\"report\"><thead>");
    print_row(r, head, length, true);
    fputs("</thead><tbody>\n", r->out);
    r->inside = true;
}

static void print_block(reader *r, const char *line, size_t length)
{
    size_t level = strspn(line, "#");
    if (length == 0 || strncmp(line, "<!--", 4) == 0)
        return;
    if (level > 0) {
        while (level < length && line[level] == ' ')
            level++;
        fputs(line[1] == '#' && line[2] != '#' ? "<h3 id=\"report-" : "<h4 id=\"report-", r->out);
        page_id(r->name, r->out);
        fprintf(r->out, "-%ld\">", ftell(r->out));
        print_marked(r, line + level, length - level);
        fputs(line[1] == '#' && line[2] != '#' ? "</h3>\n" : "</h4>\n", r->out);
        return;
    }
    fputs("<p class=\"small\">", r->out);
    print_marked(r, line, length);
    fputs("</p>\n", r->out);
}

static void print_report(reader *r, const char *text, const char *end)
{
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t length = stop ? (size_t)(stop - text) : (size_t)(end - text);
        const char *next = stop ? stop + 1 : end;
        const char *next_stop = next < end ? memchr(next, '\n', (size_t)(end - next)) : NULL;
        size_t next_length = next_stop ? (size_t)(next_stop - next) : (size_t)(end - next);
        if (*text == '|' && !r->inside && next < end && *next == '|' && is_rule(next, next_length)) {
            open_table(r, text, length, next, next_length);
            next = next_stop ? next_stop + 1 : end;
        } else if (*text == '|' && r->inside) {
            print_row(r, text, length, false);
        } else {
            close_table(r);
            print_block(r, text, length);
        }
        text = next;
    }
    close_table(r);
}

/* Other pages of the folder are no reports: they do not begin so. */
static const char written[] = "<!-- Written by ablate";

static int print_file(const char *results, const char *name, FILE *out, int *count)
{
    file_map map;
    char *path = take_text("%s/%s.md", results, name);
    int status = path ? file_map_open(path, &map) : -1;
    if (status == 0 && map.size > sizeof written && memcmp(map.data, written, sizeof written - 1) == 0) {
        reader r = { .name = name, .out = out };
        char *text = take_text("%.*s", (int)map.size, (const char *)map.data);
        status = text ? 0 : -1;
        if (text)
            print_report(&r, text, text + strlen(text));
        free(text);
        (*count)++;
    }
    if (path && status == 0)
        file_map_close(&map);
    free(path);
    return status;
}

int page_reports(const char *results, FILE *out, int *count)
{
    folder_list names = { 0 };
    int status = folder_ending(results, ".md", &names);
    for (int i = 0; i < names.count && status == 0; i++)
        status = print_file(results, names.entry[i].name, out, count);
    folder_free(&names);
    return status;
}
