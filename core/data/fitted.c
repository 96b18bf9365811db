#include "fitted.h"
#include <stddef.h>

int fitted_picture(const ablate_image *image, const input_settings *to, ablate_image *out)
{
    image_filter filter = to->resample == INPUT_BICUBIC ? IMAGE_BICUBIC : IMAGE_BILINEAR;
    return to->fit == INPUT_CROP ? image_fit(image, to->size, filter, out)
                                 : image_resize(image, to->size, to->size, filter, out);
}

int fitted_input(const ablate_image *fitted, const input_settings *to, float *out)
{
    const image_statistics *statistics = image_statistics_find(to->statistics == INPUT_OPENAI ? "openai" : "imagenet");
    if (!statistics)
        return -1;
    image_normalize(fitted, statistics, out);
    return 0;
}

int fitted_file(const char *path, const input_settings *to, ablate_image *out)
{
    ablate_image image;
    *out = (ablate_image){ 0, 0, NULL };
    if (image_read(path, &image) < 0)
        return -1;
    int status = fitted_picture(&image, to, out);
    image_free(&image);
    return status;
}

int fitted_file_input(const char *path, const input_settings *to, float *out)
{
    ablate_image fitted;
    int status = fitted_file(path, to, &fitted) < 0 ? -1 : fitted_input(&fitted, to, out);
    image_free(&fitted);
    return status;
}

int fitted_mask(const image_mask *mask, const input_settings *to, mask_rule rule, image_mask *out)
{
    return to->fit == INPUT_CROP ? image_mask_fit(mask, to->size, rule.filter, rule.threshold, out)
                                 : image_mask_resize(mask, to->size, to->size, rule.filter, rule.threshold, out);
}
