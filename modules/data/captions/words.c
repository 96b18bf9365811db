/* words.c: captions. Grammar: opening, count or article, adjectives, noun, then what it has, lies on, and where. */
#include "words.h"
#include "noise.h"
#include "shape.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A caption as it grows. */
typedef struct sentence {
    char *text;
    size_t length;
    int words;
    draw_stream draw;  /* shared by twins */
    draw_stream state; /* of what is said about the state */
} sentence;

static int word_count(const char *text)
{
    int n = 0;
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        text += strcspn(text, " ");
        n++;
    }
    return n;
}

/* Adds a phrase, unless the caption would be too long with it; so each phrase can be done without. */
static void say(sentence *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(sentence *s, const char *format, ...)
{
    char phrase[80];
    va_list list;
    va_start(list, format);
    vsnprintf(phrase, sizeof phrase, format, list);
    va_end(list);
    int more = word_count(phrase);
    if (s->words + more > WORDS_TOKENS - 2)
        return;
    s->words += more;
    s->length += (size_t)snprintf(s->text + s->length, WORDS_TEXT - s->length, "%s%s", s->length ? " " : "", phrase);
}

static bool chance(sentence *s, float probability)
{
    return draw_chance(&s->draw, probability);
}

static bool state_chance(sentence *s, float probability)
{
    return draw_chance(&s->state, probability);
}

static const char *one_of(sentence *s, const char *const *list, int n)
{
    return list[draw_below(&s->draw, n)];
}

static const char *state_of(sentence *s, bool damaged)
{
    static const char *const whole[] = { "normal", "perfect", "flawless", "intact", "clean", "good", "undamaged" };
    static const char *const not_whole[] = { "damaged", "damaged", "damaged", "defective", "faulty" };
    return damaged ? not_whole[draw_below(&s->state, 5)] : whole[draw_below(&s->state, 7)];
}
#define ONE_OF(s, ...)                                                                                                 \
    one_of(s, (const char *const[]){ __VA_ARGS__ },                                                                    \
           (int)(sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *)))

static void say_opening(sentence *s, const scene *seen)
{
    if (chance(s, 0.4f))
        return;
    const char *how = seen->blur >= 3         ? "blurry "
                      : seen->exposure < 0.6f ? "dark "
                      : seen->exposure > 1.2f ? "bright "
                                              : "";
    bool large = seen->objects == 1 && seen->object[0].radius > 46;
    if (!*how && ((seen->shape >= 0 && large) || seen->side < CANVAS_SIDE) && chance(s, 0.5f))
        how = "close-up ";
    say(s, "a %s%s of", chance(s, 0.7f) ? how : "", ONE_OF(s, "photo", "picture", "image"));
}

/* The state before the noun: true if something was said. */
static bool say_state(sentence *s, const scene *seen, bool plural)
{
    if (seen->damages && plural && seen->objects > 2)
        return false; /* only one of them is damaged */
    if (!state_chance(s, seen->damages ? 0.75f : 0.45f))
        return false;
    if (seen->damages && state_chance(s, 0.6f))
        say(s, "%s", damage_kinds[seen->damage[0].kind].adjective);
    else
        say(s, "%s", state_of(s, seen->damages > 0));
    return true;
}

static void say_surface_words(sentence *s, const surface *skin, float often)
{
    if (chance(s, often)) {
        say(s, "%s", surface_colors[skin->color]);
        if (skin->pattern != PATTERN_PLAIN && chance(s, 0.3f))
            say(s, "and %s", surface_colors[skin->color2]);
    }
    if (skin->photograph)
        return;
    if (chance(s, skin->pattern == PATTERN_PLAIN ? 0.1f : often))
        say(s, "%s", surface_patterns[skin->pattern]);
    if (chance(s, 0.8f * often))
        say(s, "%s", surface_material_name(skin->material));
}

static void say_size(sentence *s, const scene *seen)
{
    float radius = seen->object[0].radius;
    if (seen->shape >= 0 && seen->side == CANVAS_SIDE && (radius > 46 || radius < 24) && chance(s, 0.35f))
        say(s, radius > 46 ? "large" : "small");
}

/* Article or number; true if more than one is spoken of. */
static bool say_number(sentence *s, const scene *seen)
{
    static const char *const numbers[] = { "two", "three", "four" };
    if (seen->objects > 1 && seen->side == CANVAS_SIDE)
        say(s, "%s", seen->objects <= 4 ? numbers[seen->objects - 2] : ONE_OF(s, "many", "several"));
    else if (chance(s, 0.85f))
        say(s, "a");
    return seen->objects > 1 && seen->side == CANVAS_SIDE;
}

/* A close-up of a large thing shows its skin, hardly its shape. */
static bool shape_shows(const scene *seen)
{
    return seen->shape >= 0 && (seen->side == CANVAS_SIDE || seen->object[0].radius < 0.6f * (float)seen->side);
}

static void say_noun(sentence *s, const scene *seen, bool plural)
{
    if (chance(s, 0.15f) || (seen->skin.photograph && seen->skin.photograph->cut))
        say(s, plural ? "objects" : "object");
    else if (!shape_shows(seen))
        say(s, "%s", ONE_OF(s, "surface", "texture", "sheet", "material"));
    else
        say(s, "%s", plural ? shapes[seen->shape].plural : shapes[seen->shape].name);
}

static void say_flaw(sentence *s, const scene *seen, bool plural, bool said)
{
    static const char *const none[] = { "without damage", "without defect", "in perfect condition", "with no defect" };
    if (seen->damages == 0) {
        if (!said && state_chance(s, 0.2f))
            say(s, "%s", none[draw_below(&s->state, 4)]);
        return;
    }
    const damage_kind *kind = &damage_kinds[seen->damage[0].kind];
    if (plural && seen->objects > 2) {
        say(s, "one is %s", state_chance(s, 0.3f) ? "damaged" : kind->adjective);
    } else if (state_chance(s, said ? 0.15f : 0.9f)) {
        say(s, "with %s", state_chance(s, 0.25f) ? "a defect" : kind->noun);
        if (seen->damages > 1 && state_chance(s, 0.7f))
            say(s, "and %s", damage_kinds[seen->damage[1].kind].noun);
    }
}

/* Whether ground is seen: always around a whole thing, in a close-up where a corner of the window is outside. */
static bool ground_shows(const scene *seen)
{
    bool shows = seen->shape >= 0 && seen->side == CANVAS_SIDE;
    for (int corner = 0; corner < 4 && seen->shape >= 0; corner++) {
        float own_x, own_y, x = (float)(seen->left + (corner & 1 ? seen->side : 0)),
                            y = (float)(seen->top + (corner & 2 ? seen->side : 0));
        float nearest = 1000;
        for (int i = 0; i < seen->objects; i++)
            nearest = fminf(nearest, scene_distance(seen, &seen->object[i], x, y, &own_x, &own_y));
        shows = shows || nearest > 0.1f * (float)seen->side;
    }
    return shows;
}

static void say_surroundings(sentence *s, const scene *seen)
{
    if (ground_shows(seen) && chance(s, 0.5f)) {
        const char *material = seen->ground.photograph ? "surface" : surface_material_name(seen->ground.material);
        if (chance(s, 0.4f))
            say(s, "on %s %s", surface_colors[seen->ground.color], material);
        else
            say(s, "on %s", material);
    }
    const scene_object *o = &seen->object[0];
    if (seen->side < CANVAS_SIDE)
        return;
    float x = o->x - CANVAS_SIDE / 2.0f, y = o->y - CANVAS_SIDE / 2.0f;
    if (seen->objects == 1 && fmaxf(fabsf(x), fabsf(y)) > 20 && chance(s, 0.3f))
        say(s, "at the %s", fabsf(x) > fabsf(y) ? (x < 0 ? "left" : "right") : (y < 0 ? "top" : "bottom"));
    if (chance(s, 0.1f) && (seen->exposure < 0.6f || seen->exposure > 1.2f))
        say(s, "in %s light", seen->exposure < 0.6f ? "dim" : "bright");
}

/* "damaged object": nothing but the state. */
static void say_state_only(sentence *s, const scene *seen)
{
    if (chance(s, 0.5f))
        say(s, "a %s of", ONE_OF(s, "photo", "picture", "image"));
    if (chance(s, 0.5f))
        say(s, "a");
    if (seen->damages && state_chance(s, 0.5f))
        say(s, "%s", damage_kinds[seen->damage[0].kind].adjective);
    else if (seen->damages || state_chance(s, 0.7f))
        say(s, "%s", state_of(s, seen->damages > 0));
    say(s, "object");
}

static void describe(sentence *s, const scene *seen)
{
    if (chance(s, 0.1f)) {
        say_state_only(s, seen);
        return;
    }
    float often = chance(s, 0.25f) ? 0.25f : 0.75f; /* some people say little */
    say_opening(s, seen);
    bool plural = say_number(s, seen);
    say_size(s, seen);
    bool said = say_state(s, seen, plural);
    say_surface_words(s, &seen->skin, often);
    say_noun(s, seen, plural);
    say_flaw(s, seen, plural, said);
    if (chance(s, often))
        say_surroundings(s, seen);
}

/* "a" becomes "an" before a vowel. */
static void copy_with_articles(const char *from, char *to, size_t room)
{
    for (const char *at = from; *at && room > 2; at++) {
        *to++ = *at;
        room--;
        bool alone = *at == 'a' && (at == from || at[-1] == ' ') && at[1] == ' ';
        if (!alone || !at[2] || !strchr("aeiou", at[2]))
            continue;
        *to++ = 'n';
        room--;
    }
    *to = '\0';
}

void words_describe(const scene *seen, uint64_t seed, uint64_t index, char text[WORDS_TEXT])
{
    char plain[WORDS_TEXT] = "";
    sentence s = { plain, 0, 0, draw_begin(seed, index / 2, 2), draw_begin(seed, index, 3) };
    describe(&s, seen);
    if (chance(&s, 0.2f))
        say(&s, ".");
    copy_with_articles(plain, text, WORDS_TEXT);
}
