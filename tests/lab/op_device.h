/* op_device.h: a device whose memory is the test's own: each call's numbers are copied to the device under test, run
 * there, and copied back, so that whatever is checked of an operation on the CPU is checked there too. Everything fails
 * the running cmocka test with a sentence. */
#ifndef LAB_OP_DEVICE_H
#define LAB_OP_DEVICE_H
#include "../../core/base/diag.h"
#include "../../core/shape.h"
#include "call.h"
#include "test.h"
#include <math.h>

extern const device *op_under_test; /* behind op_over */
extern int op_shift;                /* floats by which every tensor is off its alignment; not working room */

/* Behind each tensor on the device lie numbers that no kernel may change, and that spoil the result of one that reads
 * them: they are NaN. */
enum { OP_GUARD = 64 };

/* Why the device last failed. */
const char *op_trouble(void);

/* A copy in the device's memory, `shift` floats off its alignment, and the guard; NaN if `from` is NULL. */
float *op_send_to(const float *from, int64_t n, int shift);

/* The same, op_shift off its alignment. */
float *op_send(const float *from, int64_t n);

/* Gives back the copy of n numbers, and the numbers if `to` is not NULL. n = 0: its guard is not looked at. */
void op_fetch_from(float *there, float *to, int64_t n, int shift);

/* The same of what op_send sent. */
void op_fetch(const float *there, float *to, int64_t n);

/* The device of that name behind the test's own memory, or NULL: complained. */
const device *op_over(const char *name);

/* Sets the emulated GPU's order of threads: 0 forward, 1 backward, 2 mixed. Does nothing on a real one. */
void op_order(int order);

#endif
