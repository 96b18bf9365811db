#include "report_chance.h"
#include "../base/name.h"

/* A column of which one half is what chance gives. */
static bool has_chance(int column)
{
    return column == METRICS_IMAGE_AUROC || column == METRICS_PIXEL_AUROC;
}

/* Whatever of a row is below it, behind what has been said of rows before it. */
static bool print_row(const report_numbers *t, int r, bool any, FILE *out)
{
    const experiment *e = t->experiment;
    const run_record *run = t->row[r].runs > 0 ? t->row[r].run[0] : NULL;
    bool begun = false;
    for (int i = 0; run && i < run->class_count; i++)
        for (int c = 0; c < e->columns; c++) {
            report_cell cell = report_cell_of(t, r, run->classes[i].name, e->column[c]);
            if (!has_chance(e->column[c]) || cell.state != REPORT_VALUE || cell.mean >= 0.5)
                continue;
            if (!begun)
                fprintf(out, "%srow %s: ", any ? "; " : "Below chance, which is 50, by class, as the mean over seeds: ",
                        e->rows[r].name);
            else
                fputs(", ", out);
            name_print(report_class_name(run, run->classes[i].name), out);
            fprintf(out, " %s %.1f", experiment_column_title(e->column[c]), 100 * cell.mean);
            begun = true;
        }
    return any || begun;
}

void report_chance(const report_numbers *t, FILE *out)
{
    bool any = false;
    for (int r = 0; r < t->experiment->row_count; r++)
        any = print_row(t, r, any, out);
    if (any)
        fputs(". There the scores put what is whole before what is defective.\n", out);
}
