#include "file.h"
#include "diag.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_draft {
    FILE *stream;
    char *path, *temporary;
    int file, reason; /* reason: errno of the first write that failed, or 0 */
    int place;        /* in `drafts`, or -1 */
};

/* The temporary files there are now, for the handler of a signal: a name is taken out before its memory is released. */
enum { DRAFTS = 64 };
static _Atomic(char *) drafts[DRAFTS];

static void note_draft(file_draft *draft)
{
    draft->place = -1;
    for (int i = 0; i < DRAFTS && draft->place < 0; i++) {
        char *none = NULL;
        if (atomic_compare_exchange_strong(&drafts[i], &none, draft->temporary))
            draft->place = i;
    }
}

void file_remove_drafts(void)
{
    for (int i = 0; i < DRAFTS; i++) {
        char *temporary = atomic_exchange(&drafts[i], NULL);
        if (temporary)
            unlink(temporary);
    }
}

int file_make_directory(const char *path)
{
    char *copy = take_text("%s", path);
    if (!copy)
        return -1;
    int status = 0;
    for (char *slash = copy + 1; status == 0; slash++) {
        slash = strchr(slash, '/');
        if (slash)
            *slash = 0;
        if (mkdir(copy, 0777) < 0 && errno != EEXIST)
            status =
                complain("%s: cannot make the directory: %s; choose a folder you may write to", copy, strerror(errno));
        if (!slash)
            break;
        *slash = '/';
    }
    free(copy);
    return status;
}

static int make_parent(const char *path)
{
    char *copy = take_text("%s", path);
    if (!copy)
        return -1;
    int status = file_make_directory(dirname(copy));
    free(copy);
    return status;
}

static void draft_free(file_draft *draft)
{
    bool taken = draft->place >= 0 && !atomic_exchange(&drafts[draft->place], NULL);
    free(draft->path);
    if (!taken) /* the handler that took it is at work in another thread */
        free(draft->temporary);
    free(draft);
}

/* The stream's bytes on their way; what the first failure was is kept for the complaint, which comes later. */
static ssize_t draft_write(void *context, const char *bytes, size_t n)
{
    file_draft *draft = context;
    size_t done = 0;
    while (done < n && draft->reason == 0) {
        ssize_t wrote = write(draft->file, bytes + done, n - done);
        if (wrote > 0)
            done += (size_t)wrote;
        else if (wrote == 0 || errno != EINTR)
            draft->reason = wrote < 0 ? errno : ENOSPC;
    }
    errno = draft->reason;
    return draft->reason ? 0 : (ssize_t)n;
}

/* Where the file is to be: what a link points to, so that the link stays. NULL: out of memory, or complained. */
static char *place_of(const char *path)
{
    struct stat about;
    char *target = lstat(path, &about) == 0 && S_ISLNK(about.st_mode) ? realpath(path, NULL) : NULL;
    if (!target)
        target = take_text("%s", path);
    /* It would be noticed by the rename only, when the work is done; a device would be replaced by a file. */
    if (target && stat(target, &about) == 0 && !S_ISREG(about.st_mode)) {
        complain("%s: cannot write: %s; name a file", path,
                 S_ISDIR(about.st_mode) ? "it is a folder" : "it is not a plain file");
        free(target);
        return NULL;
    }
    return target;
}

static int draft_begin(file_draft *draft, const char *path)
{
    const cookie_io_functions_t io = { .write = draft_write };
    draft->file = draft->place = -1;
    draft->path = place_of(path);
    draft->temporary = draft->path ? take_text("%s.%ld.part", draft->path, (long)getpid()) : NULL;
    if (!draft->temporary)
        return -1;
    note_draft(draft);
    file_sweep(draft->path);
    draft->file = open(draft->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (draft->file >= 0)
        flock(draft->file, LOCK_EX | LOCK_NB); /* see file_sweep */
    draft->stream = draft->file >= 0 ? fopencookie(draft, "wb", io) : NULL;
    return draft->stream ? 0
                         : complain("%s: cannot write: %s; choose a folder you may write to", path, strerror(errno));
}

file_draft *file_draft_open(const char *path)
{
    if (make_parent(path) < 0)
        return NULL;
    file_draft *draft = take_zeroed(1, sizeof *draft, "a file draft");
    if (!draft || draft_begin(draft, path) == 0)
        return draft;
    if (draft->file >= 0) {
        close(draft->file);
        unlink(draft->temporary);
    }
    draft_free(draft);
    return NULL;
}

/* The nearest folder that is there must take a new file: modes alone do not tell (root, a medium that is read-only). */
static int check_above(char *folder, const char *path)
{
    struct stat about;
    while (stat(folder, &about) < 0 && errno == ENOENT && strcmp(folder, "/") != 0 && strcmp(folder, ".") != 0)
        folder = dirname(folder);
    char *trial = take_text("%s/.ablate-XXXXXX", folder);
    if (!trial)
        return -1;
    int file = mkostemp(trial, O_CLOEXEC), reason = errno;
    if (file >= 0) {
        close(file);
        unlink(trial);
    }
    free(trial);
    return file >= 0 ? 0 : complain("%s: cannot write: %s; choose a folder you may write to", path, strerror(reason));
}

int file_check_folder(const char *path)
{
    char *copy = take_text("%s", path);
    int status = copy ? check_above(copy, path) : -1;
    free(copy);
    return status;
}

int file_check_place(const char *path)
{
    char *target = place_of(path);
    int status = target ? check_above(dirname(target), path) : -1;
    free(target);
    return status;
}

file_draft *file_draft_in(const char *folder, const char *name)
{
    char *path = take_text("%s/%s", folder, name);
    file_draft *draft = path ? file_draft_open(path) : NULL;
    free(path);
    return draft;
}

FILE *file_draft_stream(file_draft *draft)
{
    return draft->stream;
}

/* The rename itself must survive a power cut, so the directory is synchronised too. */
static void synchronise_parent(const char *path)
{
    char *copy = take_text("%s", path);
    int folder = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY) : -1;
    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
    free(copy);
}

/* Closes the file; errno of the first thing that failed, or 0. */
static int draft_close(file_draft *draft)
{
    int bad = fclose(draft->stream) != 0 ? errno : 0;
    if (draft->reason)
        bad = draft->reason;
    if (!bad && fsync(draft->file) != 0)
        bad = errno;
    if (close(draft->file) != 0 && !bad)
        bad = errno;
    return bad;
}

int file_commit(file_draft *draft)
{
    int reason = draft_close(draft);
    if (!reason && rename(draft->temporary, draft->path) != 0)
        reason = errno ? errno : EIO;
    if (reason) {
        complain("%s: cannot write: %s; nothing was changed, make room or choose another folder", draft->path,
                 strerror(reason));
        unlink(draft->temporary);
    } else {
        synchronise_parent(draft->path);
    }
    draft_free(draft);
    return reason ? -1 : 0;
}

void file_abandon(file_draft *draft)
{
    if (!draft)
        return;
    fclose(draft->stream);
    close(draft->file);
    if (draft->reason)
        complain("%s: cannot write: %s; nothing was changed, make room or choose another folder", draft->path,
                 strerror(draft->reason));
    unlink(draft->temporary);
    draft_free(draft);
}

int file_finish(file_draft *draft, int status)
{
    if (status == 0)
        return file_commit(draft);
    file_abandon(draft);
    return -1;
}

int file_write_text(const char *path, const char *text)
{
    file_draft *draft = file_draft_open(path);
    if (!draft)
        return -1;
    fputs(text, draft->stream);
    return file_commit(draft);
}

int file_map_open(const char *path, file_map *map)
{
    *map = (file_map){ NULL, 0 };
    struct stat about;
    char shown[FILE_SHOWN];
    /* Opening a FIFO would wait for its other end, opening a device may do anything. */
    bool other = stat(path, &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode);
    int file = other ? -1 : open(path, O_RDONLY);
    if (file < 0 || fstat(file, &about) < 0 || !S_ISREG(about.st_mode)) {
        const char *why = other || file >= 0 ? "it is not a plain file" : strerror(errno);
        complain("%s: cannot read: %s", file_shown(path, shown), why);
        if (file >= 0)
            close(file);
        return -1;
    }
    if (about.st_size > 0) {
        void *data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, file, 0);
        if (data == MAP_FAILED) {
            complain("%s: cannot map %lld bytes: %s", path, (long long)about.st_size, strerror(errno));
            close(file);
            return -1;
        }
        *map = (file_map){ data, (size_t)about.st_size };
    }
    close(file);
    return 0;
}

void file_map_close(file_map *map)
{
    if (map->data)
        munmap((void *)(uintptr_t)map->data, map->size);
    *map = (file_map){ NULL, 0 };
}

int file_lock_folder(const char *path)
{
    if (file_make_directory(path) < 0)
        complaint_clear(); /* whoever writes there complains */
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status = folder;
    while (folder >= 0 && (status = flock(folder, LOCK_EX)) < 0 && errno == EINTR)
        continue;
    if (folder >= 0 && status < 0) {
        int why = errno;
        close(folder);
        errno = why;
        return -1;
    }
    return folder;
}

void file_unlock(int handle)
{
    if (handle >= 0)
        close(handle);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

const char *file_shown(const char *path, char shown[FILE_SHOWN])
{
    const size_t length = strlen(path), part = FILE_SHOWN / 2 - 4;
    if (length < FILE_SHOWN)
        memcpy(shown, path, length + 1);
    else
        snprintf(shown, FILE_SHOWN, "%.*s...%s", (int)part, path, path + length - part);
    return shown;
}
