/* sparkplug_edge.c - see sparkplug_edge.h. */
#include "wire/sparkplug_edge.h"

#include "base/ensure.h"

static bool bd_seq_of(const struct report *report, uint64_t *bd_seq)
{
    const struct report_value *v = report_find(report, "bdSeq", false);

    if (!v || v->kind != REPORT_NUMBER || !(v->number >= 0 && v->number <= UINT8_MAX))
        return false;
    *bd_seq = (uint64_t)v->number;
    return true;
}

static void ask(struct sparkplug_edge *edge, int64_t mono_ms, struct sparkplug_verdict *v)
{
    if (edge->has_asked && mono_ms - edge->asked_ms < SPARKPLUG_REBIRTH_MS) return;
    edge->has_asked = true;
    edge->asked_ms = mono_ms;
    v->ask_rebirth = true;
}

static void birth(struct sparkplug_edge *edge, const struct report *report)
{
    edge->is_born = true;
    edge->has_asked = false; /* and has been answered */
    edge->next = (uint8_t)((report->has_sequence ? report->sequence : 0) + 1);
    edge->has_bd_seq = bd_seq_of(report, &edge->bd_seq);
}

/* A will that was left behind by an older connection says nothing of this one. */
static bool is_stale_death(const struct sparkplug_edge *edge, const struct report *report)
{
    uint64_t bd_seq;

    return edge->is_born && edge->has_bd_seq && bd_seq_of(report, &bd_seq) &&
           bd_seq != edge->bd_seq;
}

struct sparkplug_verdict sparkplug_edge_step(struct sparkplug_edge *edge,
                                             enum sparkplug_message message,
                                             const struct report *report, int64_t mono_ms)
{
    ensure(edge && report);

    struct sparkplug_verdict v = {0};
    if (message == SPARKPLUG_NCMD || message == SPARKPLUG_DCMD) return v;
    if (message == SPARKPLUG_NBIRTH) {
        birth(edge, report);
        v.forget = v.is_birth = true;
        return v;
    }
    if (message == SPARKPLUG_NDEATH) {
        if (is_stale_death(edge, report)) return v;
        edge->is_born = false;
        v.forget = v.is_death = true;
        return v;
    }
    v.is_birth = message == SPARKPLUG_DBIRTH;
    v.is_death = message == SPARKPLUG_DDEATH;
    bool gap = edge->is_born && report->has_sequence && report->sequence != edge->next;
    if (report->has_sequence) edge->next = (uint8_t)(report->sequence + 1);
    edge->gaps += gap;
    if (gap) edge->is_born = false;
    if (edge->is_born) return v;
    v.forget = true;
    ask(edge, mono_ms, &v);
    return v;
}
