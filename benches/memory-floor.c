/* memory-floor -- what the bytes of a file cost to copy in memory alone: memcpy from its page cache into fresh memory.
 *
 *   memory-floor FILE        prints microseconds
 *
 * Fresh: each page of the target is touched for the first time, as the pages of a new file are, and is 4 KiB, as they
 * are. Boundary: one thread; mapping and reading the file is not timed. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

int main(int argc, char **argv)
{
    enum { PIECE = 256 << 20 };
    struct stat st;
    int in = argc == 2 ? open(argv[1], O_RDONLY) : -1;
    if (in < 0 || fstat(in, &st)) {
        perror("memory-floor");
        return 1;
    }
    double spent = 0;
    for (off_t at = 0; at < st.st_size; at += PIECE) {
        size_t length = st.st_size - at < PIECE ? st.st_size - at : PIECE;
        char *from = mmap(NULL, length, PROT_READ, MAP_SHARED | MAP_POPULATE, in, at);
        char *to = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (from == MAP_FAILED || to == MAP_FAILED) {
            perror("memory-floor: mmap");
            return 1;
        }
        madvise(to, length, MADV_NOHUGEPAGE);
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        memcpy(to, from, length);
        /* The compiler must not find that nobody reads the copy. */
        __asm__ volatile("" : : "r"(to) : "memory");
        clock_gettime(CLOCK_MONOTONIC, &end);
        spent += (end.tv_sec - start.tv_sec) * 1e6 + (end.tv_nsec - start.tv_nsec) / 1e3;
        munmap(from, length);
        munmap(to, length);
    }
    printf("%.0f\n", spent);
    return 0;
}
