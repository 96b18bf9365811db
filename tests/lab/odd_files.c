#include "odd_files.h"

#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

void make_folder_of(const char *name)
{
    assert_int_equal(file_make_directory(below("%s", name)), 0);
}

void make_link(const char *to, const char *name)
{
    assert_int_equal(symlink(to, below("%s", name)), 0);
}

void make_fifo(const char *name)
{
    assert_int_equal(mkfifo(below("%s", name), 0666), 0);
}

void make_socket(const char *name)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int made = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(at.sun_path, sizeof at.sun_path, "%.100s", below("%s", name));
    assert_int_equal(bind(made, (const struct sockaddr *)(const void *)&at, sizeof at), 0);
    close(made);
}

void as_nobody(int (*check)(void))
{
    assert_int_equal(chmod(folder, 0755), 0);
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

int complained_of(const char *what, const char *why)
{
    const char *said = complaint() ? complaint() : "nothing";
    if (strstr(said, what) && strstr(said, why))
        return 0;
    fprintf(stderr, "'%s' should hold '%s' and '%s'\n", said, what, why);
    return 1;
}
