/* progress.c - see the header. */
#include "heatnet-edge/progress.h"

#include "base/ensure.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR_N = 30, TERMINAL_MS = 250, PLAIN_MS = 5000 };

void progress_open(struct progress *p, int64_t from, int64_t to)
{
    ensure(p && from <= to);

    *p = (struct progress){.from = from, .to = to};
    clock_machine(&p->clock);
    p->on_terminal = isatty(STDOUT_FILENO) == 1;
    p->began_ms = clock_mono_ms(&p->clock);
    p->shown_ms = p->began_ms - PLAIN_MS;
}

static double part_of(const struct progress *p, int64_t at)
{
    if (p->to == p->from) return 1;
    double part = (double)(at - p->from) / (double)(p->to - p->from);
    return part < 0 ? 0 : part > 1 ? 1 : part;
}

void progress_show(struct progress *p, int64_t at, const char *label, bool now)
{
    int64_t mono = clock_mono_ms(&p->clock);
    double part = part_of(p, at);
    char bar[BAR_N + 1];

    if (!now && mono - p->shown_ms < (p->on_terminal ? TERMINAL_MS : PLAIN_MS)) return;
    p->shown_ms = mono;
    for (int i = 0; i < BAR_N; i++) bar[i] = i < (int)(part * BAR_N) ? '#' : '.';
    bar[BAR_N] = 0;
    double took_s = (double)(mono - p->began_ms) / 1000;
    double left_s = part > 0 ? took_s * (1 - part) / part : 0;
    printf("%s[%s] %5.1f %%  %s  %4.0f s left%s", p->on_terminal ? "\r" : "", bar,
           part * 100, label, left_s, p->on_terminal ? "\033[K" : "\n");
    (void)fflush(stdout);
}

void progress_end(struct progress *p)
{
    if (p->on_terminal) puts("");
    (void)fflush(stdout);
}
