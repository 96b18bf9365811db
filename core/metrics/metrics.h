/* metrics.h: how well maps of scores find defects. Five numbers a class, each in [0, 1] (a fraction, not a percentage):
 *
 * - image_auroc, image_ap: one score and one label a picture
 * - pixel_auroc, pixel_ap: one score and one label a pixel, over all pixels of all pictures of the class
 * - aupro: area under the curve of per-region overlap against the false positive rate, up to a limit
 *
 * AUROC is the Mann-Whitney statistic: the chance that a random defective one scores above a random good one, ties one
 * half. AP is the step sum over distinct thresholds, sum (R_n - R_{n-1}) P_n. The PRO curve has a point for each
 * distinct threshold t: over all pixels scoring >= t, the covered fraction of a defect (a connected component of a
 * mask), averaged over the defects of the class, against the fraction of the class's defect-free pixels; its area up to
 * the limit is interpolated there and divided by it. Good pictures' pixels count in the rate
 * (Bergmann et al. 2021, International Journal of Computer Vision 129, section 5).
 *
 * A number that is not defined is NaN, with the reason in words; a mean is over the classes that have the number. Not
 * defined are the image metrics of a class without a defective or without a good picture, or of maps smaller than what
 * a protocol pools; the pixel metrics and AUPRO where the masks show no defect or nothing but defects; AUPRO from even
 * steps where fewer than two of them stay below the limit, as of a constant map. All distinct scores make of a constant
 * map what chance is: AUROC 1/2, AP the share of the defective, AUPRO half the limit; a note says so. A score that is
 * NaN or infinite is an error.
 *
 * Only the scores of defect pixels are sorted; all others are counted between them, which is all the three pixel
 * metrics need. Counts are integers and sums run in a fixed order, so no result depends on the number of threads. */
#ifndef ABLATE_METRICS_H
#define ABLATE_METRICS_H
#include <stdbool.h>
#include <stdint.h>

typedef enum metrics_kind {
    METRICS_IMAGE_AUROC,
    METRICS_IMAGE_AP,
    METRICS_PIXEL_AUROC,
    METRICS_PIXEL_AP,
    METRICS_AUPRO,
    METRICS_KINDS
} metrics_kind;

/* How the numbers are estimated: `exact`, or as one of the field's evaluators does it. */
typedef struct metrics_protocol {
    const char *name, *doc;
    double mask_threshold; /* a mask value, as a fraction, above it is a defect: for whoever makes 0/1 masks */
    bool mask_nearest;     /* masks are resized to the nearest pixel, else bilinearly: for the same */
    int connectivity;      /* of defects: 8 or 4 */
    bool takes_given;      /* scores and labels count where they are given; else a picture has those of its map, mask */
    int pool, pool_times;  /* score of a map: maximum after `pool_times` mean poolings pool x pool, stride 1 */
    bool flip;             /* an AUROC below 0.5 is reported as one minus it */
    int round_to;          /* numbers are rounded to multiples of 1 / round_to; 0: not */
    unsigned lacks;        /* bit of each metrics_kind that it does not define */
    int thresholds;        /* of the PRO curve: 0 = every distinct score; n = n even steps, least to greatest */
    bool each_picture;     /* AUPRO of each picture that its label calls defective, then their mean; else of a class */
    bool from_least;       /* even steps: kept rates are mapped to 0..1 by (r - min) / (max - min); else r / max */
    double limit;          /* false positive rate the PRO curve ends at */
} metrics_protocol;

/* The protocol of that name; NULL: complained, with the list of names. */
const metrics_protocol *metrics_protocol_find(const char *name);
const metrics_protocol *metrics_protocols(int *count);

/* What is printed beside numbers: the name, and what was changed: "exact, 4-connectivity". Returns `text`. */
const char *metrics_protocol_print(const metrics_protocol *, char text[80]);

/* What is evaluated; all pointers are the caller's. Exactly one of maps and maps_wide is given. */
typedef struct metrics_input {
    int64_t pictures, height, width;
    const float *maps;              /* (pictures, height, width), finite, greater = more anomalous */
    const double *maps_wide;        /* the same in double precision */
    const uint8_t *masks;           /* (pictures, height, width), non-zero = defect */
    const double *scores;           /* (pictures), finite, or NULL: taken from the maps as the protocol does */
    const int8_t *labels;           /* (pictures), 0 = good, else defective; or NULL: whether the mask has a defect */
    const int *classes;             /* (pictures), 0 .. class_count - 1; or NULL: all of class 0 */
    int class_count;                /* >= 1 */
    const char *const *class_names; /* (class_count), or NULL: "all", or their numbers */
    bool masks_as_saved;            /* of a file that does not say how they were brought to the maps' size */
} metrics_input;

/* What a picture is judged by, as the protocol and the input have it: "picture's score: maximum of its map, label: as
 * given". Returns `text`. */
enum { METRICS_JUDGED = 200 };
const char *metrics_judged_print(const metrics_protocol *, const metrics_input *, char text[METRICS_JUDGED]);

typedef struct metrics_row {
    char *name;                           /* of the class */
    int64_t pictures, defective, defects; /* defects: connected components of the masks */
    double value[METRICS_KINDS];          /* NaN where it is not defined */
    const char *reason[METRICS_KINDS];    /* why it is not, in words (static text); NULL where there is a value */
} metrics_row;

typedef struct metrics_result {
    metrics_protocol protocol;
    int class_count;
    metrics_row *classes;
    double mean[METRICS_KINDS];   /* plain mean over the classes that have a value; NaN if none has */
    int mean_over[METRICS_KINDS]; /* how many they are */
    char **notes;                 /* what a reader of the numbers must know, a sentence each */
    int note_count;
} metrics_result;

/* Name of a metric in files ("image_auroc") and for people ("I-AUROC"). */
const char *metrics_name(metrics_kind);
const char *metrics_title(metrics_kind);

/* Evaluates all classes. 0; or -1: complained (sizes, a score that is not finite: the picture is named, no memory).
 * `result` is filled on 0 and released by metrics_result_free; working memory is a few bytes a defect pixel of one
 * class at a time. Uses OpenMP's threads. */
int metrics_evaluate(const metrics_input *, const metrics_protocol *, metrics_result *result);
void metrics_result_free(metrics_result *);

/* What a reader of the numbers must know beside them: the notes, why numbers are missing, and over how many classes
 * means are, a sentence at a time. */
void metrics_each_remark(const metrics_result *, void (*give)(void *context, const char *sentence), void *context);

#endif
