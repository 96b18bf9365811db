#include "experiment.h"
#include "../base/file.h"
#include "../base/place.h"
#include "../base/words.h"
#include "chain.h"
#include "experiment_claim.h"
#include "experiment_printed.h"
#include "experiment_row.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef struct head_text { /* sections [experiment] and [columns] */
    const char *title, *says, *caption, *note, *metrics, *words, *comparable, *total, *data_titles, *gain;
    int layout;
} head_text;
static const ablate_setting head_rows[] = {
    ABLATE_WORDS(head_text, title, "", "first line of the report"),
    ABLATE_WORDS(head_text, says, "", "of a choice: what the source says about it, and so leaves open"),
    ABLATE_WORDS(head_text, caption, "", "what the rows show"),
    ABLATE_WORDS(head_text, note, "", "what a reader of the numbers must know"),
    ABLATE_WORDS(head_text, data_titles, "", "what the title calls a data set: module:\"a name\""),
    { 0 },
};
static const ablate_setting column_rows[] = {
    ABLATE_WORDS(head_text, metrics, "image_auroc pixel_auroc aupro image_ap pixel_ap mean",
                 "columns, in order; none: no report"),
    ABLATE_WORDS(head_text, words, "", "word:label, ticked where the model line holds the word"),
    ABLATE_PICK(head_text, layout, 0, "rows|classes|grid", "what the report's lines are"),
    ABLATE_WORDS(head_text, total, "total", "of layout = classes: the name of the mean of the means"),
    ABLATE_WORDS(head_text, gain, "", "the row that all others' gains are over; none: no gains"),
    ABLATE_WORDS(head_text, comparable, "", "data set that printed values are of: NAME: COUNTS"),
    { 0 },
};

void experiment_free(experiment *e)
{
    if (!e)
        return;
    free(e->rows);
    free(e->changes);
    settings_free(&e->whole);
    free(e);
}

/* The line to blame for a value of [columns]; where no file has it, the file itself. */
static int complain_columns(const experiment *e, const char *key, const char *what, const char *word)
{
    const settings_entry *entry = settings_find(&e->whole, "columns", key);
    return complain_at(entry ? entry->file : e->path, entry ? entry->line : 1, "'columns.%s' %s; it has '%s'", key,
                       what, word);
}

/* "none": runs without a report, as of an encoder's own training. */
static int columns_read(experiment *e, const char *names)
{
    if (strcmp(names, "none") == 0)
        return 0;
    const char *rest = names, *name;
    size_t length;
    while ((name = word_next(&rest, " ", &length))) {
        int column = experiment_column_find(name, length);
        for (int i = 0; i < e->columns; i++)
            if (e->column[i] == column)
                return complain_columns(e, "metrics", "must name each column once", names);
        if (column < 0)
            return complain_columns(
                e, "metrics", "must be some of image_auroc pixel_auroc aupro image_ap pixel_ap mean, or none", names);
        e->column[e->columns++] = column;
    }
    if (e->columns == 0 || (e->columns == 1 && e->column[0] == EXPERIMENT_MEAN))
        return complain_columns(e, "metrics", "must name at least one metric", names);
    return 0;
}

/* "word:label": a label that holds blanks stands in quotes. 1; 0: it is no such pair; -1: complained. */
static int pair_read(arena *memory, const char **at, const char **word, const char **label)
{
    size_t length = strcspn(*at, ": ");
    char *text = NULL;
    *word = arena_print(memory, "%.*s", (int)length, *at);
    *at += length + (length > 0 && (*at)[length] == ':');
    int whole = length > 0 && (*at)[-1] == ':' && !strchr(" ", **at) ? words_next(at, &text) : -1;
    *label = arena_keep(memory, text);
    return *word && whole < 0 ? 0 : *word && *label ? 1 : -1;
}

static int word_read(experiment *e, const char **at, const char *words)
{
    if (e->words == EXPERIMENT_WORDS)
        return complain_columns(e, "words", "may hold 16 words", words);
    int status = pair_read(e->whole.memory, at, &e->word[e->words], &e->label[e->words]);
    e->words++;
    if (status == 0)
        return complain_columns(e, "words", "must be a list of word:label, or word:\"a label\"", words);
    return status > 0 ? 0 : -1;
}

static int words_read(experiment *e, const char *words)
{
    for (const char *c = words + strspn(words, " "); *c; c += strspn(c, " "))
        if (word_read(e, &c, words) < 0)
            return -1;
    return 0;
}

static int head_read(experiment *e)
{
    head_text head = { 0 };
    if (settings_fill(&e->whole, "experiment", head_rows, &head) < 0 ||
        settings_fill(&e->whole, "columns", column_rows, &head) < 0)
        return -1;
    e->title = head.title;
    e->says = head.says;
    e->caption = head.caption;
    e->note = head.note;
    e->layout = (experiment_layout)head.layout;
    e->comparable = head.comparable;
    e->total = head.total;
    return columns_read(e, head.metrics) < 0 ? -1 : words_read(e, head.words);
}

static int gain_read(experiment *e)
{
    const settings_entry *entry = settings_find(&e->whole, "columns", "gain");
    bool named = entry && *entry->value;
    e->gain = named ? experiment_row_named(e, entry->value, entry) : -1;
    return named && e->gain < 0 ? -1 : 0;
}

/* Are all rows on the data of that module? */
static bool is_of_data(const experiment *e, const char *module)
{
    size_t length = strlen(module);
    bool all = e->row_count > 0;
    for (int r = 0; r < e->row_count; r++) {
        const char *data = e->rows[r].run.data;
        all = all && strncmp(data, module, length) == 0 && (data[length] == ':' || !data[length]);
    }
    return all;
}

static int data_titles_read(experiment *e)
{
    const settings_entry *entry = settings_find(&e->whole, "experiment", "data_titles");
    const char *text = entry ? entry->value : "", *module, *title;
    e->stands_for = "";
    for (const char *c = text + strspn(text, " "); *c; c += strspn(c, " ")) {
        int status = pair_read(e->whole.memory, &c, &module, &title);
        if (status == 0)
            return settings_complain(entry,
                                     "'data_titles' must be a list of module:title, or module:\"a title\"; it "
                                     "has '%s'",
                                     text);
        if (status < 0)
            return -1;
        if (is_of_data(e, module))
            e->stands_for = title;
    }
    return 0;
}

static const char *own_line(const experiment_row *row)
{
    const settings_entry *line = experiment_row_own(row, "run", "model");
    return line ? line->value : "";
}

/* The word of all rows' lines that is nearest to `wanted`, cut to fit. */
static void nearest_word(const experiment *e, const char *wanted, char nearest[64])
{
    int least = INT_MAX;
    nearest[0] = 0;
    for (int r = 0; r < e->row_count; r++) {
        const char *rest = own_line(&e->rows[r]), *next;
        size_t length;
        while ((next = word_next(&rest, " ", &length))) {
            char word[64];
            snprintf(word, sizeof word, "%.*s", (int)length, next);
            int distance = settings_distance(wanted, word);
            if (distance < least)
                memcpy(nearest, word, sizeof word);
            least = distance < least ? distance : least;
        }
    }
}

/* A word of this file that no row's line holds would be a column of nothing but crosses. Rows are taken as the files
 * have them: --set may delete a word from all. */
static int words_check(const experiment *e)
{
    const settings_entry *entry = settings_find(&e->whole, "columns", "words");
    for (int w = 0; entry && strcmp(entry->file, e->path) == 0 && w < e->words; w++) {
        bool held = false;
        char nearest[64];
        for (int r = 0; r < e->row_count; r++)
            held = held || word_listed(own_line(&e->rows[r]), " ", e->word[w]);
        for (int before = 0; before < w; before++)
            if (strcmp(e->word[before], e->word[w]) == 0)
                return settings_complain(entry, "'columns.words' names '%s' twice; delete one", e->word[w]);
        nearest_word(e, e->word[w], nearest);
        if (!held)
            return settings_complain(
                entry, "'columns.words' names '%s', which no row's model has%s%s%s; correct or delete it", e->word[w],
                *nearest ? "; the nearest word is '" : "", nearest, *nearest ? "'" : "");
    }
    return 0;
}

static int layout_check(const experiment *e)
{
    if (e->layout == LAYOUT_GRID && e->grid.axes != 2)
        return complain_columns(e, "layout", "needs a [grid] of two axes", "grid");
    for (int c = 0; e->layout == LAYOUT_CLASSES && c < e->columns; c++)
        if (e->column[c] == EXPERIMENT_MEAN)
            return complain_columns(e, "metrics", "must not name the mean, which layout = classes has anyway", "mean");
    if (e->layout == LAYOUT_CLASSES && e->gain >= 0)
        return complain_columns(e, "gain", "has no place with layout = classes", e->rows[e->gain].name);
    if (e->layout != LAYOUT_CLASSES && e->printed_count > 0)
        return complain_columns(e, "layout", "must be classes to show the sections [printed ...]",
                                e->layout == LAYOUT_GRID ? "grid" : "rows");
    if (*e->comparable && !strstr(e->comparable, ": "))
        return complain_columns(e, "comparable", "must be NAME: COUNTS, as the caption of a report ends its data",
                                e->comparable);
    return 0;
}

/* "ablations/one.ini" -> "one" */
static const char *name_of(arena *memory, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *start = slash ? slash + 1 : path;
    const char *dot = strrchr(start, '.');
    return arena_print(memory, "%.*s", (int)(dot && dot > start ? (size_t)(dot - start) : strlen(start)), start);
}

/* A relative path that leads nowhere is looked for in the kit, and that is said, once for each word of the command.
 * NULL: complained. */
static const char *find_file(arena *memory, const char *path)
{
    static const char *said;
    if (*path == '/' || file_exists(path) || !*place_kit())
        return arena_text(memory, path);
    const char *own = arena_print(memory, "%s/%s", place_kit(), path);
    if (!own || !file_exists(own))
        return own ? arena_text(memory, path) : NULL;
    if (said != path)
        fprintf(stderr, "%s is not there; %s is taken\n", path, own);
    said = path;
    return own;
}

experiment *experiment_load(const char *path, const experiment_options *options)
{
    experiment *e = take_zeroed(1, sizeof *e, "an experiment");
    arena *memory = e ? arena_new() : NULL;
    if (!memory) {
        free(e);
        return NULL;
    }
    e->whole.memory = memory;
    e->path = find_file(memory, path);
    e->name = name_of(memory, path);
    e->scale = arena_text(memory, options->scale ? options->scale : "");
    bool good = e->path && e->name && e->scale && chain_read(e->path, options->scale, &e->whole) == 0;
    if (!good || head_read(e) < 0 || experiment_rows_read(e, options) < 0 || experiment_printed_read(e) < 0 ||
        gain_read(e) < 0 || experiment_claims_read(e) < 0 || data_titles_read(e) < 0 || words_check(e) < 0 ||
        layout_check(e) < 0) {
        experiment_free(e);
        return NULL;
    }
    return e;
}
