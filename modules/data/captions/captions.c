/* captions.c: procedural pictures with captions, to pretrain an encoder of pictures and words. What they show and how
 * it is damaged is apart from every data set that the encoder is used on. */
#include "module.h"
#include "render.h"
#include "words.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_ROOM = 64 };

typedef struct captions {
    const char *pictures;
    double share;
    int seed, count, test, side;
} captions;

/* Held-out pictures come from streams of their own, so that `count` does not change them. */
static uint64_t stream_seed(const captions *s, int index)
{
    return (uint64_t)s->seed * 2 + (index >= s->count);
}

static uint64_t stream_index(const captions *s, int index)
{
    return (uint64_t)(index >= s->count ? index - s->count : index);
}

/* Held-out pictures are all drawn: what is found among them can be compared, whatever the photographs. */
static double share_of(const captions *s, int index)
{
    return index >= s->count ? 0 : s->share;
}

/* What a file of photographs holds counts by the names: they are what pictures are known by where features are kept. */
static void picture_name(char name[NAME_ROOM], bool test, int index)
{
    if (photographs_count() > 0 && !test)
        snprintf(name, NAME_ROOM, "captions/train-%016" PRIx64 "/%06d", photographs_digest(), index);
    else
        snprintf(name, NAME_ROOM, "captions/%s/%06d", test ? "test" : "train", index);
}

static int list(ablate_builder *b, const void *settings)
{
    const captions *s = settings;
    scene drawn;
    char text[WORDS_TEXT], name[NAME_ROOM];
    float tokens[WORDS_TOKENS + 1];
    if (photographs_open(b, s->pictures) < 0)
        return -1;
    for (int i = 0; i < s->count + s->test; i++) {
        uint64_t seed = stream_seed(s, i), index = stream_index(s, i);
        scene_draw(&drawn, seed, index, s->side, share_of(s, i));
        words_describe(&drawn, seed, index, text);
        if (words_tokens(text, tokens) < 0)
            return ablate_fail(b, "captions: '%s' is too long or has a word that vocabulary.txt lacks", text);
        bool test = i >= s->count;
        ablate_picture picture = { .class_name = "captions", .state = "good", .test = test, .inputs = tokens };
        picture_name(name, test, (int)index);
        picture.name = name;
        if (ablate_add_picture(b, &picture) < 0)
            return -1;
    }
    return 0;
}

static int image(ablate_builder *b, const void *settings, int index, ablate_image *picture, ablate_image *mask)
{
    const captions *s = settings;
    scene drawn;
    if (index < 0 || index >= s->count + s->test)
        return ablate_fail(b, "captions: there is no picture %d; the last is %d", index, s->count + s->test - 1);
    *mask = (ablate_image){ 0, 0, NULL }; /* nothing here is to be found */
    canvas *work = malloc(sizeof *work);
    uint8_t *rgb = malloc(3 * (size_t)s->side * (size_t)s->side);
    if (!work || !rgb) {
        free(work);
        free(rgb);
        return ablate_fail(b, "captions: out of memory for a picture");
    }
    scene_draw(&drawn, stream_seed(s, index), stream_index(s, index), s->side, share_of(s, index));
    render_scene(&drawn, work, rgb);
    free(work);
    *picture = (ablate_image){ s->side, s->side, rgb };
    return 0;
}

static const ablate_setting settings_table[] = {
    ABLATE_SET(captions, seed, 0, 0, 1e9, "the pictures and their captions are a function of it"),
    ABLATE_SET(captions, count, 20000, 1, 1e7, "pictures to train on"),
    ABLATE_SET(captions, test, 512, 0, 1e6, "held-out pictures"),
    ABLATE_SET(captions, side, CANVAS_SIDE, 16, CANVAS_SIDE, "of a picture, in pixels; below 128: close-ups"),
    ABLATE_FILE(captions, pictures, "photographs that things may be made of, PAM after PAM; none: all is drawn"),
    ABLATE_SET(captions, share, 0.5, 0, 1, "of scenes whose thing shows one of these"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "captions",
    .doc = "procedural pictures of 128 x 128 with captions of a small vocabulary, to pretrain an encoder",
    .paper = "not of the paper",
    .reads = "",
    .writes = "",
    .settings_size = sizeof(captions),
    .settings = settings_table,
    .list = list,
    .image = image,
    .inputs = "tokens",
    .inputs_length = WORDS_TOKENS + 1,
};
