/* losses.h: what a run keeps of its losses. RUN/losses.tsv: their means and those of probes, a line an epoch
 * that was begun (`run --steps` may have cut the last one short).
 * RUN/gradients.tsv, which `run --keep-epochs` writes: norms of their gradients, a line for each step that was looked
 * at, behind the epochs that had passed by then, not always whole, as a first term. */
#ifndef ABLATE_LOSSES_H
#define ABLATE_LOSSES_H

#define LOSSES_VALUES    "losses.tsv"
#define LOSSES_GRADIENTS "gradients.tsv"
#define LOSSES_PASSED    "epochs"

typedef struct losses { /* zeroed = none */
    char *path, *text;  /* text: of the file, cut at tabs and ends of lines */
    char **name;        /* of the terms, in text */
    double *value;      /* (lines, terms) */
    int terms, lines;
} losses;

/* Writes terms, values and their names into that file of the folder of a run, whole or not at all. 0, or -1:
 * complained. */
int losses_write(const char *folder, const char *file, const losses *);

/* Those of the run in `folder`. 0, or -1: complained (missing, damaged, no epoch). losses_free after both. */
int losses_read(losses *, const char *folder, const char *file);
void losses_free(losses *);

#endif
