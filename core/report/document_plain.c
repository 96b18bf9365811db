#include "document_plain.h"
#include "../base/diag.h"
#include "../base/name.h"
#include "report_text.h"
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 120, PARTS = 16 };

typedef struct plain {
    const sheet *sheet;
    char **text; /* a cell each, as printed but for the blanks that fill its column */
    int width[SHEET_COLUMNS];
} plain;

static const char *mark_of(const sheet_piece *p)
{
    return p->mark == SHEET_BEST ? "*" : p->mark == SHEET_SECOND ? "'" : "";
}

/* How many numbers '/' joins; 1 for whatever is no such list. */
static int parts_of(const sheet_piece *p, int count)
{
    for (int i = 0; i < count; i++)
        if ((p[i].text && strcmp(p[i].text, "-") != 0) || p[i].joined != (i > 0))
            return 1;
    return count > 0 && count <= PARTS ? count : 1;
}

typedef struct slots { /* what the cells of a column share */
    int parts, width[PARTS];
    bool marked[PARTS];
    bool tail; /* some end in a mark */
} slots;

static slots slots_of(const sheet *s, int column)
{
    slots k = { .parts = 1 };
    char number[SHEET_NUMBER];
    bool right = s->align[column] == 'r' || s->align[column] == 't';
    for (int line = 1, count; line < sheet_lines(s); line++) {
        const sheet_piece *p = sheet_at(s, line, column, &count);
        int parts = parts_of(p, count);
        k.parts = parts > k.parts ? parts : k.parts;
        for (int i = 0; parts > 1 && i < parts; i++) {
            int width = (int)strlen(sheet_words(&p[i], number));
            k.width[i] = width > k.width[i] ? width : k.width[i];
            k.marked[i] |= *mark_of(&p[i]) != 0;
        }
        k.tail |= right && count > 0 && *mark_of(&p[count - 1]);
    }
    return k;
}

static void print_pieces(const sheet_piece *p, int count, const slots *k, bool joined, FILE *to)
{
    for (int i = 0; i < count; i++) {
        char number[SHEET_NUMBER];
        const char *words = sheet_words(&p[i], number);
        fprintf(to, "%s%*s", p[i].joined ? "/" : "", joined ? k->width[i] - (int)strlen(words) : 0, "");
        name_show(words, to);
        fputs(*mark_of(&p[i]) || !joined || !k->marked[i] ? mark_of(&p[i]) : " ", to);
    }
    bool ends_marked = count > 0 && *mark_of(&p[count - 1]);
    fputs(!joined && k->tail && !ends_marked ? " " : "", to);
}

static char *cell_text(const sheet *s, int line, int column, const slots *k)
{
    char *all = NULL;
    size_t size;
    int count;
    const sheet_piece *p = sheet_at(s, line, column, &count);
    FILE *to = open_memstream(&all, &size);
    if (to)
        print_pieces(p, count, k, line > 0 && k->parts > 1 && parts_of(p, count) == k->parts, to);
    if (to && fclose(to) == 0)
        return all;
    free(all);
    complain("out of memory for a report");
    return NULL;
}

static int column_fill(plain *p, int column)
{
    const sheet *s = p->sheet;
    const slots k = slots_of(s, column);
    for (int i = 0; i < sheet_lines(s); i++) {
        char *text = cell_text(s, i, column, &k);
        if (!text)
            return -1;
        p->text[i * s->columns + column] = text;
        int width = name_columns(text);
        p->width[column] = width > p->width[column] ? width : p->width[column];
    }
    return 0;
}

static int gap_before(const sheet *s, int c)
{
    return c == 0 ? 0 : s->align[c] == 't' ? 1 : 2;
}

static void print_cell(const plain *p, int line, int c, FILE *out)
{
    const sheet *s = p->sheet;
    const char *text = p->text[line * s->columns + c];
    int missing = p->width[c] - name_columns(text);
    int after = s->align[c] == 'l' ? missing : s->align[c] == 'c' ? missing / 2 : 0;
    fprintf(out, "%*s%s%*s", gap_before(s, c) + missing - after, "", text, after, "");
}

static void print_line(const char *text, FILE *out)
{
    name_show(text, out);
    fputc('\n', out);
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
    const sheet *s = p->sheet;
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
    const sheet *s = p->sheet;
    int total = p->width[0];
    for (int c = first; c < end; c++)
        total += gap_before(s, c) + p->width[c];
    print_rule(total, out);
    for (int i = 0; i < sheet_lines(s); i++) {
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

static int sheet_plain(const sheet *s, FILE *out)
{
    plain p = { .sheet = s, .text = take_zeroed((size_t)s->cells, sizeof *p.text, "a report") };
    int status = p.text ? 0 : -1;
    for (int c = 0; c < s->columns && status == 0; c++)
        status = column_fill(&p, c);
    if (status == 0 && s->heading)
        print_line(s->heading, out);
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

int document_plain(const document *d, FILE *out)
{
    int status = 0;
    print_line(d->title, out);
    for (int i = 0; i < d->sheets && status == 0; i++)
        status = sheet_plain(d->sheet[i], out);
    if (status == 0 && d->ranked && document_has_ranks(d))
        fprintf(out, "* best, ' second best.\n");
    if (status == 0)
        report_text_wrapped(d->caption, out);
    return status;
}

void document_list(const document *d, const list_column *column, FILE *out)
{
    const sheet *s = d->sheet[0];
    print_line(d->title, out);
    for (int i = 0; i < sheet_lines(s); i++) {
        for (int c = 0; c < s->columns; c++) {
            char *words = column[c].title && i > 0 ? sheet_cell_words(s, i, c) : NULL;
            if (column[c].title)
                name_pad(words ? words : i > 0 ? "" : column[c].title, column[c].width, out);
            fputs(column[c].title ? " " : "", out);
            free(words);
        }
        fputc('\n', out);
    }
    report_text_wrapped(d->caption, out);
}
