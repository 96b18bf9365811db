/* report.c: the forms of a report: title, sheets, legend, caption. */
#include "report.h"
#include "../base/file.h"
#include "report_body.h"
#include "report_part.h"
#include "report_place.h"
#include "report_text.h"
#include <string.h>

static bool any_marks(const report_body *t)
{
    for (int i = 0; i < t->sheets; i++)
        if (report_sheet_marks(t->sheet[i]))
            return true;
    return false;
}

void report_markdown(const report_body *t, const char *sign, FILE *out)
{
    char title[400];
    fprintf(out, "<!-- Written by ablate; do not edit. %s-->\n\n## ", sign);
    report_text_markdown(report_title(t, title), out);
    fputc('\n', out);
    for (int i = 0; i < t->sheets; i++) {
        fputc('\n', out);
        report_sheet_markdown(t->sheet[i], out);
    }
    if (any_marks(t))
        fprintf(out, "\nBest **bold**, second best <u>underlined</u>.\n");
    report_text_lines(t->caption, "\n", "\n", report_text_markdown, out);
}

void report_tex(const report_body *t, const char *sign, FILE *out)
{
    char title[400];
    fprintf(out,
            "%% Written by ablate; do not edit. %sNeeds \\usepackage{amssymb} for \\checkmark.\n"
            "\\begin{center}\n",
            sign);
    for (int i = 0; i < t->sheets; i++) {
        report_sheet_tex(t->sheet[i], out);
        fprintf(out, "\n\\medskip\n");
    }
    report_text_tex(report_title(t, title), out);
    fprintf(out, ".\n%s", any_marks(t) ? "Best \\textbf{bold}, second best \\underline{underlined}." : "");
    report_text_lines(t->caption, "\n", "", report_text_tex, out);
    fprintf(out, "\n\\end{center}\n");
}

int report_plain(const report_body *t, FILE *out)
{
    char title[400];
    fprintf(out, "%s\n", report_title(t, title));
    for (int i = 0; i < t->sheets; i++)
        if (report_sheet_plain(t->sheet[i], out) < 0)
            return -1;
    if (any_marks(t))
        fprintf(out, "* best, ' second best.\n");
    report_text_wrapped(t->caption, out);
    return 0;
}

static int write_form(const report_body *t, const report_place *place, const char *ending,
                      void (*form)(const report_body *, const char *, FILE *))
{
    file_draft *draft = report_place_draft(place, ending);
    if (!draft)
        return -1;
    form(t, place->sign, file_draft_stream(draft));
    return file_commit(draft);
}

/* Where the report is to be, which is not where it would take the place of more than it has. */
static int find_place(const report_body *t, const char *folder, report_place *place)
{
    const experiment *e = t->experiment;
    char lost[200];
    if (report_place_find(folder, e->name, e->scale, e->changes ? e->changes : "", place) < 0)
        return -1;
    return *report_part_lost(t, place->path, lost) ? report_place_part(place, lost) : 0;
}

static int drop_part(const report_body *t, report_place *place)
{
    char lost[200];
    bool is_part = strcmp(place->path, place->part) == 0;
    return is_part || *report_part_lost(t, place->part, lost) ? 0 : report_place_whole(place);
}

int report_write(const experiment *e, const run_record *records, int count, const char *folder)
{
    report_body *t = report_body_make(e, records, count);
    report_place place = { 0 };
    int status = t ? find_place(t, folder, &place) : -1;
    if (status == 0)
        status = write_form(t, &place, "md", report_markdown);
    if (status == 0)
        status = write_form(t, &place, "tsv", report_tsv);
    if (status == 0)
        status = write_form(t, &place, "tex", report_tex);
    if (status == 0)
        status = drop_part(t, &place);
    if (status == 0)
        report_place_say(&place, stdout);
    report_place_free(&place);
    report_body_free(t);
    return status;
}

int report_print(const experiment *e, const run_record *records, int count, FILE *out)
{
    report_body *t = report_body_make(e, records, count);
    if (!t)
        return -1;
    int status = report_plain(t, out);
    report_body_free(t);
    return status;
}
