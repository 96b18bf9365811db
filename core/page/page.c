#include "page.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "page_parts.h"
#include "page_text.h"
#include <stdlib.h>

/* A part of the page, written aside first: its heading appears only if there is something in it. */
typedef struct part {
    char *text;
    size_t length;
    FILE *out;
    int count;
} part;

static int part_open(part *p)
{
    *p = (part){ 0 };
    p->out = open_memstream(&p->text, &p->length);
    return p->out ? 0 : complain("out of memory for the page of results");
}

static int part_close(part *p, int status, const char *id, const char *title, FILE *page)
{
    if (fclose(p->out) != 0 && status == 0)
        status = complain("out of memory for the page of results");
    if (status == 0 && p->count > 0)
        fprintf(page, "<section><h2 id=\"%s\">%s</h2>\n%s</section>\n", id, title, p->text);
    free(p->text);
    return status;
}

static int add_reports(const char *results, FILE *page, int *count)
{
    part p;
    int status = part_open(&p);
    if (status < 0)
        return -1;
    status = page_reports(results, p.out, &p.count);
    *count = p.count;
    return part_close(&p, status, "reports", "Reports", page);
}

static int add_figures(const char *results, FILE *page, int *count)
{
    part p;
    int status = part_open(&p);
    if (status < 0)
        return -1;
    status = page_figures(results, p.out, &p.count);
    *count = p.count;
    return part_close(&p, status, "figures", "Figures", page);
}

static int add_curves(const runs_list *runs, FILE *page, int *count)
{
    part p;
    int status = part_open(&p);
    if (status < 0)
        return -1;
    status = page_curves(runs, p.out, &p.count);
    *count = p.count;
    return part_close(&p, status, "curves", "Learning curves", page);
}

static int add_gallery(const page_options *o, FILE *page)
{
    part p;
    int status = part_open(&p);
    if (status < 0)
        return -1;
    p.count = 1;
    status = page_gallery(o, p.out);
    return part_close(&p, status, "gallery", "Gallery: what it gets wrong", page);
}

static int add_provenance(const char *results, const runs_list *runs, FILE *page)
{
    part p;
    int status = part_open(&p);
    if (status < 0)
        return -1;
    p.count = runs->count;
    status = page_provenance(results, runs, p.out);
    return part_close(&p, status, "provenance", "What each run was made of", page);
}

static void print_contents(const page_options *o, const runs_list *runs, const int count[3], FILE *page)
{
    static const char *const links[3] = { "reports", "figures", "curves" };
    static const char *const names[3] = { "Reports", "Figures", "Learning curves" };
    fprintf(page, "<header><h1>Results</h1>\n<p class=\"small\">Written by ablate " ABLATE_VERSION
                  " from the folder of results that this page lies in; it needs nothing else and fetches nothing.</p>\n"
                  "<nav aria-label=\"contents\"><ul>");
    for (int i = 0; i < 3; i++)
        if (count[i] > 0)
            fprintf(page, "<li><a href=\"#%s\">%s</a></li>", links[i], names[i]);
    if (o->run)
        fputs("<li><a href=\"#gallery\">Gallery</a></li>", page);
    if (runs->count > 0)
        fputs("<li><a href=\"#provenance\">Provenance</a></li>", page);
    fputs("</ul></nav></header>\n<main>\n", page);
}

/* The contents stand first and are known last. */
static int write_body(const page_options *o, const runs_list *runs, FILE *page)
{
    part body;
    int count[3] = { 0 }, status = part_open(&body);
    if (status < 0)
        return -1;
    status = add_reports(o->results, body.out, &count[0]);
    if (status == 0)
        status = add_figures(o->results, body.out, &count[1]);
    if (status == 0 && o->run)
        status = add_gallery(o, body.out);
    if (status == 0)
        status = add_curves(runs, body.out, &count[2]);
    if (status == 0)
        status = add_provenance(o->results, runs, body.out);
    if (fclose(body.out) != 0 && status == 0)
        status = complain("out of memory for the page of results");
    if (status == 0) {
        page_head(page);
        print_contents(o, runs, count, page);
        fputs(body.text, page);
        fputs("</main>\n</body>\n</html>\n", page);
    }
    free(body.text);
    return status;
}

int page_write(const page_options *o)
{
    runs_list runs = { 0 };
    char *path = take_text("%s/index.html", o->results);
    int status = path ? runs_list_read(o->results, "the page", &runs) : -1;
    file_draft *draft = status == 0 ? file_draft_open(path) : NULL;
    if (!draft)
        status = -1;
    if (status == 0)
        status = write_body(o, &runs, file_draft_stream(draft));
    if (status == 0)
        status = file_commit(draft);
    else
        file_abandon(draft);
    runs_list_free(&runs);
    free(path);
    return status;
}
