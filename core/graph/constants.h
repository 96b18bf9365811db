/* constants.h: frozen tensors in a device's memory, shared by the programs of a run and found by their digest. */
#ifndef ABLATE_GRAPH_CONSTANTS_H
#define ABLATE_GRAPH_CONSTANTS_H
#include "../device/device.h"
#include "graph.h"

typedef struct constants constants;
constants *constants_new(const device *); /* NULL: complained */
void constants_free(constants *);         /* releases the device memory */

/* Device pointer of a constant, fetched and uploaded on first use. NULL: complained. */
float *constants_get(constants *, const ablate_value *);

/* Enters numbers under a digest (a result that depends on constants only). 0, or -1: complained. */
int constants_put(constants *, const hash_digest *, const float *data, int64_t count);
float *constants_find(const constants *, const hash_digest *); /* NULL: not there */

int64_t constants_bytes(const constants *);

#endif
