// nslink: joins pairs of network namespaces by TUN devices; delays, drops and rate-limits packets.
// usage: nslink CTLFILE NSA:IFA:NSB:IFB ...     CTLFILE lines: IFA delay_us jitter_us loss_ppm rate_kbit
// SIGHUP rereads CTLFILE.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#define MAXL 64
#define QBYTES (64u << 20)
struct pkt {
    struct pkt *next;
    uint64_t due;
    int len;
    char d[];
};
struct dir {
    int in, out;
    struct pkt *h, *t;
    size_t bytes;
    uint64_t last_due, line_free;
};
struct link {
    char ifa[IFNAMSIZ];
    uint64_t delay, jitter, loss, rate;
    struct dir d[2];
};
static struct link L[MAXL];
static int nl;
static volatile sig_atomic_t hup = 1;
static void on_hup(int s)
{
    (void)s;
    hup = 1;
}
static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}
static uint64_t rnd(void)
{
    static uint64_t x = 88172645463325252ull;
    x ^= x << 13;
    x ^= x >> 7;
    return x ^= x << 17;
}
static int mktun(const char *ns, const char *ifn)
{
    char p[256];
    snprintf(p, sizeof p, "/run/netns/%s", ns);
    int n = open(p, O_RDONLY | O_CLOEXEC);
    if (n < 0 || setns(n, CLONE_NEWNET)) {
        perror(p);
        exit(1);
    }
    close(n);
    int f = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (f < 0) {
        perror("/dev/net/tun");
        exit(1);
    }
    struct ifreq r;
    memset(&r, 0, sizeof r);
    strncpy(r.ifr_name, ifn, IFNAMSIZ - 1);
    r.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR;
    if (ioctl(f, TUNSETIFF, &r)) {
        perror("TUNSETIFF");
        exit(1);
    }
    if (ioctl(f, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN))
        perror("TUNSETOFFLOAD");
    return f;
}
static void reread(const char *ctl)
{
    FILE *f = fopen(ctl, "r");
    char n[64];
    unsigned long long a, b, c, r;
    hup = 0;
    if (!f)
        return;
    while (fscanf(f, "%63s %llu %llu %llu %llu", n, &a, &b, &c, &r) == 5)
        for (int i = 0; i < nl; i++)
            if (!strcmp(n, L[i].ifa)) {
                L[i].delay = a * 1000;
                L[i].jitter = b * 1000;
                L[i].loss = c;
                L[i].rate = r;
            }
    fclose(f);
}
int main(int ac, char **av)
{
    if (ac < 3)
        return 2;
    for (int i = 2; i < ac && nl < MAXL; i++) {
        char *s = strdup(av[i]), *a = strtok(s, ":"), *ia = strtok(0, ":"), *b = strtok(0, ":"), *ib = strtok(0, ":");
        if (!ib)
            return 2;
        struct link *l = &L[nl++];
        strncpy(l->ifa, ia, IFNAMSIZ - 1);
        int fa = mktun(a, ia), fb = mktun(b, ib);
        l->d[0].in = fa;
        l->d[0].out = fb;
        l->d[1].in = fb;
        l->d[1].out = fa;
    }
    struct sigaction sa = {0};
    sa.sa_handler = on_hup;
    sigaction(SIGHUP, &sa, 0);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1000);
    static char buf[70000];
    struct pollfd pf[2 * MAXL];
    puts("ready");
    fflush(stdout);
    for (;;) {
        if (hup)
            reread(av[1]);
        uint64_t t = now(), next = ~0ull;
        for (int i = 0; i < nl; i++)
            for (int k = 0; k < 2; k++) {
                struct dir *d = &L[i].d[k];
                struct pkt *p;
                while ((p = d->h) && p->due <= t) {
                    if (write(d->out, p->d, p->len) < 0 && errno == EAGAIN)
                        break;
                    d->h = p->next;
                    if (!d->h)
                        d->t = 0;
                    d->bytes -= p->len;
                    free(p);
                }
                if (d->h && d->h->due < next)
                    next = d->h->due;
                pf[2 * i + k].fd = d->in;
                pf[2 * i + k].events = POLLIN;
            }
        struct timespec ts, *tp = 0;
        if (next != ~0ull) {
            uint64_t w = next > t ? next - t : 20000;
            ts.tv_sec = w / 1000000000ull;
            ts.tv_nsec = w % 1000000000ull;
            tp = &ts;
        }
        sigset_t empty;
        sigemptyset(&empty);
        if (ppoll(pf, 2 * nl, tp, &empty) <= 0)
            continue;
        for (int i = 0; i < nl; i++)
            for (int k = 0; k < 2; k++)
                if (pf[2 * i + k].revents) {
                    struct link *l = &L[i];
                    struct dir *d = &l->d[k];
                    for (int c = 0; c < 64; c++) {
                        int n = read(d->in, buf, sizeof buf);
                        if (n <= 0)
                            break;
                        if (l->loss && rnd() % 1000000 < l->loss)
                            continue;
                        uint64_t tn = now();
                        if (!l->delay && !l->jitter && !l->rate && !d->h) {
                            if (write(d->out, buf, n) < 0 && errno != EAGAIN) {
                            }
                            continue;
                        }
                        if (d->bytes + n > QBYTES)
                            continue;
                        uint64_t start = tn;
                        if (l->rate) {
                            if (d->line_free < tn)
                                d->line_free = tn;
                            d->line_free += (uint64_t)n * 8000000ull / l->rate;
                            start = d->line_free;
                        }
                        uint64_t due = start + l->delay + (l->jitter ? rnd() % l->jitter : 0);
                        if (due < d->last_due)
                            due = d->last_due; // never reorder
                        d->last_due = due;
                        struct pkt *p = malloc(sizeof *p + n);
                        if (!p)
                            continue;
                        p->next = 0;
                        p->due = due;
                        p->len = n;
                        memcpy(p->d, buf, n);
                        if (d->t)
                            d->t->next = p;
                        else
                            d->h = p;
                        d->t = p;
                        d->bytes += n;
                    }
                }
    }
}
