/* launch-floor -- the least a launcher of processes can cost: posix_spawn and wait, so many in flight, nothing else.
 *
 *   launch-floor [-a] JOBS INFLIGHT PROGRAM ARGUMENT...     -a: the job's number is appended as the last argument
 *
 * Boundary: no output is captured, nothing is looked up but the program, once. Status 0 when every job ended with 0. */
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv)
{
    int append = argc > 1 && strcmp(argv[1], "-a") == 0;
    argc -= append, argv += append;
    if (argc < 4) {
        fprintf(stderr, "usage: launch-floor [-a] JOBS INFLIGHT PROGRAM ARGUMENT...\n");
        return 2;
    }
    long jobs = atol(argv[1]), most = atol(argv[2]), started = 0, running = 0, failed = 0;
    int words = argc - 3;
    char **job = calloc(words + 2, sizeof *job), number[32];
    if (!job)
        return 2;
    memcpy(job, argv + 3, words * sizeof *job);
    if (append)
        job[words] = number;
    while (started < jobs || running > 0) {
        if (started < jobs && running < most) {
            pid_t pid;
            snprintf(number, sizeof number, "%ld", ++started);
            int error = posix_spawnp(&pid, job[0], NULL, NULL, job, environ);
            if (error) {
                fprintf(stderr, "launch-floor: %s: %s\n", job[0], strerror(error));
                return 2;
            }
            running++;
            continue;
        }
        int status;
        if (waitpid(-1, &status, 0) < 0) {
            if (errno == EINTR)
                continue;
            perror("launch-floor: waitpid");
            return 2;
        }
        running--;
        failed += status != 0;
    }
    return failed != 0;
}
