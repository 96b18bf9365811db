/* image.h: pictures and masks: read from PNG, JPEG, BMP, TIFF and WebP, resized, normalised, written.
 *
 * Numbers are those of Pillow's ImageOps.exif_transpose(Image.open(path)).convert("RGB") and Image.resize, byte for
 * byte: a picture that is stored turned or mirrored, as its EXIF, XMP or TIFF orientation says, is read upright, as
 * viewers show it; transparency is dropped, not blended; colour profiles and gamma are not applied; 16 bit samples keep
 * their high byte. (Pillow does so for 16 bit colour, but saturates 16 bit grey at 255, which would turn nearly every
 * such picture white: there the high byte is taken as well. And it garbles an uncompressed TIFF of grey or palette that
 * lies on its side when it opens it by its name, not when it is given its bytes.) image_look tells which of these a
 * file meets. The format is told by the file's first bytes, never by its name. A damaged file is an error even where a
 * decoder could go on: truncation, checksums, a palette index without a colour, and every warning of the JPEG decoder;
 * only an orientation that cannot be read is passed over, as viewers do. Refused are files of several pictures
 * (animations, pages) but for thumbnails and what cameras put behind a JPEG; CMYK; samples that are signed, floating or
 * of more than 16 bits. Functions return 0, or -1 after complaining with the path. Safe to call from several threads.
 */
#ifndef ABLATE_RUN_IMAGE_H
#define ABLATE_RUN_IMAGE_H
#include "../module.h"

/* Largest picture that is decoded or made, in pixels. */
enum { IMAGE_MOST_PIXELS = 100000000 };

/* Bilinear and bicubic (a = -0.5) are antialiased: when shrinking, the kernel is as wide as a pixel of the result. Rows
 * come first, then columns, as in every Pillow up to 12; Pillow 13 swaps the passes for tall pictures, which changes
 * some last bits. */
typedef enum image_filter { IMAGE_BILINEAR, IMAGE_BICUBIC, IMAGE_NEAREST } image_filter;

typedef struct image_mask { /* 0 = good, 255 = defect; rows top to bottom; `value` is malloc'ed */
    int width, height;
    uint8_t *value;
} image_mask;

typedef struct image_statistics { /* per channel, of pixel values scaled to 0..1 */
    float mean[3], std[3];
} image_statistics;

/* What stands in a file beside its pixels. */
enum {                            /* bits of image_facts.beside */
       IMAGE_ODD_ORIENTATION = 1, /* neither of 1 to 8: passed over */
       IMAGE_ALPHA = 2,           /* transparency: dropped */
       IMAGE_DEEP = 4,            /* 16 bits a sample: the high byte is kept */
       IMAGE_PROFILE = 8,         /* colour profile or gamma: not applied */
       IMAGE_MORE = 16            /* pictures behind the first, as cameras put them into a JPEG: not read */
};
typedef struct image_facts {
    int width, height; /* as image_read will give them; 0: the file does not say */
    int orientation;   /* 1 .. 8 as EXIF numbers them; above 1: image_read turns or mirrors the picture */
    int frames;        /* pictures in the file; above 1: image_read refuses it */
    unsigned beside;
    const char *format; /* by its first bytes: "PNG", "JPEG", "BMP", "TIFF", "WebP" */
} image_facts;

/* Without decoding: some microseconds. A file that is damaged further on is not found out. */
int image_look(const char *path, image_facts *);

/* The caller's memory: release with image_free, image_mask_free. Outputs are zeroed on failure. */
int image_read(const char *path, ablate_image *);
void image_free(ablate_image *);

/* A pixel whose colour (not transparency) is greater than zero in any channel, at any depth, is a defect. In a JPEG,
 * a lossy WebP and a TIFF compressed as JPEG, which leave small values around edges, one of at least 128 is. */
int image_mask_read(const char *path, image_mask *);
void image_mask_free(image_mask *);

/* Mask out of a picture: a pixel with any channel greater than zero is a defect. */
int image_mask_from(const ablate_image *, image_mask *);

/* Straight to width x height, whatever the picture's proportions. Same size: a copy. */
int image_resize(const ablate_image *, int width, int height, image_filter, ablate_image *out);

/* Shorter side to `side` (the longer one rounded down), then the middle side x side, as torchvision's Resize and
 * CenterCrop. */
int image_fit(const ablate_image *, int side, image_filter, ablate_image *out);

/* The same for masks: 0/255 resized as grey values, then defect where value / 255 > threshold (0 <= threshold < 1), or
 * the grey values as they are (IMAGE_GREY). */
#define IMAGE_GREY (-1.0)
int image_mask_resize(const image_mask *, int width, int height, image_filter, double threshold, image_mask *out);
int image_mask_fit(const image_mask *, int side, image_filter, double threshold, image_mask *out);

/* out (3, height, width) = (value / 255 - mean) / std. */
void image_normalize(const ablate_image *, const image_statistics *, float *out);

/* "openai" or "imagenet"; NULL: complained. */
const image_statistics *image_statistics_find(const char *name);

/* PNG, 8 bit RGB or grey, written whole or not at all. */
int image_write_png(const char *path, const ablate_image *);
int image_mask_write_png(const char *path, const image_mask *);

#endif
