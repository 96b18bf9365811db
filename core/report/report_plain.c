/* report_plain.c: a sheet in the terminal. Numbers stand to the right; those that '/' joins stand below each other; a
 * mark follows its number, and where others of the column have one, a number without leaves its place free. */
#include "../base/diag.h"
#include "report_sheet.h"
#include "report_text.h"
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 120, PARTS = 16 };

typedef struct plain {
    const report_sheet *sheet;
    char **text; /* a cell each, as printed but for the blanks that fill its column */
    int width[SHEET_COLUMNS];
} plain;

static bool is_mark(char c)
{
    return c == SHEET_BEST || c == SHEET_SECOND;
}

static bool ends_marked(const char *cell)
{
    size_t length = strlen(cell);
    return length > 0 && is_mark(cell[length - 1]);
}

/* How many numbers '/' joins; 1 for whatever is no such list. */
static int parts_of(const char *cell)
{
    int parts = 1;
    for (const char *c = cell; *c; c++) {
        bool known = strchr("0123456789.-/", *c) || is_mark(*c);
        parts += *c == '/';
        if (!known || parts > PARTS)
            return 1;
    }
    return parts;
}

/* `length` bytes of a cell, with '*' or '\'' after what is marked. */
static char *words_of(const char *cell, size_t length)
{
    char *words = take_text("%.*s", (int)length, cell), *to = words;
    bool open = false;
    for (const char *from = words; words && *from; from++) {
        if (!is_mark(*from))
            *to++ = *from;
        else if (open)
            *to++ = *from == SHEET_BEST ? '*' : '\'';
        open ^= is_mark(*from);
    }
    if (words)
        *to = 0;
    return words;
}

typedef struct slots { /* of a column whose cells join numbers */
    int parts, width[PARTS];
    bool marked[PARTS];
} slots;

static slots slots_of(const report_sheet *s, int column)
{
    slots k = { .parts = 1 };
    for (int i = 1; i < report_sheet_lines(s); i++) {
        const char *cell = report_sheet_text(s, i, column);
        int parts = parts_of(cell);
        k.parts = parts > k.parts ? parts : k.parts;
        for (int p = 0; parts > 1 && p < parts; p++) {
            size_t length = strcspn(cell, "/");
            bool marked = is_mark(cell[0]);
            int width = (int)length - (marked ? 2 : 0);
            k.width[p] = width > k.width[p] ? width : k.width[p];
            k.marked[p] |= marked;
            cell += length + (cell[length] == '/');
        }
    }
    return k;
}

static char *join(const char *cell, const slots *k)
{
    char *all = NULL;
    size_t size;
    FILE *to = open_memstream(&all, &size);
    for (int p = 0; to && p < k->parts; p++) {
        size_t length = strcspn(cell, "/");
        bool marked = is_mark(cell[0]);
        char *words = words_of(cell, length);
        fprintf(to, "%s%*s%s", p ? "/" : "", k->width[p] + marked, words ? words : "",
                k->marked[p] && !marked ? " " : "");
        free(words);
        cell += length + (cell[length] == '/');
    }
    if (to && fclose(to) == 0)
        return all;
    free(all);
    complain("out of memory for a report");
    return NULL;
}

/* One number, or words; `tail`: others of its column end in a mark. */
static char *single(const char *cell, bool tail)
{
    char *words = words_of(cell, strlen(cell));
    char *whole = words ? take_text("%s%s", words, tail && !ends_marked(cell) ? " " : "") : NULL;
    free(words);
    return whole;
}

static int column_fill(plain *p, int column)
{
    const report_sheet *s = p->sheet;
    slots k = slots_of(s, column);
    bool tail = false, right = s->align[column] == 'r' || s->align[column] == 't';
    for (int i = 1; i < report_sheet_lines(s); i++)
        tail |= right && ends_marked(report_sheet_text(s, i, column));
    for (int i = 0; i < report_sheet_lines(s); i++) {
        const char *cell = report_sheet_text(s, i, column);
        bool joined = i > 0 && k.parts > 1 && parts_of(cell) == k.parts;
        char *text = joined ? join(cell, &k) : single(cell, tail);
        if (!text)
            return -1;
        p->text[i * s->columns + column] = text;
        int width = report_text_width(text);
        p->width[column] = width > p->width[column] ? width : p->width[column];
    }
    return 0;
}

static void print_blanks(int n, FILE *out)
{
    while (n-- > 0)
        fputc(' ', out);
}

static int gap_before(const report_sheet *s, int c)
{
    return c == 0 ? 0 : s->align[c] == 't' ? 1 : 2;
}

static void print_cell(const plain *p, int line, int c, FILE *out)
{
    const report_sheet *s = p->sheet;
    const char *text = p->text[line * s->columns + c];
    int missing = p->width[c] - report_text_width(text);
    int after = s->align[c] == 'l' ? missing : s->align[c] == 'c' ? missing / 2 : 0;
    print_blanks(gap_before(s, c) + missing - after, out);
    fputs(text, out);
    print_blanks(after, out);
}

static void print_rule(int width, FILE *out)
{
    for (int i = 0; i < width; i++)
        fputc('-', out);
    fputc('\n', out);
}

/* Where the block ends that begins with column `first` beside column 0: what belongs together stays together. */
static int block_end(const plain *p, int first)
{
    const report_sheet *s = p->sheet;
    int total = p->width[0], end = first;
    do {
        total += gap_before(s, end) + p->width[end];
        end++;
    } while (end < s->columns && total + gap_before(s, end) + p->width[end] <= WIDTH);
    while (end < s->columns && end > first + 1 && s->align[end] == 't')
        end--;
    return end;
}

static void print_block(const plain *p, int first, int end, FILE *out)
{
    const report_sheet *s = p->sheet;
    int total = p->width[0];
    for (int c = first; c < end; c++)
        total += gap_before(s, c) + p->width[c];
    print_rule(total, out);
    for (int i = 0; i < report_sheet_lines(s); i++) {
        if (i > 0 && i == s->rule)
            print_rule(total, out);
        print_cell(p, i, 0, out);
        for (int c = first; c < end; c++)
            print_cell(p, i, c, out);
        fputc('\n', out);
    }
    if (end == s->columns)
        print_rule(total, out);
}

int report_sheet_plain(const report_sheet *s, FILE *out)
{
    plain p = { .sheet = s, .text = take_zeroed((size_t)s->cells, sizeof *p.text, "a report") };
    int status = p.text ? 0 : -1;
    for (int c = 0; c < s->columns && status == 0; c++)
        status = column_fill(&p, c);
    if (status == 0 && s->heading)
        fprintf(out, "%s\n", s->heading);
    for (int next = 1; status == 0 && next < s->columns;) {
        int end = block_end(&p, next);
        print_block(&p, next, end, out);
        next = end;
    }
    for (int i = 0; p.text && i < s->cells; i++)
        free(p.text[i]);
    free(p.text);
    return status;
}
