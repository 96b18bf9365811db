/* clip_config_lab.h: the encoder of a folder of the test's own, in which golden weights lie beside configurations that
 * the test edits; and what the encoder remarks. */
#ifndef LAB_CLIP_CONFIG_LAB_H
#define LAB_CLIP_CONFIG_LAB_H
#include "clip_lab.h"
#include "scratch.h"

#define BESIDE_GOLDEN "tests/golden/clip_config/"

enum { BESIDE_TEXT = 4096, BESIDE_REMARKS = 12 };

extern int beside_remarks; /* of the last encoder */

/* The folder holds nothing but these weights, under their own name. */
void beside_lay(const char *golden);

/* A file of the folder. */
void beside_write(const char *name, const char *text);

/* The golden configuration with the first `from` replaced, which must be there; NULL: as it is. */
void beside_edit(const char *golden, const char *from, const char *to);

/* Keeps what the encoder remarks: a builder_talk's. */
void beside_hear(void *owner, const char *sentence);

extern char beside_size[8]; /* pixels of a picture, 32 unless a test changes them */

/* How the pictures of these tests come in. */
const char *beside_chosen(void *owner, const char *setting);

/* Whether some remark of the last encoder holds the words. */
bool beside_remarked(const char *words);

/* Some remark of the last encoder holds the words. */
void beside_expect_remark(const char *words);

/* The encoder of that file of the folder ("" for the folder itself) with a setting or NULL, after a module that writes
 * tokens, or none. */
void beside_open(lab *l, const char *name, const char *one, const char *two, const ablate_module *first,
                 const void *own);

/* That encoder is refused in one sentence that holds the words. */
void beside_refused(const char *name, const char *setting, const char *words);

/* ---- the golden encoders ---- */

enum { LAYERS = 2, WORDS = 5, EMBED = 24 };

extern const struct program {
    const char *what, *folder, *weights, *config, *expected;
} programs[2];

extern const struct program *const huggingface, *const open_clip;

/* The path of its file; valid until the second call after. */
const char *golden_of(const struct program *p, const char *name);

/* Weights and configuration with an edit, alone in the folder. */
void lay(const struct program *p, const char *from, const char *to);

/* ---- against transformers and open_clip ---- */

extern const ablate_module speaker; /* writes a caption as "tokens" */

/* Each number is the end of a chain of sums of at most 5 * 40 terms as large as the largest, with eight links a block;
 * their errors add up. */
double beside_tolerance(void);

typedef struct difference {
    double image, text;
} difference;

/* Of the encoder in the folder with these settings from the program's values. */
difference beside_compare(const struct program *p, const char *name, const char *setting);

#endif
