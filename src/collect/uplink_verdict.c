/* uplink_verdict.c - see the header. */
#include "collect/uplink_verdict.h"

#include "base/ensure.h"

#include <string.h>

enum { PAUSE_MS_FIRST = 500, PAUSE_MS_MAX = 4000 };

static void forget(struct uplink_damaged *d, size_t i)
{
    d->n--;
    memmove(d->at + i, d->at + i + 1, (d->n - i) * sizeof d->at[0]);
}

static size_t find(const struct uplink_damaged *d, uint64_t sequence)
{
    size_t i = 0;
    while (i < d->n && d->at[i].sequence != sequence) i++;
    return i;
}

static enum uplink_action damaged_again(struct uplink_damaged *d, uint64_t sequence)
{
    size_t i = find(d, sequence);

    if (i == d->n) {
        if (d->n == UPLINK_DAMAGED_N_MAX) forget(d, 0);
        i = d->n++;
        d->at[i].sequence = sequence;
        d->at[i].times = 0;
    }
    if (++d->at[i].times < UPLINK_DAMAGED_MAX) return UPLINK_AGAIN;
    forget(d, i);
    return UPLINK_GIVE_UP;
}

enum uplink_action uplink_verdict(struct uplink_damaged *d, uint64_t sequence,
                                  enum upload_result result)
{
    ensure(d);

    if (result == UPLOAD_DAMAGED) return damaged_again(d, sequence);
    size_t i = find(d, sequence);
    if (i < d->n && result != UPLOAD_LATER) forget(d, i);
    switch (result) {
    case UPLOAD_STORED:
    case UPLOAD_DUPLICATE: return UPLINK_DONE;
    case UPLOAD_REFUSED: return UPLINK_GIVE_UP;
    case UPLOAD_NONE:
    case UPLOAD_DAMAGED:
    case UPLOAD_LATER: break;
    }
    return UPLINK_KEEP;
}

int64_t uplink_pause_ms(unsigned tries, double chance)
{
    int64_t pause = PAUSE_MS_FIRST;

    for (unsigned i = 1; i < tries && pause < PAUSE_MS_MAX; i++) pause *= 2;
    if (pause > PAUSE_MS_MAX) pause = PAUSE_MS_MAX;
    return pause / 2 + (int64_t)((double)(pause / 2) * chance);
}
