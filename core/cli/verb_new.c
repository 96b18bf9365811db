#include "../base/diag.h"
#include "../base/file.h"
#include "../plugin/loader.h"
#include "verbs.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* '@' stands for the name. */
static const char skeleton[] =
    "/* @.c: say here in one sentence what it does and why.\n"
    " *\n"
    " * As it stands it is a small residual layer: y = x + scale * relu(W x + b), for each token. */\n"
    "#include \"operations.h\"\n"
    "\n"
    "/* What an experiment may choose, in a section [@]. Fields: int, double, bool, const char *. */\n"
    "typedef struct @_settings {\n"
    "    double scale;\n"
    "} @_settings;\n"
    "\n"
    "/* Runs once for the training graph and once for the scoring graph (b->training says which). It needs no checks: "
    "the\n"
    " * first thing that does not fit is reported with this file's line. */\n"
    "static int build(ablate_builder *b, const void *settings)\n"
    "{\n"
    "    const @_settings *s = settings;\n"
    "\n"
    "    /* Take from the board the first of these that is there; index -1 is its last value */\n"
    "    ablate_value *x = ablate_read(b, \"bottleneck|perturbed|teacher\", -1); /* (B, N, C) */\n"
    "    ablate_shape shape = ablate_shape_of(b, x);\n"
    "    if (shape.rank != 3)\n"
    "        return ablate_fail(b, \"@: features must be pictures x tokens x channels\");\n"
    "    int64_t c = shape.dim[2];\n"
    "\n"
    "    /* Trainable tensors: name, first values, shape */\n"
    "    ablate_value *weight = ablate_param(b, \"weight\", \"linear\", c, c);\n"
    "    ablate_value *bias = ablate_param(b, \"bias\", \"zeros\", c);\n"
    "\n"
    "    /* Operations by name: see operations.h and `ablate ops`. Gradients come by themselves */\n"
    "    ablate_value *y = op_relu(b, op_linear(b, x, weight, bias));\n"
    "    ablate_write(b, \"bottleneck\", 0, op_add(b, x, op_scale(b, y, s->scale)));\n"
    "\n"
    "    /* A term of the total loss is one number with a weight. For example, keep the weights small:\n"
    "     *     if (b->training)\n"
    "     *         ablate_loss(b, \"@\", op_mean_all(b, op_square(b, weight)), 0.01); */\n"
    "    return 0;\n"
    "}\n"
    "\n"
    "/* A row a setting: field, default, least, most, and what it is. An experiment that sets something else is "
    "refused. */\n"
    "static const ablate_setting settings_rows[] = {\n"
    "    ABLATE_SET(@_settings, scale, 1, 0, 100, \"how much of the layer is added\"),\n"
    "    { 0 },\n"
    "};\n"
    "\n"
    "/* The one thing that the engine sees. What it reads and writes is checked before a run: `a|b` either, `c?` "
    "optional. */\n"
    "const ablate_module ablate_module_entry = {\n"
    "    .abi = ABLATE_ABI,\n"
    "    .name = \"@\",\n"
    "    .doc = \"residual layer\",\n"
    "    .paper = \"\",\n"
    "    .reads = \"bottleneck|perturbed|teacher\",\n"
    "    .writes = \"bottleneck\",\n"
    "    .settings_size = sizeof(@_settings),\n"
    "    .settings = settings_rows,\n"
    "    .build = build,\n"
    "};\n";

typedef struct request {
    verb_line given;
    const char *folder;
} request;

static const line_option options[] = { OPTION(request, folder, "in", 'i', "DIR",
                                              "write into this folder (default: the current one)",
                                              .path = OPTION_FOLDER),
                                       { 0 } };

/* The name becomes a file's, a section's and part of C names. */
static int check_name(const char *name)
{
    bool fits = islower((unsigned char)name[0]) && strlen(name) <= 40;
    for (const char *c = name; *c; c++)
        fits = fits && (islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '_');
    if (!fits)
        return complain("new: '%.60s' is no name for a module; take a lower-case letter, then up to 39 of a-z, 0-9 and "
                        "'_'",
                        name);
    module_names known;
    if (module_list_available(NULL, &known) < 0)
        return -1;
    for (int i = 0; i < known.count; i++)
        if (strcmp(known.name[i], name) == 0)
            complain("new: there is a module '%s' already; choose another name", name);
    module_names_free(&known);
    return complaint() ? -1 : 0;
}

static int write_skeleton(const char *path, const char *name)
{
    if (file_exists(path))
        return complain("%s: it is there already; choose another name or move it away", path);
    file_draft *draft = file_draft_open(path);
    if (!draft)
        return -1;
    FILE *out = file_draft_stream(draft);
    for (const char *c = skeleton; *c; c++)
        if (*c == '@')
            fputs(name, out);
        else
            fputc(*c, out);
    return file_commit(draft);
}

static int run(void *given)
{
    const request *r = given;
    const char *name = r->given.word[0], *folder = r->folder ? r->folder : ".";
    if (check_name(name) < 0)
        return -1;
    char *path = r->folder ? take_text("%s/%s.c", folder, name) : take_text("%s.c", name);
    if (!path || write_skeleton(path, name) < 0) {
        free(path);
        return -1;
    }
    printf("%s is written. In the folder `modules` of the sources `make` builds it; anywhere else\n"
           "    cc -O2 $(pkg-config --cflags --libs ablate) %s -lm -o %s/%s.so\n"
           "does, with an installed ablate. Then add '%s' to a line `model = ...`, and say --modules %s to ablate.\n",
           path, path, folder, name, name, folder);
    free(path);
    return 0;
}

const verb verb_new = {
    .name = "new",
    .summary = "NAME      write a module to start from",
    .words = "NAME",
    .doc = "Writes NAME.c, the commented beginning of a module, which builds and trains as it is.",
    .least = 1,
    .most = 1,
    .lacks = "name the module: ablate new NAME [--in DIR]",
    .options = { options },
    .size = sizeof(request),
    .run = run,
};
