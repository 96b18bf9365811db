/* verb_predict.h: `ablate predict`. */
#ifndef ABLATE_VERB_PREDICT_H
#define ABLATE_VERB_PREDICT_H

int verb_predict(int argc, char **argv); /* 0, or -1: complained */

#endif
