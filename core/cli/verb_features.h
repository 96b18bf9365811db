/* verb_features.h: `ablate features FILE --picture X.png --out F.safetensors`: what a row's modules make of one
 * picture, every value of the board by name, for comparison with other programs. */
#ifndef ABLATE_VERB_FEATURES_H
#define ABLATE_VERB_FEATURES_H

int verb_features(int argc, char **argv); /* 0, or -1: complained */

#endif
