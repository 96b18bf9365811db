#include "input_settings.h"

#define PICK(f, def, choices, doc) ABLATE_PICK(input_settings, f, def, choices, doc)

const ablate_setting input_settings_rows[] = {
    ABLATE_SET(input_settings, size, 224, 8, 4096, "pixels of a side of the square that the network sees"),
    PICK(fit, INPUT_SQUARE, "square|crop",
         "pictures and masks straight to the square, or their shorter side to it and then its middle"),
    PICK(resample, INPUT_BICUBIC, "bicubic|bilinear", "filter of the resizing, antialiased"),
    PICK(statistics, INPUT_OPENAI, "openai|imagenet", "mean and deviation of the channels"),
    { 0 },
};
