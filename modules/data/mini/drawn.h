/* drawn.h: a data set of drawn classes: which pictures it has, and how a module lists and draws them. */
#ifndef MINI_DRAWN_H
#define MINI_DRAWN_H
#include "class.h"
#include "module.h"

typedef struct drawn_settings {
    int seed, train, good, each;
    double size, contrast, variation;
    bool twin;
} drawn_settings;

/* The rows of a module's settings; defaults of `train`, `good` and `size` are the set's own. */
#define DRAWN_SETTINGS(train_default, good_default, size_default)                                                      \
    ABLATE_SET(drawn_settings, seed, 1, 0, 2147483647, "everything is drawn from it"),                                 \
        ABLATE_SET(drawn_settings, train, train_default, 1, 100000, "training pictures a class, all without defect"),  \
        ABLATE_SET(drawn_settings, good, good_default, 0, 100000, "test pictures without defect a class"),             \
        ABLATE_SET(drawn_settings, each, 4, 0, 100000, "test pictures of each kind of defect"),                        \
        ABLATE_SET(drawn_settings, size, size_default, 0.1, 8, "factor on the size of defects"),                       \
        ABLATE_SET(drawn_settings, contrast, 3, 0.05, 5, "factor on the strength of defects of the surface"),          \
        ABLATE_SET(drawn_settings, variation, 0.2, 0, 3, "factor on how much pose and light differ between pictures"), \
        ABLATE_SET(drawn_settings, twin, false, 0, 1, "leave the defects out, all else being the same"),               \
    {                                                                                                                  \
        0                                                                                                              \
    }

enum { DRAWN_TRAIN = -2, DRAWN_GOOD = -1 };
typedef struct drawn_place { /* which picture it is */
    int class, state;        /* DRAWN_TRAIN, DRAWN_GOOD or a kind of defect */
    int number;              /* within its state */
} drawn_place;

typedef struct drawn_set {
    const mini_class *const *classes;
    int count;
    uint64_t (*key)(const drawn_settings *, const drawn_place *); /* everything in the picture is drawn from it */
} drawn_set;

/* The halves of an ablate_module (module.h): list and image. Pictures come class by class, training, good, then each
 * kind of defect. */
int drawn_list(const drawn_set *, ablate_builder *, const drawn_settings *);
int drawn_image(const drawn_set *, ablate_builder *, const drawn_settings *, int index, ablate_image *picture,
                ablate_image *mask);

#endif
