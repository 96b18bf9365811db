/* session.h: what the runs of one command share: the device, the data set, its pictures' identities, open caches. */
#ifndef ABLATE_SESSION_H
#define ABLATE_SESSION_H
#include "../device/device.h"
#include "cache.h"
#include "dataset.h"
#include "phases.h"

enum { SESSION_CACHES = 64 };

typedef struct session {
    const device *device;
    const char *module_folders, *cache_folder;
    char device_code[HASH_DIGITS]; /* see session_device */
    dataset data;
    char *data_key;        /* spec and settings that `data` was opened with */
    char *turned;          /* see session_turned; NULL: not yet looked */
    hash_digest *identity; /* by picture; computed on first use */
    char *identified;
    cache *cache[SESSION_CACHES];
    hash_digest cache_key[SESSION_CACHES];
    int caches;
    uint8_t *masks; /* (test pictures, size, size), or NULL */
    int masks_size, masks_fit;
    mask_rule masks_rule;
    int64_t rows_used, rows_computed; /* how much the cache saved */
    phases phases;
} session;

/* device_name: "cpu", "cuda", "auto"; NULL: $ABLATE_DEVICE, or else auto. What auto chose, and why, is said on stderr.
 * 0, or -1: complained. session_close is allowed after both. */
int session_open(session *, const char *device_name, int threads, const char *module_folders, const char *cache_folder);
void session_close(session *);

/* How its numbers are rounded: the device's name, what its rounding depends on, and, if that is not the CPU's, whose
 * bits the golden runs guard, its object by hash: "cpu fused multiply-add, gcc 12.2.0, glibc 2.36". */
enum { SESSION_DEVICE = 160 };
void session_device(const session *, char text[SESSION_DEVICE]);

/* The data set of these settings; the same one while spec and settings stay the same. NULL: complained. */
const dataset *session_data(session *, const char *spec, const settings *from);

/* A sentence that says how many of its pictures and masks are stored turned and are read upright; "": none is. The
 * first time it is said on stderr too. The session's; NULL: complained. */
const char *session_turned(session *);

const hash_digest *session_identity(session *, int picture); /* NULL: complained */
cache *session_cache(session *, const hash_digest *key, int64_t row_floats, cache_numbers);

/* Masks of the test pictures in order, (count, size, size), fitted as [input] and the rule say: 0/1, or 0 .. 255 for
 * IMAGE_GREY. Owned by the session until masks of another rule are asked for. NULL: complained. */
const uint8_t *session_masks(session *, const input_settings *, mask_rule);

/* Hash of all pictures' identities, states and mask files: the data that a result is from. */
int session_data_digest(session *, hash_digest *);

#endif
