/* model_talk.c: what modules ask of a run while they compose, and what they have to say of it. */
#include "../base/diag.h"
#include "../files/image.h"
#include "model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const question[MODEL_ANSWERS] = { "input.size", "input.statistics", "input.resample", "input.mean",
                                                     "input.std" };

static const char *chosen(void *owner, const char *engine_setting)
{
    const model *m = owner;
    for (int i = 0; i < MODEL_ANSWERS; i++)
        if (strcmp(question[i], engine_setting) == 0)
            return m->answer[i];
    return NULL;
}

static void remark(void *owner, const char *sentence)
{
    model *m = owner;
    for (int i = 0; i < m->remarks; i++)
        if (strcmp(m->remark[i], sentence) == 0)
            return;
    char **grown = take_again(m->remark, (size_t)m->remarks + 1, sizeof *grown, "remarks");
    if (!grown)
        return;
    m->remark = grown;
    if ((grown[m->remarks] = take_text("%s", sentence)))
        m->remarks++;
}

static void print_three(char answer[80], const float value[3])
{
    snprintf(answer, 80, "%.7g %.7g %.7g", (double)value[0], (double)value[1], (double)value[2]);
}

void model_listen(model *m)
{
    const char *statistics = m->input->statistics == INPUT_OPENAI ? "openai" : "imagenet";
    const image_statistics *numbers = image_statistics_find(statistics);
    m->talk = (builder_talk){ m, remark, chosen };
    snprintf(m->answer[0], sizeof m->answer[0], "%d", m->input->size);
    snprintf(m->answer[1], sizeof m->answer[1], "%s", statistics);
    snprintf(m->answer[2], sizeof m->answer[2], "%s", m->input->resample == INPUT_BICUBIC ? "bicubic" : "bilinear");
    print_three(m->answer[3], numbers->mean);
    print_three(m->answer[4], numbers->std);
}

void model_say(const model *m, const char *label)
{
    for (int i = 0; i < m->remarks; i++)
        fprintf(stderr, "%s: %s\n", label, m->remark[i]);
}
