#include "document_file.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../files/json.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const marks[SHEET_MARKS] = { "", "best", "second", "strong" };
static const char letters[] = "lcrt";

/* ---- writing: a cell is a list of texts, of which one with a mark is a list of both ---- */

static bool add_piece(cJSON *cell, const sheet_piece *p)
{
    char number[SHEET_NUMBER];
    bool good = !p->joined || cJSON_AddItemToArray(cell, json_text("/"));
    cJSON *text = json_text(sheet_words(p, number)), *both = p->mark ? cJSON_CreateArray() : NULL;
    if (!p->mark)
        return cJSON_AddItemToArray(cell, text) && good;
    return cJSON_AddItemToArray(both, text) && cJSON_AddItemToArray(both, json_text(marks[p->mark])) &&
           cJSON_AddItemToArray(cell, both) && good;
}

static bool add_line(cJSON *lines, const sheet *s, int i)
{
    cJSON *line = cJSON_CreateArray();
    bool good = cJSON_AddItemToArray(lines, line);
    for (int c = 0; c < s->columns && good; c++) {
        int count;
        const sheet_piece *p = sheet_at(s, i, c, &count);
        cJSON *cell = cJSON_CreateArray();
        good = cJSON_AddItemToArray(line, cell);
        for (int k = 0; k < count && good; k++)
            good = add_piece(cell, &p[k]);
    }
    return good;
}

static bool add_sheet(cJSON *sheets, const sheet *s)
{
    char align[SHEET_COLUMNS + 1] = "";
    cJSON *o = cJSON_CreateObject(), *lines = cJSON_CreateArray();
    memcpy(align, s->align, (size_t)s->columns);
    bool good = cJSON_AddItemToArray(sheets, o) && (!s->heading || json_add_text(o, "heading", s->heading)) &&
                json_add_text(o, "align", align) && cJSON_AddNumberToObject(o, "rule", s->rule);
    good = json_add(o, "lines", lines) && good;
    for (int i = 0; i < sheet_lines(s) && good; i++)
        good = add_line(lines, s, i);
    return good;
}

int document_write(const document *d, const char *path)
{
    cJSON *o = cJSON_CreateObject(), *sheets = cJSON_CreateArray();
    bool good = json_add_text(o, "written", "by ablate; do not edit") && json_add_text(o, "title", d->title) &&
                json_add_text(o, "experiment", d->experiment) && json_add_text(o, "caption", d->caption) &&
                cJSON_AddBoolToObject(o, "ranked", d->ranked);
    good = json_add(o, "sheets", sheets) && good;
    for (int i = 0; i < d->sheets && good; i++)
        good = add_sheet(sheets, d->sheet[i]);
    char *text = good ? cJSON_Print(o) : NULL;
    int status = text ? file_write_text(path, text) : complain("%s: out of memory for a report", path);
    cJSON_free(text);
    cJSON_Delete(o);
    return status;
}

/* ---- reading: whatever is not as it was written makes the document bad ---- */

static const char *read_text(document *d, const cJSON *item)
{
    char *text = cJSON_IsString(item) ? json_read(item->valuestring) : NULL;
    const char *kept = text ? document_text(d, text) : "";
    d->bad |= text == NULL;
    free(text);
    return kept;
}

static const char *read_member(document *d, const cJSON *of, const char *key)
{
    return read_text(d, cJSON_GetObjectItemCaseSensitive(of, key));
}

static void read_piece(sheet *s, const cJSON *item)
{
    const bool marked = cJSON_IsArray(item) && cJSON_GetArraySize(item) == 2;
    sheet_piece p = { .text = read_text(s->document, marked ? item->child : item) };
    const char *mark = marked ? read_text(s->document, item->child->next) : "";
    while (p.mark < SHEET_MARKS && strcmp(mark, marks[p.mark]) != 0)
        p.mark++;
    s->document->bad |= p.mark == SHEET_MARKS;
    if (!s->document->bad)
        sheet_put(s, p);
}

static void read_line(sheet *s, const cJSON *line)
{
    const cJSON *cell, *piece;
    s->document->bad |= !cJSON_IsArray(line) || cJSON_GetArraySize(line) != s->columns;
    cJSON_ArrayForEach(cell, line)
    {
        sheet_begin(s);
        s->document->bad |= !cJSON_IsArray(cell);
        cJSON_ArrayForEach(piece, cell) read_piece(s, piece);
    }
}

static void read_sheet(document *d, const cJSON *from)
{
    const cJSON *lines = cJSON_GetObjectItemCaseSensitive(from, "lines"), *line;
    const cJSON *rule = cJSON_GetObjectItemCaseSensitive(from, "rule");
    const char *align = read_member(d, from, "align");
    size_t columns = strlen(align);
    sheet *s = document_add(d, cJSON_HasObjectItem(from, "heading") ? read_member(d, from, "heading") : NULL);
    d->bad |= !s || columns == 0 || columns > SHEET_COLUMNS || align[strspn(align, letters)];
    d->bad |= !cJSON_IsNumber(rule) || !cJSON_IsArray(lines);
    if (d->bad)
        return;
    memcpy(s->align, align, columns);
    s->columns = (int)columns;
    s->rule = rule->valueint;
    cJSON_ArrayForEach(line, lines) read_line(s, line);
}

static void read_document(document *d, const cJSON *from)
{
    const cJSON *sheets = cJSON_GetObjectItemCaseSensitive(from, "sheets"), *one;
    d->title = read_member(d, from, "title");
    d->experiment = read_member(d, from, "experiment");
    d->caption = read_member(d, from, "caption");
    d->ranked = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(from, "ranked"));
    d->bad |= !cJSON_IsArray(sheets);
    cJSON_ArrayForEach(one, sheets) read_sheet(d, one);
}

document *document_read(const char *path)
{
    file_map map = { 0 };
    document *d = file_map_open(path, &map) == 0 ? document_new() : NULL;
    cJSON *json = map.size ? cJSON_ParseWithLength((const char *)map.data, map.size) : NULL;
    file_map_close(&map);
    if (d)
        read_document(d, json);
    cJSON_Delete(json);
    if (d && document_good(d))
        return d;
    document_free(d);
    complain("%s: it is no report as this program keeps them; run its experiment again", path);
    return NULL;
}
