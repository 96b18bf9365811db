/* numbers.h: the version of the numbers that this program makes. With the settings, the data, the weights, the seed and
 * the device's rounding it is the identity of a run: finished runs and cached features of another version are made
 * anew, those of this one are kept, whatever else of the code has changed.
 *
 * Raise it, and say below why, when a change gives other bits to anything that a run keeps: a drawn picture, a feature,
 * a loss, a parameter, a score, a metric. tests/whole/test_golden_runs.c fails until then, and `make golden` writes its
 * numbers anew afterwards.
 *
 *  1  the first to be counted; before, a hash of all sources stood for the code.
 *  2  drawn pictures: the mesh of `grid` and the board of `transistor` lie as in a frame, more whole test pictures.
 */
#ifndef ABLATE_NUMBERS_H
#define ABLATE_NUMBERS_H

#define ABLATE_NUMBERS 2u

#endif
