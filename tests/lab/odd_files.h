/* odd_files.h: what may lie in a folder of pictures beside pictures, and what must not be opened or may not be read;
 * made below the root of data_root.h. */
#ifndef TESTS_ODD_FILES_H
#define TESTS_ODD_FILES_H
#include "data_root.h"
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

static inline void make_folder_of(const char *name)
{
    assert_int_equal(file_make_directory(below("%s", name)), 0);
}

static inline void make_link(const char *to, const char *name)
{
    assert_int_equal(symlink(to, below("%s", name)), 0);
}

static inline void make_fifo(const char *name)
{
    assert_int_equal(mkfifo(below("%s", name), 0666), 0);
}

static inline void make_socket(const char *name)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int made = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(at.sun_path, sizeof at.sun_path, "%.100s", below("%s", name));
    assert_int_equal(bind(made, (const struct sockaddr *)(const void *)&at, sizeof at), 0);
    close(made);
}

/* Runs the check in a process that is not root's, to which folders may be closed; it returns 0 if all is as it should
 * be. Opening what waits for ever ends that process too. */
static inline void as_nobody(int (*check)(void))
{
    assert_int_equal(chmod(root, 0755), 0);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        if (getuid() == 0 && setuid(65534) != 0)
            _exit(100);
        _exit(check());
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* 0 if the last complaint holds both words, else 1 after printing it. */
static inline int complained_of(const char *what, const char *why)
{
    const char *said = complaint() ? complaint() : "nothing";
    if (strstr(said, what) && strstr(said, why))
        return 0;
    fprintf(stderr, "'%s' should hold '%s' and '%s'\n", said, what, why);
    return 1;
}

#endif
