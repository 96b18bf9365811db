/* losses.h: what a run keeps of its losses and probes, a line an epoch: RUN/losses.tsv. */
#ifndef ABLATE_LOSSES_H
#define ABLATE_LOSSES_H

typedef struct losses { /* zeroed = none */
    char *path, *text;  /* text: of the file, cut at tabs and ends of lines */
    char **name;        /* of the terms, in text */
    double *value;      /* (epochs, terms) */
    int terms, epochs;
} losses;

/* Writes terms, values and their names into the folder of a run, whole or not at all. 0, or -1: complained. */
int losses_write(const char *folder, const losses *);

/* Those of the run in `folder`. 0, or -1: complained (missing, damaged, no epoch). losses_free after both. */
int losses_read(losses *, const char *folder);
void losses_free(losses *);

#endif
