#include "document_forms.h"
#include "report_text.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct form {
    void (*text)(const char *, FILE *);
    const char *mark[SHEET_MARKS][2]; /* before and after what has it */
} form;

static const form markdown = { report_text_markdown,
                               { { "", "" }, { "**", "**" }, { "<u>", "</u>" }, { "**", "**" } } };
static const form tex = { report_text_tex, { { "", "" }, { "\\textbf{", "}" }, { "\\underline{", "}" }, { "", "" } } };
static const form html = {
    report_text_html, { { "", "" }, { "<strong>", "</strong>" }, { "<u>", "</u>" }, { "<strong>", "</strong>" } }
};

static void print_cell(const sheet *s, int line, int column, const form *f, FILE *out)
{
    int count;
    const sheet_piece *p = sheet_at(s, line, column, &count);
    for (int i = 0; i < count; i++) {
        char number[SHEET_NUMBER];
        fprintf(out, "%s%s", p[i].joined ? "/" : "", f->mark[p[i].mark][0]);
        f->text(sheet_words(&p[i], number), out);
        fputs(f->mark[p[i].mark][1], out);
    }
}

/* What the marks mean, if there are any. */
static void print_legend(const document *d, const form *f, const char *before, const char *after, FILE *out)
{
    const char *const *best = f->mark[SHEET_BEST], *const *second = f->mark[SHEET_SECOND];
    if (d->ranked && document_has_ranks(d))
        fprintf(out, "%sBest %sbold%s, second best %sunderlined%s.%s", before, best[0], best[1], second[0], second[1],
                after);
}

/* ---- Markdown ---- */

/* A cell without a piece has one blank, an empty text two. */
static void markdown_line(const sheet *s, int line, FILE *out)
{
    fputc('|', out);
    for (int c = 0, pieces; c < s->columns; c++) {
        sheet_at(s, line, c, &pieces);
        fputs(pieces > 0 ? " " : "", out);
        print_cell(s, line, c, &markdown, out);
        fputs(" |", out);
    }
    fputc('\n', out);
}

void sheet_markdown(const sheet *s, FILE *out)
{
    if (s->heading) {
        fprintf(out, "### ");
        report_text_markdown(s->heading, out);
        fprintf(out, "\n\n");
    }
    for (int i = 0; i < sheet_lines(s); i++) {
        markdown_line(s, i, out);
        if (i > 0)
            continue;
        fputc('|', out);
        for (int c = 0; c < s->columns; c++)
            fputs(s->align[c] == 'l' ? ":--|" : s->align[c] == 'c' ? ":-:|" : "--:|", out);
        fputc('\n', out);
    }
}

void document_markdown(const document *d, const char *sign, FILE *out)
{
    fprintf(out, "<!-- Written by ablate; do not edit. %s-->\n\n## ", sign);
    report_text_markdown(d->title, out);
    fputc('\n', out);
    for (int i = 0; i < d->sheets; i++) {
        fputc('\n', out);
        sheet_markdown(d->sheet[i], out);
    }
    print_legend(d, &markdown, "\n", "\n", out);
    report_text_lines(d->caption, "\n", "\n", report_text_markdown, out);
}

/* ---- TeX ---- */

static void sheet_tex(const sheet *s, FILE *out)
{
    if (s->heading) {
        report_text_tex(s->heading, out);
        fprintf(out, "\n\n\\smallskip\n");
    }
    fprintf(out, "\\begin{tabular}{");
    for (int c = 0; c < s->columns; c++)
        fputc(s->align[c] == 't' ? 'r' : s->align[c], out);
    fprintf(out, "}\n\\hline\n");
    for (int i = 0; i < sheet_lines(s); i++) {
        if (i == 1 || (i > 1 && i == s->rule))
            fprintf(out, "\\hline\n");
        for (int c = 0; c < s->columns; c++) {
            fputs(c ? " & " : "", out);
            print_cell(s, i, c, &tex, out);
        }
        fprintf(out, " \\\\\n");
    }
    fprintf(out, "\\hline\n\\end{tabular}\n\n\\medskip\n");
}

void document_tex(const document *d, const char *sign, FILE *out)
{
    fprintf(out, "%% Written by ablate; do not edit. %s%s\n\\begin{center}\n", sign,
            d->ranked ? "Needs \\usepackage{amssymb} for \\checkmark." : "");
    for (int i = 0; i < d->sheets; i++)
        sheet_tex(d->sheet[i], out);
    report_text_tex(d->title, out);
    fputs(d->ranked ? ".\n" : ".", out);
    print_legend(d, &tex, "", "", out);
    report_text_lines(d->caption, "\n", "", report_text_tex, out);
    fprintf(out, "\n\\end{center}\n");
}

/* ---- HTML ---- */

/* A long text may be broken, so that a line fits. */
static const char *html_class(const sheet *s, int line, int column)
{
    enum { WIDE = 26 };
    char *words = line > 0 && s->align[column] == 'l' ? sheet_cell_words(s, line, column) : NULL;
    bool wide = words && strlen(words) > WIDE;
    free(words);
    return wide                      ? " class=\"left wide\""
           : s->align[column] == 'l' ? " class=\"left\""
           : s->align[column] == 'c' ? " class=\"middle\""
                                     : "";
}

static void html_line(const sheet *s, int line, FILE *out)
{
    const char *tag = line ? "td" : "th";
    fputs(line > 1 && line == s->rule ? "<tr class=\"rule\">" : "<tr>", out);
    for (int c = 0; c < s->columns; c++) {
        fprintf(out, "<%s%s%s>", tag, html_class(s, line, c), line ? "" : " scope=\"col\"");
        print_cell(s, line, c, &html, out);
        fprintf(out, "</%s>", tag);
    }
    fputs("</tr>\n", out);
}

static void sheet_html(const sheet *s, FILE *out)
{
    if (s->heading) {
        fputs("<h4>", out);
        report_text_html(s->heading, out);
        fputs("</h4>\n", out);
    }
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"report\"><table class=\"report\">", out);
    for (int i = 0; i < sheet_lines(s); i++) {
        fputs(i == 0 ? "<thead>" : i == 1 ? "<tbody>\n" : "", out);
        html_line(s, i, out);
        fputs(i == 0 ? "</thead>" : "", out);
    }
    fputs(sheet_lines(s) > 1 ? "</tbody></table></div>\n" : "</table></div>\n", out);
}

void document_html(const document *d, const char *name, FILE *out)
{
    fputs("<h3 id=\"report-", out);
    for (const char *c = name; *c; c++)
        fputc(isalnum((unsigned char)*c) ? *c : '-', out);
    fputs("\">", out);
    report_text_html(d->title, out);
    fputs("</h3>\n", out);
    for (int i = 0; i < d->sheets; i++)
        sheet_html(d->sheet[i], out);
    print_legend(d, &html, "<p class=\"small\">", "</p>\n", out);
    report_text_lines(d->caption, "<p class=\"small\">", "</p>\n", report_text_html, out);
}
