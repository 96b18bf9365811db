#include "run_settings.h"
#include "../base/diag.h"
#include "../base/place.h"
#include "../metrics/metrics.h"
#include <stdlib.h>
#include <string.h>

#define SET(f, def, min, max, doc) ABLATE_SET(run_settings, f, def, min, max, doc)
#define PICK(f, def, choices, doc) ABLATE_PICK(run_settings, f, def, choices, doc)
#define WORDS(f, text, doc)        ABLATE_WORDS(run_settings, f, text, doc)

static const ablate_setting run_rows[] = {
    WORDS(model, "", "the modules from left to right"),
    WORDS(data, "", "a data module, or module:argument, e.g. folder:../data"),
    SET(epochs, 100, 0, 1000000, "passes over the training pictures"),
    SET(batch, 8, 1, 65536, "pictures a step"),
    SET(seed, 0, 0, 2147483647, "first seed"),
    SET(seeds, 1, 1, 1000, "number of runs, with seeds seed, seed + 1, ..."),
    SET(threads, 0, 0, 4096, "threads; 0: one a core. Changes no result"),
    SET(shuffle, 1, 0, 1, "a new order of the training pictures each epoch, by the seed; no: the data module's order"),
    SET(checkpoint_steps, 0, 0, 1000000000,
        "a checkpoint after so many steps too; 0: by time alone. Changes no result"),
    SET(checkpoint_seconds, 20, 0, 1000000000,
        "a checkpoint after so many seconds, or a hundred times what writing one takes; 0: never. Changes no result"),
    PICK(initial, RUN_PYTORCH, "pytorch|normal",
         "first values of linear layers: PyTorch's, or N(0, 0.02) and biases of 0"),
    PICK(precision, RUN_PRECISE, "float32|tf32|bf16",
         "operands of matrix products, towers included; all but float32 round them, and only a GPU has them"),
    PICK(features, RUN_FLOAT32, "float32|float16",
         "numbers in which the cache keeps what is computed once a picture; float16 halves it and rounds"),
    WORDS(protocol, "exact", "how the metrics are estimated: exact, or as one of the evaluators of the field does it"),
    PICK(connectivity, RUN_CONNECTED_8, "8|4", "neighbours that join a mask's pixels to one defect"),
    { 0 }
};
static const ablate_setting input_rows[] = {
    SET(size, 224, 8, 4096, "pixels of a side of the square that the network sees"),
    PICK(fit, RUN_SQUARE, "square|crop",
         "pictures and masks straight to the square, or their shorter side to it and then its middle"),
    PICK(resample, RUN_BICUBIC, "bicubic|bilinear", "filter of the resizing, antialiased"),
    PICK(statistics, RUN_OPENAI, "openai|imagenet", "mean and deviation of the channels"),
    { 0 }
};
static const ablate_setting optimiser_rows[] = {
    SET(rate, 0.001, 0, 1000, "learning rate of Adam"),
    SET(beta1, 0.9, 0, 0.9999999, "decay of the first moment"),
    SET(beta2, 0.999, 0, 0.9999999, "decay of the second moment"),
    SET(eps, 1e-8, 0, 1, "added to the root of the second moment"),
    SET(decay, 0, 0, 1000, "L2 term added to the gradient, times the parameter"),
    SET(warmup, 0, 0, 1000000000, "steps in which the rate rises from 0"),
    PICK(schedule, RUN_CONSTANT, "constant|cosine", "the rate afterwards: as it is, or falling to 0 at the last step"),
    { 0 }
};
const run_section run_sections[] = {
    { "run", run_rows }, { "input", input_rows }, { "optimiser", optimiser_rows }, { 0 }
};

static int check_protocol(const settings *list, const char *name)
{
    int count;
    const metrics_protocol *known = metrics_protocols(&count);
    char names[200] = "";
    for (int i = 0; i < count; i++) {
        if (strcmp(known[i].name, name) == 0)
            return 0;
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", known[i].name);
    }
    const settings_entry *entry = settings_find(list, "run", "protocol");
    return complain_at(entry ? entry->file : "run", entry ? entry->line : 0,
                       "'run.protocol' must be one of %s; it is '%s'", names, name);
}

/* "folder:PATH": the path counts from where it stands, as every other. */
static int place_data(const settings *list, run_settings *into)
{
    const settings_entry *found = settings_find(list, "run", "data");
    settings_entry *entry = found ? &list->entry[found - list->entry] : NULL;
    const char *colon = entry ? strchr(entry->value, ':') : NULL;
    char *path = colon && !entry->place ? place_find(colon + 1, entry->file) : NULL;
    if (!colon)
        return 0;
    if (path)
        entry->place = take_text("%.*s:%s", (int)(colon - entry->value), entry->value, path);
    free(path);
    into->data = entry->place;
    return entry->place ? 0 : -1;
}

int run_settings_check_data(const settings *list)
{
    const settings_entry *entry = settings_find(list, "run", "data");
    const char *colon = entry ? strchr(entry->value, ':') : NULL;
    return colon ? settings_check_path(entry, (size_t)(colon + 1 - entry->value)) : 0;
}

char *run_settings_data_short(const char *data)
{
    size_t name = strcspn(data, ":");
    return data[name] ? take_text("%.*s:%s", (int)name, data, place_short(data + name + 1)) : take_text("%s", data);
}

int run_settings_fill(const settings *list, run_settings *into)
{
    for (const run_section *s = run_sections; s->name; s++)
        if (settings_fill(list, s->name, s->rows, into) < 0)
            return -1;
    return place_data(list, into) < 0 ? -1 : check_protocol(list, into->protocol);
}

int run_settings_print(const run_settings *from, FILE *out)
{
    run_settings shown = *from;
    char *data = run_settings_data_short(from->data);
    shown.data = data;
    for (const run_section *s = run_sections; data && s->name; s++)
        settings_print(s->name, s->rows, &shown, "seeds|threads|checkpoint_steps|checkpoint_seconds", out);
    free(data);
    return data ? 0 : -1;
}
