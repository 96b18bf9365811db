#include "run_settings.h"
#include "../base/diag.h"
#include "../base/words.h"
#include "../data/dataset_spec.h"
#include "../metrics/metrics.h"
#include <stdlib.h>
#include <string.h>

#define SET(f, def, min, max, doc) ABLATE_SET(run_settings, f, def, min, max, doc)
#define PICK(f, def, choices, doc) ABLATE_PICK(run_settings, f, def, choices, doc)
#define WORDS(f, text, doc)        ABLATE_WORDS(run_settings, f, text, doc)

const ablate_setting run_settings_rows[] = {
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
const char run_settings_idle[] = "seeds|threads|checkpoint_steps|checkpoint_seconds";

static int check_protocol(const settings *list, const char *name)
{
    int count;
    const metrics_protocol *known = metrics_protocols(&count);
    char names[200] = "";
    for (int i = 0; i < count; i++) {
        if (strcmp(known[i].name, name) == 0)
            return 0;
        word_append(names, sizeof names, ", ", known[i].name);
    }
    const settings_entry *entry = settings_find(list, "run", "protocol");
    return complain_at(entry ? entry->file : "run", entry ? entry->line : 0,
                       "'run.protocol' must be one of %s; it is '%s'", names, name);
}

int run_settings_fill(const settings *list, run_settings *into)
{
    if (settings_fill(list, "run", run_settings_rows, into) < 0 || dataset_spec_place(list, &into->data) < 0)
        return -1;
    return check_protocol(list, into->protocol);
}

int run_settings_list(const run_settings *from, settings *into)
{
    run_settings shown = *from;
    char *data = dataset_spec_short(from->data);
    shown.data = data;
    int status = data ? settings_list(into, "run", run_settings_rows, &shown, run_settings_idle) : -1;
    free(data);
    return status;
}
