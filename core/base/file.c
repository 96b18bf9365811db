#include "file.h"
#include "diag.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct file_draft {
    FILE *stream;
    char *path, *temporary;
};

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
    free(draft->path);
    free(draft->temporary);
    free(draft);
}

file_draft *file_draft_open(const char *path)
{
    if (make_parent(path) < 0)
        return NULL;
    file_draft *draft = take_zeroed(1, sizeof *draft, "a file draft");
    if (!draft)
        return NULL;
    draft->path = take_text("%s", path);
    draft->temporary = take_text("%s.%ld.part", path, (long)getpid());
    if (draft->path && draft->temporary)
        draft->stream = fopen(draft->temporary, "wb");
    if (!draft->stream) {
        complain("%s: cannot write: %s; choose a folder you may write to", path, strerror(errno));
        draft_free(draft);
        return NULL;
    }
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

int file_commit(file_draft *draft)
{
    errno = 0;
    int bad = ferror(draft->stream) != 0;
    bad |= fflush(draft->stream) != 0;
    bad |= fsync(fileno(draft->stream)) != 0;
    int reason = errno;
    bad |= fclose(draft->stream) != 0;
    if (!bad && rename(draft->temporary, draft->path) != 0) {
        bad = 1;
        reason = errno;
    }
    if (bad) {
        complain("%s: cannot write: %s; nothing was changed, make room or choose another folder", draft->path,
                 strerror(reason ? reason : EIO));
        unlink(draft->temporary);
    } else {
        synchronise_parent(draft->path);
    }
    draft_free(draft);
    return bad ? -1 : 0;
}

void file_abandon(file_draft *draft)
{
    if (!draft)
        return;
    fclose(draft->stream);
    unlink(draft->temporary);
    draft_free(draft);
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
    int file = open(path, O_RDONLY);
    struct stat about;
    if (file < 0 || fstat(file, &about) < 0 || !S_ISREG(about.st_mode)) {
        const char *why = file >= 0 ? "it is not a plain file" : strerror(errno);
        complain("%s: cannot read: %s", path, why);
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
    return access(path, F_OK) == 0;
}
