#include "verbs.h"
#include "../base/diag.h"
#include <string.h>

const verb *const verbs[] = { &verb_run,     &verb_check,   &verb_trace,    &verb_graph,   &verb_modules, &verb_ops,
                              &verb_new,     &verb_data,    &verb_features, &verb_gallery, &verb_patches, &verb_weights,
                              &verb_compare, &verb_predict, &verb_page,     &verb_curves,  &verb_metrics, NULL };

int verbs_run(int argc, char **argv)
{
    for (const verb *const *v = verbs; *v; v++)
        if (strcmp(argv[0], (*v)->name) == 0)
            return line_run(*v, verbs, argc, argv);
    return complain("'%s' is no verb of ablate; see ablate help", argv[0]);
}
