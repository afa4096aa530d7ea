/* modems_bench.c - what thousands of modems that dial in cost one terminal.
 *
 *   modems_bench [MODEMS]      5,000 if left out
 *
 * A child process is the modems: each registers, beats once in BEAT_S, and answers every
 * request with ten registers.  The parent is the terminal: four workers ask all modems in
 * turn, as the poller does.  CPU and memory are the parent's alone. */
#include "base/bytes.h"
#include "base/ensure.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "link/line.h"
#include "link/modems.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    MODEMS_N = 5000,
    WORKERS_N = 4,
    ROUNDS = 3,
    ANSWER_BYTES = 25,
    BEAT_S = 30,
    IDLE_S = 10,
    PATIENCE_MS = 60000
};

static const char registration[] = "REG:", heartbeat[] = "HEART";

static void must(bool ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "modems_bench: %s\n", what);
    exit(1);
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void figure(const char *name, double value, const char *unit)
{
    printf("figure %s %.4g %s\n", name, value, unit);
    fflush(stdout);
}

/* --- the modems ------------------------------------------------------------------- */

static int dial(uint16_t port, size_t i)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char packet[32];
    int handle = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    must(handle >= 0, "too few file handles: ulimit -n");
    must(connect(handle, (struct sockaddr *)&to, sizeof to) == 0, "cannot dial");
    (void)text_format(packet, sizeof packet, "%s%011zu", registration, i);
    must(send(handle, packet, 15, 0) == 15, "cannot register");
    return handle;
}

static void answer_all(const struct epoll_event *events, int n)
{
    uint8_t bytes[64];

    for (int i = 0; i < n; i++) {
        ssize_t got = recv(events[i].data.fd, bytes, sizeof bytes, 0);
        if (got <= 0) exit(0);
        ssize_t sent = send(events[i].data.fd, bytes, ANSWER_BYTES, MSG_NOSIGNAL);
        must(sent == ANSWER_BYTES, "cannot answer");
    }
}

static void be_modems(uint16_t port, size_t modems_n)
{
    struct epoll_event events[256];
    int poll = epoll_create1(EPOLL_CLOEXEC);
    int *handles = memory_new(modems_n, sizeof *handles);
    double next = seconds(CLOCK_MONOTONIC);
    size_t beat = 0;

    must(poll >= 0 && handles && !prctl(PR_SET_PDEATHSIG, SIGKILL), "cannot start");
    for (size_t i = 0; i < modems_n; i++) {
        handles[i] = dial(port, i);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = handles[i]};
        must(epoll_ctl(poll, EPOLL_CTL_ADD, handles[i], &event) == 0, "cannot watch");
    }
    for (;;) {
        answer_all(events, epoll_wait(poll, events, 256, 5));
        for (; seconds(CLOCK_MONOTONIC) > next; next += (double)BEAT_S / (double)modems_n)
            (void)send(handles[beat++ % modems_n], heartbeat, 5, MSG_NOSIGNAL);
    }
}

/* --- the terminal ----------------------------------------------------------------- */

struct worker {
    struct thread thread;
    struct line **lines;
    size_t first, step, n, failed;
};

static bool ask(struct line *line)
{
    static const uint8_t request[8] = {1, 3, 0, 0, 0, 10, 0xC5, 0xCD};
    uint8_t answer[64];
    size_t n = 0, got = 0;
    int64_t deadline_ms = line_deadline(line, 5000);

    if (line_send(line, (struct bytes){request, sizeof request}, deadline_ms))
        return false;
    for (; n < ANSWER_BYTES; n += got)
        if (line_receive(line, answer + n, sizeof answer - n, deadline_ms, &got))
            return false;
    return true;
}

static void *work(void *context)
{
    struct worker *w = context;
    for (size_t i = w->first; i < w->n; i += w->step) w->failed += !ask(w->lines[i]);
    return NULL;
}

static size_t ask_all(struct line **lines, size_t n)
{
    struct worker workers[WORKERS_N];
    size_t failed = 0;

    for (size_t i = 0; i < WORKERS_N; i++) {
        workers[i] =
            (struct worker){.lines = lines, .first = i, .step = WORKERS_N, .n = n};
        must(!thread_start(&workers[i].thread, "ask", work, &workers[i]), "no thread");
    }
    for (size_t i = 0; i < WORKERS_N; i++) {
        thread_join(&workers[i].thread);
        failed += workers[i].failed;
    }
    return failed;
}

static void wait_registered(struct modems *modems, size_t n)
{
    struct modems_counts counts = {0};
    for (int i = 0; i < PATIENCE_MS / 10 && counts.registered_n < n; i++) {
        (void)usleep(10000);
        modems_counts(modems, &counts);
    }
    must(counts.registered_n == n, "not all modems registered");
}

static struct line **open_lines(struct modems *modems, size_t n)
{
    struct line **lines = memory_new(n, sizeof *lines);
    char name[LINE_NAME_BYTES];

    must(lines != NULL, "no memory");
    for (size_t i = 0; i < n; i++) {
        (void)text_format(name, sizeof name, "modem:%011zu", i);
        must(!line_open(name, &lines[i]), "no line");
        line_use_modems(lines[i], modems);
    }
    return lines;
}

static void measure_asking(struct line **lines, size_t n)
{
    double real = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    size_t failed = 0;

    for (int i = 0; i < ROUNDS; i++) failed += ask_all(lines, n);
    real = seconds(CLOCK_MONOTONIC) - real;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    double asked = (double)n * ROUNDS;
    figure("modems_requests_rate", asked / real, "1/s");
    figure("modems_request_cpu", cpu / asked * 1e6, "us");
    figure("modems_requests_failed", (double)failed, "");
}

static void measure_idle(void)
{
    double real = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    (void)sleep(IDLE_S);
    real = seconds(CLOCK_MONOTONIC) - real;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    figure("modems_heartbeats_cpu", 100 * cpu / real, "%");
}

static void measure(struct modems *modems, size_t n)
{
    double before = (double)process_resident_bytes(), began = seconds(CLOCK_MONOTONIC);

    pid_t child = fork();
    must(child >= 0, "no process");
    if (child == 0) be_modems(modems_port(modems), n);
    wait_registered(modems, n);
    figure("modems_registered", (double)n, "");
    figure("modems_registration_time", seconds(CLOCK_MONOTONIC) - began, "s");
    double registered = (double)process_resident_bytes();
    figure("modems_memory_each", (registered - before) / (double)n, "B");
    measure_idle();
    struct line **lines = open_lines(modems, n);
    measure_asking(lines, n);
    figure("modems_memory", (double)process_resident_bytes() / 1e6, "MB");
    for (size_t i = 0; i < n; i++) line_close(lines[i]);
    memory_free(lines);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
}

int main(int argc, char **argv)
{
    uint32_t n = MODEMS_N;
    struct modems *modems = NULL;
    char why[MODEM_WHY_BYTES] = "";

    must(argc < 2 || (!text_to_u32(argv[1], &n) && n > 0), "modems_bench [MODEMS]");
    struct modems_options options = {.listen = "127.0.0.1:0",
                                     .registration = "REG:{digits:11}",
                                     .heartbeats = heartbeat,
                                     .calls_max = n,
                                     .registration_ms = PATIENCE_MS,
                                     .idle_ms = 600000};
    log_level_set(LOG_WARNING);
    must(!modems_open(&options, &modems, why, sizeof why), why);
    measure(modems, n);
    modems_close(modems);
    return 0;
}
