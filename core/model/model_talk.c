#include "model_talk.h"
#include "../base/diag.h"
#include "../files/image.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const question[MODEL_ANSWERS] = { "input.size", "input.statistics", "input.resample",
                                                     "input.mean", "input.std",        "run.seed" };

static const char *chosen(void *owner, const char *engine_setting)
{
    const model_talk *t = owner;
    for (int i = 0; i < MODEL_ANSWERS; i++)
        if (strcmp(question[i], engine_setting) == 0)
            return t->answer[i];
    return NULL;
}

static void remark(void *owner, const char *sentence)
{
    model_talk *t = owner;
    for (int i = 0; i < t->remarks; i++)
        if (strcmp(t->remark[i], sentence) == 0)
            return;
    if (!TAKE_ROOM(t->remark, t->remarks, "remarks"))
        return;
    if ((t->remark[t->remarks] = take_text("%s", sentence)))
        t->remarks++;
}

static void print_three(char answer[80], const float value[3])
{
    snprintf(answer, 80, "%.7g %.7g %.7g", (double)value[0], (double)value[1], (double)value[2]);
}

void model_talk_open(model_talk *t, const input_settings *input, int seed)
{
    const char *statistics = input->statistics == INPUT_OPENAI ? "openai" : "imagenet";
    const image_statistics *numbers = image_statistics_find(statistics);
    *t = (model_talk){ .with = { t, remark, chosen } };
    snprintf(t->answer[0], sizeof t->answer[0], "%d", input->size);
    snprintf(t->answer[1], sizeof t->answer[1], "%s", statistics);
    snprintf(t->answer[2], sizeof t->answer[2], "%s", input->resample == INPUT_BICUBIC ? "bicubic" : "bilinear");
    print_three(t->answer[3], numbers->mean);
    print_three(t->answer[4], numbers->std);
    snprintf(t->answer[5], sizeof t->answer[5], "%d", seed);
}

void model_talk_close(model_talk *t)
{
    for (int i = 0; i < t->remarks; i++)
        free(t->remark[i]);
    free(t->remark);
    *t = (model_talk){ 0 };
}

void model_talk_say(const model_talk *t, const char *label)
{
    for (int i = 0; i < t->remarks; i++)
        fprintf(stderr, "%s: %s\n", label, t->remark[i]);
}
