#include "../base/diag.h"
#include "../run/features.h"
#include "shared.h"
#include "verbs.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_INPUT = 4096 };

typedef struct further { /* an input beside the picture */
    char name[64];       /* "": none */
    float number[MOST_INPUT];
    int numbers;
} further;

typedef struct request {
    verb_line given;
    const char *picture;
    further input;
} request;

static int read_input(const line_option *o, const char *text, void *field)
{
    further *input = field;
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : 0;
    if (length == 0 || length >= sizeof input->name)
        return complain("--%s must be NAME=NUMBERS, e.g. tokens=1,2,3; it is '%s'", o->name, text);
    memcpy(input->name, text, length);
    for (const char *at = equals + 1;; at++) {
        char *end;
        double number = strtod(at, &end);
        if (end == at || (*end && *end != ',') || !isfinite((float)number) || input->numbers == MOST_INPUT)
            return complain("--%s %s: '%.40s' is no list of at most %d numbers with commas between", o->name,
                            input->name, at, (int)MOST_INPUT);
        input->number[input->numbers++] = (float)number;
        at = end;
        if (!*end)
            return 0;
    }
}

static const line_option options[] = {
    OPTION(request, picture, "picture", 'p', "FILE", "PNG, JPEG, BMP, TIFF or WebP, prepared as the row's pictures are",
           .path = OPTION_INPUT),
    SHARED_OUT_FILE("safetensors file to write"),
    OPTION_TAKEN(read_input, request, input, "input", 'i', "NAME=NUMBERS",
                 "what the data would give beside the picture: numbers with commas between"),
    { 0 }
};

static int run(void *given)
{
    const request *r = given;
    const further *input = &r->input;
    const features_request wanted = { r->picture, r->given.out, *input->name ? input->name : NULL, input->number,
                                      input->numbers };
    session on = { 0 };
    experiment *e = shared_session(&r->given, &on) == 0 ? shared_load(&r->given, 0) : NULL;
    const experiment_row *row = e ? shared_row_of(&r->given, e) : NULL;
    int status = row ? features_write(&on, e, row, &wanted, stdout) : -1;
    experiment_free(e);
    session_close(&on);
    return status;
}

const verb verb_features = {
    .name = "features",
    .summary = "FILE      write what the modules of a row make of a picture",
    .words = "FILE",
    .doc = "Write every value that the modules of a row put on the board for one picture. Parameters have the values "
           "with which training begins.",
    .least = 1,
    .most = 1,
    .needs = "picture out",
    .lacks = "name an experiment file, --picture and --out",
    .options = { options, shared_experiment, shared_row, shared_modules, shared_cache, shared_device },
    .size = sizeof(request),
    .run = run,
};
