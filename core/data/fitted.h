/* fitted.h: pictures and masks at the network's size, as the section [input] says. What is made is released by
 * image_free, image_mask_free. Each returns 0, or -1: complained. */
#ifndef ABLATE_DATA_FITTED_H
#define ABLATE_DATA_FITTED_H
#include "../files/image.h"
#include "input_settings.h"

/* A picture, (size, size). */
int fitted_picture(const ablate_image *, const input_settings *, ablate_image *out);
/* As the network's input: out (3, size, size), normalised by the settings' statistics. */
int fitted_input(const ablate_image *fitted, const input_settings *, float *out);

/* The same of a picture's file, whatever data set it is of. */
int fitted_file(const char *path, const input_settings *, ablate_image *out);
int fitted_file_input(const char *path, const input_settings *, float *out);

typedef struct mask_rule { /* how a mask is brought to the network's size */
    image_filter filter;
    double threshold; /* of the resized mask, as a fraction: above it is a defect; IMAGE_GREY: it stays as it is */
} mask_rule;
int fitted_mask(const image_mask *, const input_settings *, mask_rule, image_mask *out);

#endif
