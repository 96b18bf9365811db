#include "../base/diag.h"
#include "../base/file.h"
#include "../base/folder.h"
#include "../report/document_file.h"
#include "../report/document_forms.h"
#include "../report/report_text.h"
#include "page_data.h"
#include "page_parts.h"
#include <stdlib.h>
#include <string.h>

/* ---- reports ---- */

static int print_report(const char *results, const char *name, FILE *out, int *count)
{
    char *path = take_text("%s/%s.sheet", results, name);
    document *d = path ? document_read(path) : NULL;
    if (d) {
        document_html(d, name, out);
        (*count)++;
    } else if (path) {
        fprintf(stderr, "left out of the page: %s\n", complaint());
        complaint_clear();
    }
    document_free(d);
    free(path);
    return path ? 0 : -1;
}

/* Does the file begin as reports do? Other pages of the folder are none. */
static bool is_report(const char *path)
{
    static const char written[] = "<!-- Written by ablate";
    char begin[sizeof written - 1];
    FILE *from = fopen(path, "r");
    bool is = from && fread(begin, sizeof begin, 1, from) == 1 && memcmp(begin, written, sizeof begin) == 0;
    if (from)
        fclose(from);
    return is;
}

static int say_without(const char *results)
{
    folder_list names = { 0 };
    int status = folder_ending(results, ".md", &names), said = 0;
    for (int i = 0; i < names.count && status == 0; i++) {
        char *path = take_text("%s/%s.md", results, names.entry[i].name);
        char *beside = take_text("%s/%s.sheet", results, names.entry[i].name);
        if (path && beside && !file_exists(beside) && is_report(path))
            fprintf(stderr, "%s%s", said++ ? ", " : "left out of the page: ", path);
        status = path && beside ? 0 : -1;
        free(path);
        free(beside);
    }
    if (said > 0)
        fprintf(stderr,
                ": older programs wrote no .sheet beside it; 'ablate run' of the same experiment writes both\n");
    folder_free(&names);
    return status;
}

int page_reports(const page_options *o, const runs_list *runs, FILE *out, int *count)
{
    (void)runs;
    folder_list names = { 0 };
    int status = folder_ending(o->results, ".sheet", &names);
    for (int i = 0; i < names.count && status == 0; i++)
        status = print_report(o->results, names.entry[i].name, out, count);
    folder_free(&names);
    return status == 0 ? say_without(o->results) : -1;
}

/* ---- figures ---- */

static int print_figure(const char *path, const char *name, FILE *out)
{
    fputs("<figure><img class=\"drawn\" alt=\"figure ", out);
    report_text_html(name, out);
    int status = page_data_png(path, out);
    fputs("<figcaption>", out);
    report_text_html(name, out);
    fputs("</figcaption></figure>\n", out);
    return status;
}

int page_figures(const page_options *o, const runs_list *runs, FILE *out, int *count)
{
    (void)runs;
    folder_list names = { 0 };
    char *folder = take_text("%s/figures", o->results);
    int status = folder ? folder_ending(folder, ".png", &names) : -1;
    for (int i = 0; i < names.count && status == 0; i++, (*count)++) {
        char *path = take_text("%s/%s.png", folder, names.entry[i].name);
        status = path ? print_figure(path, names.entry[i].name, out) : -1;
        free(path);
    }
    folder_free(&names);
    free(folder);
    return status;
}
