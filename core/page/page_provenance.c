#include "../report/report_text.h"
#include "page_parts.h"
#include <string.h>

static void print_fact(const char *what, const char *value, FILE *out)
{
    fprintf(out, "%-10s ", what);
    report_text_html(value && *value ? value : "not recorded", out);
    fputc('\n', out);
}

static void print_run(const char *results, const listed_run *run, FILE *out)
{
    const run_record *r = &run->record;
    fputs("<details><summary>", out);
    report_text_html(r->experiment, out);
    fputs(", ", out);
    report_text_html(r->row, out);
    fprintf(out, ", seed %d</summary><pre tabindex=\"0\">", r->seed);
    print_fact("folder", run->folder + strlen(results) + 1, out);
    print_fact("scale", r->scale, out);
    print_fact("data", r->data, out);
    print_fact("", r->data_hash, out);
    for (int i = 0; i < r->weight_count; i++) {
        print_fact("weights", r->weights[i].path, out);
        print_fact("", r->weights[i].hash, out);
    }
    print_fact("protocol", r->protocol, out);
    print_fact("engine", r->version, out);
    print_fact("backend", r->backend, out);
    fprintf(out, "%-10s %.1f s, %.0f MiB at most, %d threads\n", "took", r->seconds, (double)r->peak_memory / (1 << 20),
            r->threads);
    for (int i = 0; i < r->note_count; i++)
        print_fact("note", r->notes[i], out);
    fputc('\n', out);
    for (int i = 0; i < r->settings.count; i++) {
        const settings_entry *e = &r->settings.entry[i];
        const char *const line[] = { e->section, ".", e->key, " = ", e->value, "\n" };
        for (int part = 0; part < 6; part++)
            report_text_html(line[part], out);
    }
    fputs("</pre></details>\n", out);
}

/* A run that was taken over by other experiments is told once. */
static int told_before(const runs_list *runs, int i)
{
    char key[65], other[65];
    run_record_identity(&runs->run[i].record, key);
    for (int k = 0; k < i; k++) {
        run_record_identity(&runs->run[k].record, other);
        if (strcmp(key, other) == 0)
            return 1;
    }
    return 0;
}

int page_provenance(const page_options *o, const runs_list *runs, FILE *out, int *count)
{
    int again = 0;
    *count = runs->count;
    for (int i = 0; i < runs->count; i++)
        if (told_before(runs, i))
            again++;
        else
            print_run(o->results, &runs->run[i], out);
    if (again > 0)
        fprintf(out,
                "<p class=\"small\">%d run%s the same as one of these, done once and taken over by another "
                "experiment.</p>\n",
                again, again == 1 ? " is" : "s are");
    return 0;
}
