/* predict_class.h: which class of a run a picture is of. A run has a scale of scores for each of its classes, hence a
 * threshold: predict_threshold.h. */
#ifndef ABLATE_PREDICT_CLASS_H
#define ABLATE_PREDICT_CLASS_H
#include "finished_run.h"
#include "predict_files.h"

/* The run's class of this name, an index into its record's classes. -1: complained, with the classes there are. */
int predict_class_named(const finished_run *, const char *name);

/* Sets the class of each file: `named`, if it is not -1; else the CLASS of a path CLASS/train/STATE/FILE or
 * CLASS/test/STATE/FILE; else the run's only class. -1 remains where nothing says it. */
void predict_class_assign(const finished_run *, predict_files *, int named);

/* What a path CLASS/train/STATE/FILE or CLASS/test/STATE/FILE says of its picture. */
typedef enum { PREDICT_UNKNOWN, PREDICT_TRAINED, PREDICT_GOOD, PREDICT_DEFECTIVE } predict_state;
predict_state predict_class_state(const char *path);

#endif
