/* copy-floor -- the least a copier of trees can cost: N threads over a work list, per file one openat, fstat, openat,
 * read, write and close each, with owner, mode and times kept: one futimens, and more only where it is needed.
 *
 *   copy-floor THREADS SRC DST          SRC is a directory; DST's directories may exist, its files must not
 *
 * A thread takes a directory of its own as long as there is one: makes it, lists it, puts those below it on the list and
 * copies the rest, so that two seldom make names in the same directory. Then it helps with what is left, one file here and
 * one there.
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
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 256 << 10 };

/* A directory. Whoever does the last of what there is to do in it gives it its owner, mode and times. */
struct dir {
    struct dir *above;
    char *from, *to, *names, **name; /* names: of all that are no directories, each ended by a NUL */
    int count, in, out;
    struct stat st;
    atomic_int next; /* of name */
    atomic_int left; /* files to copy, directories to make, and the listing itself */
};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
struct list {
    struct dir **dir;
    int count, room;
};
static struct list known, listed; /* listed: those that may have files to help with */
static int taken, listing;        /* of the known: 0..taken have an owner, who is still listing so many of them */
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

/* Owner, mode and times of what is open; the mode if it is not what it was made with, or may be lost with the owner. */
static void put_right(int out, const struct stat *st, mode_t made, const char *name)
{
    if ((st->st_uid != me || st->st_gid != my_group) && fchown(out, st->st_uid, st->st_gid))
        die("fchown", name);
    if ((st->st_mode & 07777) != made && fchmod(out, st->st_mode & 07777))
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
    mode_t mode = st.st_mode & 0777;
    int out = openat(dir->out, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    if (out < 0)
        die("create", name);
    for (off_t done = 0; done < st.st_size;) {
        ssize_t n = read(in, buffer, BUFFER);
        if (n <= 0 || write(out, buffer, n) != n)
            die(n ? "copy" : "it shrank", name);
        done += n;
    }
    put_right(out, &st, mode, name);
    if (close(out))
        die("close", name);
    close(in);
}

static void leave(struct dir *dir)
{
    if (atomic_fetch_sub(&dir->left, 1) != 1)
        return;
    put_right(dir->out, &dir->st, 0700, dir->to);
    if (close(dir->out))
        die("close", dir->to);
    close(dir->in);
}
/* Copies one of its entries; 0 if none is left. */
static int copy_next(struct dir *dir, char *buffer)
{
    /* Looked at first, so that asking often cannot make it overflow. */
    int i = atomic_load(&dir->next);
    if (i >= dir->count || (i = atomic_fetch_add(&dir->next, 1)) >= dir->count)
        return 0;
    copy_entry(dir, dir->name[i], buffer);
    leave(dir);
    return 1;
}

static char *join(const char *dir, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s", dir, name) < 0)
        die("memory", name);
    return path;
}
static void append(struct list *list, struct dir *dir)
{
    pthread_mutex_lock(&lock);
    if (list->count == list->room)
        list->dir = need(realloc(list->dir, (list->room = 2 * list->room + 1024) * sizeof dir));
    list->dir[list->count++] = dir;
    pthread_cond_signal(&more);
    pthread_mutex_unlock(&lock);
}
static void add_dir(struct dir *above, char *from, char *to)
{
    struct dir *dir = need(calloc(1, sizeof *dir));
    dir->above = above, dir->from = from, dir->to = to, dir->left = 1;
    if (above)
        atomic_fetch_add(&above->left, 1);
    append(&known, dir);
}
/* Makes the directory and reads its source. */
static void list_dir(struct dir *dir)
{
    size_t used = 0, size = 0;
    if (mkdir(dir->to, 0700) && errno != EEXIST)
        die("mkdir", dir->to);
    if (dir->above)
        leave(dir->above);
    DIR *stream = opendir(dir->from);
    dir->out = open(dir->to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dir->in = stream ? fcntl(dirfd(stream), F_DUPFD_CLOEXEC, 0) : -1;
    if (dir->in < 0 || dir->out < 0 || fstat(dir->in, &dir->st))
        die("open", dir->from);
    for (struct dirent *entry; (entry = readdir(stream));) {
        const char *name = entry->d_name;
        if (entry->d_type == DT_DIR) {
            if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
                add_dir(dir, join(dir->from, name), join(dir->to, name));
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
    atomic_fetch_add(&dir->left, dir->count);
}

static void *work(void *number)
{
    char *buffer = need(aligned_alloc(4096, BUFFER));
    unsigned at = (intptr_t)number; /* where to help: not all in one directory */
    pthread_mutex_lock(&lock);
    for (;;) {
        if (taken < known.count) {
            struct dir *dir = known.dir[taken++];
            listing++;
            pthread_mutex_unlock(&lock);
            list_dir(dir);
            append(&listed, dir);
            pthread_mutex_lock(&lock);
            if (--listing == 0)
                pthread_cond_broadcast(&more);
            pthread_mutex_unlock(&lock);
            while (copy_next(dir, buffer)) {
            }
            leave(dir);
            pthread_mutex_lock(&lock);
        } else if (listed.count) {
            struct dir **place = &listed.dir[at++ % listed.count];
            if (atomic_load(&(*place)->next) >= (*place)->count) {
                *place = listed.dir[--listed.count];
                continue;
            }
            struct dir *dir = *place;
            pthread_mutex_unlock(&lock);
            copy_next(dir, buffer);
            pthread_mutex_lock(&lock);
        } else if (listing) {
            pthread_cond_wait(&more, &lock);
        } else {
            break;
        }
    }
    pthread_mutex_unlock(&lock);
    free(buffer);
    return NULL;
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
    umask(0);
    add_dir(NULL, argv[2], argv[3]);
    for (intptr_t i = 1; i < threads; i++)
        if ((errno = pthread_create(&thread[i], NULL, work, (void *)i)))
            die("pthread_create", argv[1]);
    work(NULL);
    for (int i = 1; i < threads; i++)
        pthread_join(thread[i], NULL);
    return 0;
}
