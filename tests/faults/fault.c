/* Loaded before libc (LD_PRELOAD) into propcli and every git and hook it starts: counts what they are about to do to
 * the disk below FAULT_ROOT, over all of these processes, and at one of these moments lets something go wrong.
 *
 * FAULT_STATE is a file of six ints: how, at, count, hit, main process, process group.
 * how: 0 only count; 1 kill everybody; 2 kill the git that is about to do it (only gits are counted);
 * 3 from then on the disk is full. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HOW, AT, COUNT, HIT, MAIN, GROUP, INTS };
static volatile int *state;
static const char *root;

__attribute__((constructor)) static void begin(void) {
    const char *name = getenv("FAULT_STATE");
    root = getenv("FAULT_ROOT");
    if (!name || !root) return;
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int fd = real(name, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *map = mmap(NULL, INTS * sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map != MAP_FAILED) state = map;
}

static int below(const char *path) { return !strncmp(path, root, strlen(root)); }

static int of_path(int dir, const char *path) {
    char full[PATH_MAX * 2], link[64];
    if (!state || !path) return 0;
    if (path[0] == '/') return below(path);
    if (dir == AT_FDCWD) {
        if (!getcwd(full, PATH_MAX)) return 0;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
        ssize_t n = readlink(link, full, PATH_MAX - 1);
        if (n < 0) return 0;
        full[n] = 0;
    }
    return below(full);
}

static int of_file(int fd) {
    char full[PATH_MAX], link[64];
    if (!state) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, full, sizeof full - 1);
    if (n < 0) return 0;
    full[n] = 0;
    return below(full);
}

/* One moment. 1: what takes room fails. */
static int moment(int takes_room) {
    int how = state[HOW];
    if (how == 2 && getpid() == state[MAIN]) return 0;
    int now = __sync_add_and_fetch(&state[COUNT], 1);
    if (state[AT] <= 0 || now < state[AT]) return 0;
    if (now == state[AT]) state[HIT] = 1;
    if (how == 1 && now == state[AT]) {
        kill(-state[GROUP], SIGKILL);
        pause();
    }
    if (how == 2 && now == state[AT]) {
        kill(getpid(), SIGKILL);
        pause();
    }
    if (how == 3 && takes_room) {
        errno = ENOSPC;
        return 1;
    }
    return 0;
}

#define NEXT(type, name) static __typeof__(type) real; if (!real) real = (__typeof__(type))dlsym(RTLD_NEXT, name)
typedef int (*open_t)(const char *, int, ...);
typedef int (*openat_t)(int, const char *, int, ...);

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...) {                                                                       \
        NEXT(open_t, #name);                                                                                           \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        int mode = (flags & O_CREAT) ? va_arg(rest, int) : 0;                                                          \
        va_end(rest);                                                                                                  \
        if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) && of_path(AT_FDCWD, path) &&                                      \
            moment((flags & O_CREAT) && access(path, F_OK)))                                                           \
            return -1;                                                                                                 \
        return real(path, flags, mode);                                                                                \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                   \
    int name(int dir, const char *path, int flags, ...) {                                                              \
        NEXT(openat_t, #name);                                                                                         \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        int mode = (flags & O_CREAT) ? va_arg(rest, int) : 0;                                                          \
        va_end(rest);                                                                                                  \
        if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) && of_path(dir, path) && moment(flags & O_CREAT)) return -1;        \
        return real(dir, path, flags, mode);                                                                           \
    }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int fd, const void *data, size_t size) {
    NEXT(ssize_t (*)(int, const void *, size_t), "write");
    if (of_file(fd) && moment(1)) return -1;
    return real(fd, data, size);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t where) {
    NEXT(ssize_t (*)(int, const void *, size_t, off64_t), "pwrite64");
    if (of_file(fd) && moment(1)) return -1;
    return real(fd, data, size, where);
}

#define OF_PATH(name, room)                                                                                            \
    int name(const char *path) {                                                                                       \
        NEXT(int (*)(const char *), #name);                                                                            \
        if (of_path(AT_FDCWD, path) && moment(room)) return -1;                                                        \
        return real(path);                                                                                             \
    }
OF_PATH(unlink, 0)
OF_PATH(rmdir, 0)

int unlinkat(int dir, const char *path, int flags) {
    NEXT(int (*)(int, const char *, int), "unlinkat");
    if (of_path(dir, path) && moment(0)) return -1;
    return real(dir, path, flags);
}

int mkdir(const char *path, mode_t mode) {
    NEXT(int (*)(const char *, mode_t), "mkdir");
    if (of_path(AT_FDCWD, path) && moment(1)) return -1;
    return real(path, mode);
}

#define TWO(name, room)                                                                                                \
    int name(const char *old, const char *new) {                                                                       \
        NEXT(int (*)(const char *, const char *), #name);                                                              \
        if (of_path(AT_FDCWD, new) && moment(room)) return -1;                                                         \
        return real(old, new);                                                                                         \
    }
TWO(rename, 0)
TWO(link, 1)

int linkat(int from, const char *old, int to, const char *new, int flags) {
    NEXT(int (*)(int, const char *, int, const char *, int), "linkat");
    if (of_path(to, new) && moment(1)) return -1;
    return real(from, old, to, new, flags);
}

#define OF_FILE(name)                                                                                                  \
    int name(int fd) {                                                                                                 \
        NEXT(int (*)(int), #name);                                                                                     \
        if (of_file(fd) && moment(1)) return -1;                                                                       \
        return real(fd);                                                                                               \
    }
OF_FILE(fsync)
OF_FILE(fdatasync)
