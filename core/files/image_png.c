/* PNG by libpng. Its errors come back by longjmp: everything that must survive one lives in a struct of the caller's
 * frame, and the function that calls setjmp keeps nothing of its own in variables it changes afterwards. */
#include "../base/diag.h"
#include "image_format.h"
#include <errno.h>
#include <png.h>
#include <string.h>

typedef struct png_job {
    const file_map *map; /* reading */
    size_t at;
    FILE *stream; /* writing */
    bool cut;     /* the file ended too soon */
    char why[160];
    png_structp png;
    png_infop info;
    image_want want;
    image_raster *raster;
    bool palette; /* rows hold indices of colours */
    int passes;
    const char *path;
} png_job;

static void png_fail(png_structp png, png_const_charp message)
{
    png_job *job = png_get_error_ptr(png);
    if (!job->why[0])
        snprintf(job->why, sizeof job->why, "%s", message);
    png_longjmp(png, 1);
}

/* Warnings concern chunks that do not change the numbers (colour profiles, texts, dates). */
static void png_ignore(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static void png_take_bytes(png_structp png, png_bytep to, size_t n)
{
    png_job *job = png_get_io_ptr(png);
    if (n > job->map->size - job->at) {
        job->cut = true;
        png_error(png, "the file ends too soon");
    }
    memcpy(to, job->map->data + job->at, n);
    job->at += n;
}

static void png_give_bytes(png_structp png, png_bytep from, size_t n)
{
    png_job *job = png_get_io_ptr(png);
    if (fwrite(from, 1, n, job->stream) != n)
        png_error(png, strerror(errno));
}

static void png_flush_bytes(png_structp png)
{
    (void)png; /* file_commit does */
}

/* Header, then the transformations to 8 bit RGB; a mask keeps both bytes of 16 bits as two channels, since even a value
 * of 1 of 65535 counts. Palettes are left to png_spread, because libpng does not notice an index without a colour. */
static int png_begin(png_job *job)
{
    png_set_read_fn(job->png, job, png_take_bytes);
    /* libpng's own limit on the sides is replaced by the one on pixels below */
    png_set_user_limits(job->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    /* A wrong checksum is damage, also in chunks that could be left out */
    png_set_crc_action(job->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_read_info(job->png, job->info);
    int64_t width = png_get_image_width(job->png, job->info), height = png_get_image_height(job->png, job->info);
    bool deep = job->want == IMAGE_WANT_MASK && png_get_bit_depth(job->png, job->info) == 16;
    if (image_raster_take(job->path, width, height, deep ? 6 : 3, job->raster) < 0)
        return -1;
    job->palette = png_get_color_type(job->png, job->info) == PNG_COLOR_TYPE_PALETTE;
    if (job->palette)
        png_set_packing(job->png);
    else
        png_set_expand_gray_1_2_4_to_8(job->png);
    png_set_strip_alpha(job->png);
    if (job->want == IMAGE_WANT_RGB)
        png_set_strip_16(job->png);
    if (!job->palette)
        png_set_gray_to_rgb(job->png);
    job->passes = png_set_interlace_handling(job->png);
    png_read_update_info(job->png, job->info);
    size_t bytes = png_get_rowbytes(job->png, job->info);
    if (bytes != (size_t)width * (size_t)(job->palette ? 1 : job->raster->channels))
        return complain("%s: PNG rows of %zu bytes instead of %d x 3; convert it to 8 bit RGB", job->path, bytes,
                        job->raster->width);
    return 0;
}

/* Row y of the raster; of a palette's indices the beginning of it. */
static uint8_t *png_row(const png_job *job, int y)
{
    return job->raster->value + (size_t)y * (size_t)job->raster->width * (size_t)job->raster->channels;
}

static void png_read_passes(png_job *job)
{
    for (int pass = 0; pass < job->passes; pass++)
        for (int y = 0; y < job->raster->height; y++)
            png_read_row(job->png, png_row(job, y), NULL);
}

/* Indices to colours, in place: each row from its end. */
static int png_spread(png_job *job)
{
    png_colorp colour;
    int colours = 0;
    png_get_PLTE(job->png, job->info, &colour, &colours);
    for (int y = 0; y < job->raster->height; y++) {
        uint8_t *row = png_row(job, y);
        for (int x = job->raster->width - 1; x >= 0; x--) {
            int i = row[x];
            if (i >= colours)
                return complain("%s: damaged PNG: a pixel has colour %d of a palette of %d; convert it again",
                                job->path, i, colours);
            row[3 * x] = colour[i].red;
            row[3 * x + 1] = colour[i].green;
            row[3 * x + 2] = colour[i].blue;
        }
    }
    return 0;
}

static int png_read_all(png_job *job)
{
    if (setjmp(png_jmpbuf(job->png)))
        return job->cut ? complain("%s: truncated PNG: %s after %zu bytes; copy it again", job->path, job->why,
                                   job->map->size)
                        : complain("%s: damaged PNG: %s; copy or convert it again", job->path, job->why);
    if (png_begin(job) < 0)
        return -1;
    png_read_passes(job);
    png_read_end(job->png, job->info); /* to the checksum of the last chunk */
    return job->palette ? png_spread(job) : 0;
}

int image_png_decode(const file_map *map, const char *path, image_want want, image_raster *out)
{
    if (!image_png_whole(map))
        return complain("%s: truncated PNG: a chunk ends behind the file of %zu bytes; copy it again", path, map->size);
    png_job job = { .map = map, .path = path, .want = want, .raster = out };
    job.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &job, png_fail, png_ignore);
    job.info = job.png ? png_create_info_struct(job.png) : NULL;
    int status = job.info ? png_read_all(&job) : complain("%s: libpng cannot start; out of memory?", path);
    if (job.png)
        png_destroy_read_struct(&job.png, &job.info, NULL);
    return status < 0 ? -1 : IMAGE_EXACT;
}

static int png_write_all(png_job *job)
{
    if (setjmp(png_jmpbuf(job->png)))
        return complain("%s: cannot write the PNG: %s; make room or choose another folder", job->path, job->why);
    png_set_write_fn(job->png, job, png_give_bytes, png_flush_bytes);
    png_set_IHDR(job->png, job->info, (png_uint_32)job->raster->width, (png_uint_32)job->raster->height, 8,
                 job->raster->channels == 3 ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(job->png, job->info);
    for (int y = 0; y < job->raster->height; y++)
        png_write_row(job->png, png_row(job, y));
    png_write_end(job->png, job->info);
    return 0;
}

static int png_write_file(png_job *job)
{
    if (job->raster->width < 1 || job->raster->height < 1)
        return complain("%s: cannot write a picture of %d x %d pixels; sides must be at least 1", job->path,
                        job->raster->width, job->raster->height);
    file_draft *draft = file_draft_open(job->path);
    if (!draft)
        return -1;
    job->stream = file_draft_stream(draft);
    job->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, job, png_fail, png_ignore);
    job->info = job->png ? png_create_info_struct(job->png) : NULL;
    int status = job->info ? png_write_all(job) : complain("%s: libpng cannot start; out of memory?", job->path);
    if (job->png)
        png_destroy_write_struct(&job->png, &job->info);
    return file_finish(draft, status);
}

int image_write_png(const char *path, const ablate_image *image)
{
    png_job job = { .path = path, .raster = &(image_raster){ image->width, image->height, 3, image->rgb } };
    return png_write_file(&job);
}

int image_mask_write_png(const char *path, const image_mask *mask)
{
    png_job job = { .path = path, .raster = &(image_raster){ mask->width, mask->height, 1, mask->value } };
    return png_write_file(&job);
}
