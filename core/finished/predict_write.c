#include "predict_write.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../files/npz_writer.h"
#include "../files/page_colour.h"
#include <stdlib.h>
#include <string.h>

typedef struct writer {
    finished_run *run;
    const predict_files *files;
    const predict_threshold *threshold;
    const predict_output *output;
    predict_summary *summary;
    FILE *scores, *unreadable;
    int prefix; /* characters that all paths have in common */
} writer;

/* "OUT/sub/a.png" + ".heat.png", new memory */
static char *name_of(const writer *w, int file, const char *ending)
{
    return take_text("%s/%s%s", w->output->folder, w->files->file[file].whole + w->prefix, ending);
}

static const predict_limit *limit_of(const writer *w, int file)
{
    return predict_threshold_of(w->threshold, w->files->file[file].class_index);
}

static int write_picture(const writer *w, int file, const char *ending, const ablate_image *image)
{
    char *path = name_of(w, file, ending);
    int status = path ? image_write_png(path, image) : -1;
    free(path);
    return status;
}

static int write_heat(const writer *w, int file, const float *map)
{
    ablate_image heat = { 0 };
    const predict_limit *t = limit_of(w, file);
    int status = page_colour_map(map, w->run->input.size, t->calm, t->calm + 2 * (t->pixel - t->calm), &heat);
    if (status == 0)
        status = write_picture(w, file, ".heat.png", &heat);
    image_free(&heat);
    return status;
}

static int write_overlay(const writer *w, int file, const float *map)
{
    int side = w->run->input.size;
    double pixel = limit_of(w, file)->pixel;
    image_mask above = { side, side, take((size_t)side * (size_t)side, 1, "an overlay") };
    ablate_image seen = { 0 };
    int status = above.value ? fitted_file(w->files->file[file].path, &w->run->input, &seen) : -1;
    for (int64_t p = 0; status == 0 && p < (int64_t)side * side; p++)
        above.value[p] = (double)map[p] > pixel ? 255 : 0;
    if (status == 0) {
        page_colour_outline(&seen, &above);
        status = write_picture(w, file, ".overlay.png", &seen);
    }
    image_free(&seen);
    free(above.value);
    return status;
}

static int write_map(const writer *w, int file, const float *map)
{
    size_t side = (size_t)w->run->input.size;
    char shape[40], *path = name_of(w, file, ".npz");
    npz_writer *to = path ? npz_create(path) : NULL;
    snprintf(shape, sizeof shape, "(%zu, %zu)", side, side);
    free(path);
    if (!to)
        return -1;
    if (npz_add(to, "map", "<f4", shape, map, side * side * sizeof *map) == 0)
        return npz_finish(to);
    npz_abandon(to);
    return -1;
}

/* "-": not known */
static const char *class_name(const writer *w, int file)
{
    int index = w->files->file[file].class_index;
    return index < 0 ? "-" : w->run->record.classes[index].name;
}

static int write_one(writer *w, int file, const float *map, double score)
{
    double limit = limit_of(w, file)->image;
    bool defective = score > limit;
    int status = 0;
    name_print(w->files->file[file].path, w->scores);
    fprintf(w->scores, "\t%.9g\t%s\t", score, defective ? "defective" : "good");
    name_cell(class_name(w, file), w->scores);
    fprintf(w->scores, "%.9g\n", limit);
    w->summary->scored++;
    w->summary->defective += defective;
    if (w->output->pictures)
        status = write_heat(w, file, map) < 0 ? -1 : write_overlay(w, file, map);
    return status == 0 && w->output->maps ? write_map(w, file, map) : status;
}

static int write_batch(writer *w, const predict_walk *batch)
{
    int64_t area = (int64_t)batch->size * batch->size;
    int status = 0;
    for (int i = 0; i < batch->count && status == 0; i++) {
        if (batch->reason[i]) {
            w->summary->unread++;
            fprintf(w->unreadable, "%s\n", batch->reason[i]);
            name_print(w->files->file[batch->first + i].path, w->scores);
            fputs("\t\tunreadable\t", w->scores);
            name_cell(class_name(w, batch->first + i), w->scores);
            fputc('\n', w->scores);
        } else {
            status = write_one(w, batch->first + i, batch->maps + i * area, batch->score[i]);
        }
    }
    return status;
}

static void write_limit(const writer *w, const predict_limit *l, const char *whose)
{
    fprintf(w->scores, "# %.9g ", l->image);
    name_show(whose, w->scores);
    fprintf(w->scores, ": of %d pictures %d lie above, a new one with a chance of at most %.3g.\n", l->pictures,
            l->above, l->rate);
}

/* What was said on the way must be read with the scores too. */
static void write_note(const writer *w, const char *note)
{
    fputs("# Note: ", w->scores);
    name_show(note, w->scores);
    fputs(".\n", w->scores);
}

static void write_head(const writer *w)
{
    const predict_threshold *t = w->threshold;
    char label[NAME_ROOM], folder[NAME_ROOM], from[NAME_ROOM];
    fprintf(w->scores,
            "# Written by ablate predict with the run %s (%s).\n"
            "# A picture is called defective above the threshold of its class: chosen from pictures without a defect "
            "(%s) for a false alarm rate of %g.\n"
            "# A line a picture, fields between tabs; " NAME_RULE ".\n",
            name_shown(w->run->label, label, sizeof label), name_shown(w->run->folder, folder, sizeof folder),
            name_shown(t->from, from, sizeof from), t->rate);
    for (int c = 0; c < t->classes; c++)
        if (t->of[c].pictures > 0)
            write_limit(w, &t->of[c], w->run->record.classes[c].name);
    write_limit(w, &t->all, "all classes together, for pictures of classes that are not known (-) or not named here");
    for (int i = 0; i < w->run->warnings; i++)
        write_note(w, w->run->warning[i]);
    fputs("path\tscore\tdecision\tclass\tthreshold\n", w->scores);
}

int predict_write(finished_run *run, const predict_files *files, const predict_threshold *threshold,
                  const predict_output *output, predict_summary *summary, FILE *unreadable)
{
    file_draft *draft = file_draft_in(output->folder, "scores.tsv");
    *summary = (predict_summary){ 0 };
    if (!draft)
        return -1;
    writer w = {
        run, files, threshold, output, summary, file_draft_stream(draft), unreadable, predict_files_prefix(files)
    };
    write_head(&w);
    predict_walk walk = { .run = run, .files = files, .label = run->label };
    while (predict_next(&walk))
        walk.status = write_batch(&w, &walk);
    return file_finish(draft, walk.status);
}
