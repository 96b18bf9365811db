/* input_settings.h: section [input]: how a picture becomes what the network sees. */
#ifndef ABLATE_INPUT_SETTINGS_H
#define ABLATE_INPUT_SETTINGS_H
#include "../base/settings.h"

typedef enum input_fit { INPUT_SQUARE, INPUT_CROP } input_fit;
typedef enum input_resample { INPUT_BICUBIC, INPUT_BILINEAR } input_resample;
typedef enum input_statistics { INPUT_OPENAI, INPUT_IMAGENET } input_statistics;

typedef struct input_settings {
    int size;       /* pixels of a side */
    int fit;        /* input_fit */
    int resample;   /* input_resample */
    int statistics; /* input_statistics */
} input_settings;

extern const ablate_setting input_settings_rows[];

#endif
