#include "page.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "page_parts.h"
#include <stdlib.h>

/* Colours are few and differ in grey; dark where the reader's system is dark. */
static const char style[] =
    ":root{--ink:#1d2530;--paper:#fff;--soft:#5d6876;--line:#d8dde3;--band:#f4f6f8;--link:#0b5a9c;--best:#e3f0e6}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e4e8ec;--paper:#14181d;--soft:#9aa6b2;--line:#333b44;--band:#"
    "1c2229;"
    "--link:#7ab8f0;--best:#1f3a29}figure img.drawn{background:#fff}}\n"
    "*{box-sizing:border-box}html{scroll-behavior:smooth}\n"
    "body{margin:0 auto;max-width:75rem;padding:0 1rem 4rem;background:var(--paper);color:var(--ink);"
    "font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",\"Liberation Sans\",\"DejaVu Sans\",sans-serif}\n"
    "h1{font-size:1.6rem;margin:1.5rem 0 .3rem}h2{font-size:1.3rem;margin:2.5rem 0 "
    ".6rem;padding-top:.6rem;border-top:1px "
    "solid var(--line)}h3{font-size:1.05rem;margin:1.6rem 0 .4rem}\n"
    "a{color:var(--link)}a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);"
    "outline-offset:2px}\n"
    "nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:.4rem 0;padding:0}p{max-width:50rem;"
    "overflow-wrap:anywhere}\n"
    ".small,figcaption{color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}\n"
    ".scroll{overflow-x:auto;margin:.6rem "
    "0}.report{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-"
    "nums}th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}"
    "th{background:var(--band);font-weight:600}.left{text-align:left}.middle{text-align:center}td.wide{white-space:"
    "normal;"
    "min-width:9rem}td strong{background:var(--best);padding:0 .2rem;border-radius:.2rem}tr.rule td{border-top:"
    "2px solid var(--line)}\n"
    "figure{margin:1rem 0}figure img.drawn{max-width:100%;height:auto}\n"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:1rem}.tiles figure{margin:0}"
    ".pair{display:flex;gap:.25rem}.pair img{width:calc(50% - .125rem);height:auto;image-rendering:auto}\n"
    ".curves{display:grid;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr));gap:.8rem}.curves svg{width:100%;"
    "height:auto}.curves text{fill:var(--soft);font-size:9px}.curves .axis{stroke:var(--line)}\n"
    "details{border:1px solid var(--line);border-radius:.3rem;margin:.4rem 0;padding:.3rem "
    ".7rem}summary{cursor:pointer}"
    "pre{font-size:.78rem;overflow-x:auto;line-height:1.35}\n"
    "@media "
    "print{body{max-width:none;font-size:11px}details{border:0}h2{break-after:avoid}figure,.report{break-inside:avoid}"
    "nav{display:none}}\n";

static const struct part {
    const char *id, *link, *title;
    page_part *print;
} parts[] = {
    { "reports", "Reports", "Reports", page_reports },
    { "figures", "Figures", "Figures", page_figures },
    { "gallery", "Gallery", "Gallery: what it gets wrong", page_gallery },
    { "curves", "Learning curves", "Learning curves", page_curves },
    { "provenance", "Provenance", "What each run was made of", page_provenance },
};
enum { PARTS = sizeof parts / sizeof *parts };

static void print_head(FILE *page)
{
    fprintf(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Results</title>\n<style>\n%s</style>\n</head>\n"
        "<body>\n<header><h1>Results</h1>\n<p class=\"small\">Written by ablate " ABLATE_VERSION
        " from the folder of results that this page lies in; it needs nothing else and fetches nothing.</p>\n",
        style);
}

static void print_body(char *const text[PARTS], const int count[PARTS], FILE *page)
{
    fputs("<nav aria-label=\"contents\"><ul>", page);
    for (int i = 0; i < PARTS; i++)
        if (count[i] > 0)
            fprintf(page, "<li><a href=\"#%s\">%s</a></li>", parts[i].id, parts[i].link);
    fputs("</ul></nav></header>\n<main>\n", page);
    for (int i = 0; i < PARTS; i++)
        if (count[i] > 0)
            fprintf(page, "<section><h2 id=\"%s\">%s</h2>\n%s</section>\n", parts[i].id, parts[i].title, text[i]);
    fputs("</main>\n</body>\n</html>\n", page);
}

/* A part of the page, written aside first: it appears only if there is something in it. */
static int write_part(const struct part *part, const page_options *o, const runs_list *runs, char **text, int *count)
{
    size_t length;
    FILE *out = open_memstream(text, &length);
    int status = out ? part->print(o, runs, out, count) : -1;
    return out && fclose(out) == 0 ? status : complain("out of memory for the page of results");
}

static int write_page(const page_options *o, const runs_list *runs, FILE *page)
{
    char *text[PARTS] = { 0 };
    int count[PARTS] = { 0 }, status = 0;
    for (int i = 0; i < PARTS && status == 0; i++)
        status = write_part(&parts[i], o, runs, &text[i], &count[i]);
    if (status == 0) {
        print_head(page);
        print_body(text, count, page);
    }
    for (int i = 0; i < PARTS; i++)
        free(text[i]);
    return status;
}

int page_write(const page_options *o)
{
    runs_list runs = { 0 };
    file_draft *draft =
        runs_list_read(o->results, "the page", &runs) == 0 ? file_draft_in(o->results, "index.html") : NULL;
    int status = file_finish(draft, draft ? write_page(o, &runs, file_draft_stream(draft)) : -1);
    runs_list_free(&runs);
    return status;
}
