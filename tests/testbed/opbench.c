/* opbench -- what the bed itself can do: threads of one process that make files of zeros on the mount.
 *
 *   opbench MOUNT FILES KIB DIRECTORIES THREADS...
 *
 * Per file one open, write and close; file i lies in directory i mod DIRECTORIES. The directories are made before the
 * clock starts, and in $OPB_MKDIR if that is set: the export itself, behind the client. Owner and mode are left as they
 * come, and the times too unless $OPB_TIMES is set: then a time is set once the contents are stored, as a copier has to. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *mount;
static int files, bytes, directories, threads, next;
static char *zeros;
static const char *times;

static void *work(void *unused)
{
    for (;;) {
        int i = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);
        if (i >= files)
            return unused;
        char path[4096];
        snprintf(path, sizeof path, "%s/t%d_%d_%d/f%d", mount, (int)getpid(), threads, i % directories, i);
        int out = open(path, O_CREAT | O_EXCL | O_WRONLY, 0644);
        /* A close stores the contents, whichever descriptor it is of. */
        if (out < 0 || write(out, zeros, bytes) != bytes ||
            (times && (close(dup(out)) || futimens(out, (struct timespec[]){{1000000000, 0}, {1000000000, 0}}))) || close(out)) {
            perror(path);
            exit(1);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc < 6) {
        fprintf(stderr, "usage: opbench MOUNT FILES KIB DIRECTORIES THREADS...\n");
        return 2;
    }
    const char *behind = getenv("OPB_MKDIR");
    times = getenv("OPB_TIMES");
    mount = argv[1], files = atoi(argv[2]), bytes = atoi(argv[3]) * 1024, directories = atoi(argv[4]);
    zeros = calloc(1, bytes + 1);
    for (int a = 5; a < argc; a++) {
        pthread_t thread[1024];
        struct timespec start, end;
        char path[4096];
        threads = atoi(argv[a]);
        if (threads < 1 || threads > 1024 || !zeros)
            return 2;
        for (int d = 0; d < directories; d++) {
            snprintf(path, sizeof path, "%s/t%d_%d_%d", behind ? behind : mount, (int)getpid(), threads, d);
            mkdir(path, 0777);
        }
        next = 0;
        clock_gettime(CLOCK_MONOTONIC, &start);
        for (int i = 0; i < threads; i++)
            if (pthread_create(&thread[i], NULL, work, NULL)) {
                perror("opbench: pthread_create");
                return 1;
            }
        for (int i = 0; i < threads; i++)
            pthread_join(thread[i], NULL);
        clock_gettime(CLOCK_MONOTONIC, &end);
        double seconds = (end.tv_sec - start.tv_sec) + (end.tv_nsec - start.tv_nsec) / 1e9;
        printf("threads=%-4d dirs=%-4d %5d files of %d KiB: %6.2f s %7.0f files/s %7.2f ms/file/thread\n", threads,
               directories, files, bytes / 1024, seconds, files / seconds, seconds * threads / files * 1e3);
        fflush(stdout);
        snprintf(path, sizeof path, "rm -rf %s/t%d_*", behind ? behind : mount, (int)getpid());
        if (system(path))
            return 1;
    }
    return 0;
}
