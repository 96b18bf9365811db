/* JPEG by libjpeg, with the settings Pillow leaves at their defaults (accurate integer DCT, smooth chroma upsampling).
 * Errors come back by longjmp: everything that must survive one lives in a struct of the caller's frame. */
#include "../base/diag.h"
#include "image_format.h"
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
/* jpeglib.h needs stdio.h before it */
#include <jerror.h>
#include <jpeglib.h>

/* Real progressive files have about ten passes; thousands of empty ones would keep the decoder busy for hours. */
enum { JPEG_MOST_PASSES = 500 };

typedef struct jpeg_job {
    struct jpeg_error_mgr error; /* first: libjpeg hands back a pointer to it */
    struct jpeg_decompress_struct jpeg;
    struct jpeg_progress_mgr progress;
    jmp_buf jump;
    bool cut;
    char why[JMSG_LENGTH_MAX];
    image_raster *raster;
    const file_map *map;
    const char *path;
} jpeg_job;

static _Noreturn void jpeg_fail(j_common_ptr jpeg)
{
    jpeg_job *job = (jpeg_job *)(void *)jpeg->err;
    job->error.format_message(jpeg, job->why);
    longjmp(job->jump, 1);
}

/* A warning means lost data (the file ends, a code is wrong), except two about markers that change no pixel. */
static void jpeg_message(j_common_ptr jpeg, int level)
{
    jpeg_job *job = (jpeg_job *)(void *)jpeg->err;
    int code = job->error.msg_code;
    if (level >= 0 || code == JWRN_JFIF_MAJOR || code == JWRN_BOGUS_ICC)
        return;
    job->cut = code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER;
    jpeg_fail(jpeg);
}

static void jpeg_watch(j_common_ptr common)
{
    jpeg_job *job = (jpeg_job *)(void *)common->err;
    if (job->jpeg.input_scan_number <= JPEG_MOST_PASSES)
        return;
    snprintf(job->why, sizeof job->why, "more than %d passes", JPEG_MOST_PASSES);
    longjmp(job->jump, 1);
}

static int jpeg_begin(jpeg_job *job)
{
    struct jpeg_decompress_struct *jpeg = &job->jpeg;
    jpeg_mem_src(jpeg, job->map->data, (unsigned long)job->map->size);
    jpeg_read_header(jpeg, TRUE);
    J_COLOR_SPACE space = jpeg->jpeg_color_space;
    if (space != JCS_GRAYSCALE && space != JCS_YCbCr && space != JCS_RGB)
        return complain(
            "%s: a JPEG of %d colour channels (CMYK or alike); only grey and RGB are read, convert it, e.g. "
            "with ImageMagick: convert '%s' -colorspace sRGB '%s.png'",
            job->path, jpeg->num_components, job->path, job->path);
    jpeg->out_color_space = JCS_RGB; /* grey in each channel */
    return image_raster_take(job->path, jpeg->image_width, jpeg->image_height, 3, job->raster);
}

static int jpeg_read_all(jpeg_job *job)
{
    if (setjmp(job->jump))
        return complain("%s: %s JPEG: %s; copy or convert it again", job->path, job->cut ? "truncated" : "damaged",
                        job->why);
    jpeg_create_decompress(&job->jpeg);
    job->progress.progress_monitor = jpeg_watch;
    job->jpeg.progress = &job->progress;
    if (jpeg_begin(job) < 0)
        return -1;
    jpeg_start_decompress(&job->jpeg);
    size_t stride = 3 * (size_t)job->raster->width;
    while (job->jpeg.output_scanline < job->jpeg.output_height) {
        JSAMPROW row = job->raster->value + job->jpeg.output_scanline * stride;
        jpeg_read_scanlines(&job->jpeg, &row, 1);
    }
    jpeg_finish_decompress(&job->jpeg); /* to the end marker */
    return 0;
}

int image_jpeg_decode(const file_map *map, const char *path, image_want want, image_raster *out)
{
    (void)want; /* samples of eight bits are the same for both */
    jpeg_job job = { .map = map, .path = path, .raster = out };
    job.jpeg.err = jpeg_std_error(&job.error);
    job.error.error_exit = jpeg_fail;
    job.error.emit_message = jpeg_message;
    int status = jpeg_read_all(&job);
    jpeg_destroy_decompress(&job.jpeg);
    return status < 0 ? -1 : IMAGE_BLURRED;
}
