#include "document.h"
#include "../base/diag.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

document *document_new(void)
{
    document *d = take_zeroed(1, sizeof *d, "a report");
    if (!d)
        return NULL;
    d->title = d->caption = d->experiment = "";
    d->ranked = true;
    d->memory = arena_new();
    if (d->memory)
        return d;
    free(d);
    return NULL;
}

void document_free(document *d)
{
    if (!d)
        return;
    for (int i = 0; i < d->sheets; i++) {
        free(d->sheet[i]->start);
        free(d->sheet[i]->piece);
        free(d->sheet[i]);
    }
    free(d->sheet);
    arena_free(d->memory);
    free(d);
}

bool document_good(const document *d)
{
    return !d->bad;
}

const char *document_text(document *d, const char *text)
{
    const char *copy = arena_text(d->memory, text);
    d->bad |= copy == NULL;
    return copy ? copy : "";
}

sheet *document_add(document *d, const char *heading)
{
    if (!TAKE_ROOM(d->sheet, d->sheets, "a report"))
        return NULL;
    sheet *s = take_zeroed(1, sizeof *s, "a report");
    if (!s)
        return NULL;
    *s = (sheet){ .document = d, .heading = heading ? document_text(d, heading) : NULL };
    return d->sheet[d->sheets++] = s;
}

sheet_piece sheet_number(double value, int digits, sheet_sign sign)
{
    return (sheet_piece){ .value = value, .spread = NAN, .digits = digits, .sign = sign };
}

void sheet_begin(sheet *s)
{
    if (TAKE_ROOM(s->start, s->cells, "a report"))
        s->start[s->cells++] = s->pieces;
    else
        s->document->bad = true;
}

void sheet_put(sheet *s, sheet_piece p)
{
    if (p.text)
        p.text = document_text(s->document, p.text);
    if (TAKE_ROOM(s->piece, s->pieces, "a report"))
        s->piece[s->pieces++] = p;
    else
        s->document->bad = true;
}

void sheet_cell(sheet *s, sheet_piece p)
{
    sheet_begin(s);
    sheet_put(s, p);
}

void sheet_text(sheet *s, const char *text)
{
    sheet_cell(s, (sheet_piece){ .text = text });
}

void sheet_column(sheet *s, char align, const char *title)
{
    if (s->columns < SHEET_COLUMNS)
        s->align[s->columns++] = align;
    else if (!s->document->bad)
        s->document->bad = complain("a report has more than %d columns; print fewer", (int)SHEET_COLUMNS) < 0;
    sheet_text(s, title);
}

int sheet_lines(const sheet *s)
{
    return s->columns > 0 ? s->cells / s->columns : 0;
}

const sheet_piece *sheet_at(const sheet *s, int line, int column, int *count)
{
    int cell = line * s->columns + column;
    *count = (cell + 1 < s->cells ? s->start[cell + 1] : s->pieces) - s->start[cell];
    return s->piece + s->start[cell];
}

const char *sheet_words(const sheet_piece *p, char number[SHEET_NUMBER])
{
    if (p->text || isnan(p->value))
        return p->text ? p->text : "-";
    char digits[SHEET_NUMBER / 2];
    snprintf(digits, sizeof digits, "%.*f", p->digits, p->sign == SHEET_PLAIN ? p->value : fabs(p->value));
    bool zero = digits[strspn(digits, "0.")] == 0;
    bool has_sign = p->sign == SHEET_CHANGE || (p->sign == SHEET_DIFFERENCE && !zero);
    int used = snprintf(number, SHEET_NUMBER, "%s%s", !has_sign ? "" : p->value < 0 ? "−" : "+", digits);
    if (!isnan(p->spread))
        snprintf(number + used, (size_t)(SHEET_NUMBER - used), " ± %.*f", p->digits, p->spread);
    return number;
}

char *sheet_cell_words(const sheet *s, int line, int column)
{
    int count;
    const sheet_piece *p = sheet_at(s, line, column, &count);
    char *all = take_text("%s", ""), number[SHEET_NUMBER];
    for (int i = 0; i < count && all; i++) {
        char *longer = take_text("%s%s%s", all, p[i].joined ? "/" : "", sheet_words(&p[i], number));
        free(all);
        all = longer;
    }
    return all;
}

/* `value`: of each piece, as it is compared. */
static sheet_mark mark_of(const sheet *s, int piece, const double *value)
{
    double best = -INFINITY, second = -INFINITY;
    int counted = 0;
    for (int i = 0; i < s->pieces; i++) {
        if (s->piece[i].group != s->piece[piece].group || isnan(value[i]))
            continue;
        counted++;
        second = value[i] > best ? best : value[i] < best ? fmax(second, value[i]) : second;
        best = fmax(best, value[i]);
    }
    bool is_best = value[piece] >= best, is_second = !is_best && value[piece] >= second;
    return counted < 2 ? SHEET_UNMARKED : is_best ? SHEET_BEST : is_second ? SHEET_SECOND : SHEET_UNMARKED;
}

static void rank(sheet *s)
{
    char digits[SHEET_NUMBER];
    double *value = take((size_t)s->pieces, sizeof *value, "a report");
    for (int i = 0; value && i < s->pieces; i++) {
        snprintf(digits, sizeof digits, "%.1f", s->piece[i].value);
        value[i] = s->piece[i].text ? NAN : strtod(digits, NULL);
    }
    for (int i = 0; value && i < s->pieces; i++)
        if (s->piece[i].group && !isnan(value[i]))
            s->piece[i].mark = mark_of(s, i, value);
    s->document->bad |= value == NULL;
    free(value);
}

void document_rank(document *d)
{
    for (int i = 0; i < d->sheets; i++)
        rank(d->sheet[i]);
}

bool document_has_ranks(const document *d)
{
    for (int i = 0; i < d->sheets; i++)
        for (int p = 0; p < d->sheet[i]->pieces; p++)
            if (d->sheet[i]->piece[p].mark == SHEET_BEST || d->sheet[i]->piece[p].mark == SHEET_SECOND)
                return true;
    return false;
}
