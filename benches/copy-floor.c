/* copy-floor -- the least a copier of trees can cost: N threads over a work list, per file one openat, fstat, openat,
 * read, write and close each, with owner, mode and times kept.
 *
 *   copy-floor THREADS SRC DST          SRC is a directory; DST's directories may exist, its files must not
 *
 * The first thread walks SRC, makes each directory of DST before it puts what is in it on the list, then copies like the
 * others. A thread takes a directory of its own as long as there is one, so that two seldom make names in the same
 * directory; then it helps with what is left.
 *
 * A large file is copied by one thread. Tried and dropped, because none was faster beyond noise for 4 GiB on tmpfs:
 * ranges of it over two threads (writes to one file exclude each other), copy_file_range, and memory maps.
 *
 * Boundary: regular files, directories and symlinks; no xattrs, no hard links, no holes, nothing that exists is looked at,
 * nothing is synced. The first error ends it. Status 0 when all is copied. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 256 << 10 };

/* A directory: once all below it that are directories are made, it is ready to be filled. Whoever copies its last entry
 * gives it its owner, mode and times. */
struct dir {
    char *from, *to, *names, **name; /* names: of all that are no directories, each ended by a NUL */
    int count, in, out;
    struct stat st;
    atomic_int next, left, opened;
};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static struct dir **dirs; /* 0..taken have an owner, 0..ready may be taken, 0..found are made */
static int taken, ready, found, room, walked;
static uid_t me;
static gid_t my_group;

static void die(const char *what, const char *name)
{
    fprintf(stderr, "copy-floor: %s: %s: %s\n", what, name, strerror(errno));
    _exit(1);
}
static void *need(void *memory)
{
    if (!memory)
        die("memory", "none left");
    return memory;
}

/* Owner, mode and times of what is open. */
static void put_right(int out, const struct stat *st, const char *name)
{
    if ((st->st_uid != me || st->st_gid != my_group) && fchown(out, st->st_uid, st->st_gid))
        die("fchown", name);
    if (fchmod(out, st->st_mode & 07777))
        die("fchmod", name);
    if (futimens(out, (struct timespec[]){st->st_atim, st->st_mtim}))
        die("futimens", name);
}

static void copy_link(struct dir *dir, const char *name)
{
    char target[4097];
    struct stat st;
    ssize_t n = readlinkat(dir->in, name, target, sizeof target - 1);
    if (n < 0 || fstatat(dir->in, name, &st, AT_SYMLINK_NOFOLLOW))
        die("readlinkat", name);
    target[n] = 0;
    if (symlinkat(target, dir->out, name) ||
        ((st.st_uid != me || st.st_gid != my_group) && fchownat(dir->out, name, st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW)) ||
        utimensat(dir->out, name, (struct timespec[]){st.st_atim, st.st_mtim}, AT_SYMLINK_NOFOLLOW))
        die("symlinkat", name);
}
static void copy_entry(struct dir *dir, const char *name, char *buffer)
{
    struct stat st;
    int in = openat(dir->in, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (in < 0 && errno == ELOOP) {
        copy_link(dir, name);
        return;
    }
    if (in < 0 || fstat(in, &st))
        die("open", name);
    int out = openat(dir->out, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (out < 0)
        die("create", name);
    for (off_t done = 0; done < st.st_size;) {
        ssize_t n = read(in, buffer, BUFFER);
        if (n <= 0 || write(out, buffer, n) != n)
            die(n ? "copy" : "it shrank", name);
        done += n;
    }
    put_right(out, &st, name);
    if (close(out))
        die("close", name);
    close(in);
}

static void close_dir(struct dir *dir)
{
    put_right(dir->out, &dir->st, dir->to);
    if (close(dir->out))
        die("close", dir->to);
    close(dir->in);
}
static void open_dir(struct dir *dir)
{
    dir->in = open(dir->from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dir->out = open(dir->to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir->in < 0 || dir->out < 0 || fstat(dir->in, &dir->st))
        die("open", dir->from);
    if (dir->count == 0)
        close_dir(dir);
    atomic_store(&dir->opened, 1);
}
static void copy_dir(struct dir *dir, char *buffer)
{
    int i;
    while ((i = atomic_fetch_add(&dir->next, 1)) < dir->count) {
        copy_entry(dir, dir->name[i], buffer);
        if (atomic_fetch_sub(&dir->left, 1) == 1)
            close_dir(dir);
    }
}
static void *work(void *unused)
{
    char *buffer = need(aligned_alloc(4096, BUFFER));
    int done = 0; /* dirs 0..done have no entry left to help with */
    pthread_mutex_lock(&lock);
    for (;;) {
        struct dir *dir;
        if (taken < ready) {
            dir = dirs[taken++];
            pthread_mutex_unlock(&lock);
            open_dir(dir);
            copy_dir(dir, buffer);
            pthread_mutex_lock(&lock);
        } else if (!walked) {
            pthread_cond_wait(&more, &lock);
        } else if (done == ready) {
            break;
        } else if (dir = dirs[done], atomic_load(&dir->next) >= dir->count) {
            done++;
        } else {
            pthread_mutex_unlock(&lock);
            if (atomic_load(&dir->opened))
                copy_dir(dir, buffer);
            else
                sched_yield(); /* its owner is about to open it */
            pthread_mutex_lock(&lock);
        }
    }
    pthread_mutex_unlock(&lock);
    free(buffer);
    return unused;
}

static char *join(const char *dir, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s", dir, name) < 0)
        die("memory", name);
    return path;
}
static void make_dir(char *from, char *to)
{
    struct dir *dir = need(calloc(1, sizeof *dir));
    if (mkdir(to, 0700) && errno != EEXIST)
        die("mkdir", to);
    dir->from = from, dir->to = to;
    pthread_mutex_lock(&lock);
    if (found == room)
        dirs = need(realloc(dirs, (room = 2 * room + 1024) * sizeof *dirs));
    dirs[found++] = dir;
    pthread_mutex_unlock(&lock);
}
/* Reads the directory: makes those below it, notes the names of the rest. */
static void list_dir(struct dir *dir)
{
    size_t used = 0, size = 0;
    DIR *stream = opendir(dir->from);
    if (!stream)
        die("opendir", dir->from);
    for (struct dirent *entry; (entry = readdir(stream));) {
        const char *name = entry->d_name;
        if (entry->d_type == DT_DIR) {
            if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
                make_dir(join(dir->from, name), join(dir->to, name));
            continue;
        }
        size_t length = strlen(name) + 1;
        if (used + length > size)
            dir->names = need(realloc(dir->names, size = 2 * size + 4096));
        memcpy(dir->names + used, name, length);
        used += length;
        dir->count++;
    }
    closedir(stream);
    dir->name = need(calloc(dir->count + 1, sizeof *dir->name));
    char *name = dir->names;
    for (int i = 0; i < dir->count; i++, name += strlen(name) + 1)
        dir->name[i] = name;
    dir->left = dir->count;
}

int main(int argc, char **argv)
{
    int threads = argc == 4 ? atoi(argv[1]) : 0;
    if (threads < 1 || threads > 4096) {
        fprintf(stderr, "usage: copy-floor THREADS SRC DST\n");
        return 2;
    }
    pthread_t *thread = need(calloc(threads, sizeof *thread));
    me = geteuid(), my_group = getegid();
    make_dir(argv[2], argv[3]);
    for (int i = 1; i < threads; i++)
        if ((errno = pthread_create(&thread[i], NULL, work, NULL)))
            die("pthread_create", argv[1]);
    for (int i = 0; i < found; i++) {
        list_dir(dirs[i]);
        pthread_mutex_lock(&lock);
        ready++;
        walked = ready == found;
        if (walked)
            pthread_cond_broadcast(&more);
        else
            pthread_cond_signal(&more);
        pthread_mutex_unlock(&lock);
    }
    work(NULL);
    for (int i = 1; i < threads; i++)
        pthread_join(thread[i], NULL);
    return 0;
}
