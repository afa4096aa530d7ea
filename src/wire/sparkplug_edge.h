/* sparkplug_edge.h - is what an edge node sends complete?  A state machine.
 *
 *   unknown ── NBIRTH ──▶ born ── NDEATH of the same bdSeq ──▶ unknown
 *                         born ── a sequence that is not the next ──▶ unknown
 *   unknown ── anything else ──▶ unknown, a rebirth is asked for
 *
 * Pure: the clock is an argument.  While unknown, aliases bind nothing: a BIRTH may have
 * been missed that gave them anew.  Metrics with names are taken at any time.  Source:
 * Sparkplug 3.0.0, 5.5 (bdSeq) and 6.4.5 (seq). */
#ifndef HEATNET_WIRE_SPARKPLUG_EDGE_H
#define HEATNET_WIRE_SPARKPLUG_EDGE_H

#include "wire/sparkplug.h"

enum { SPARKPLUG_REBIRTH_MS = 5000 }; /* between two requests */

struct sparkplug_edge {
    bool is_born, has_bd_seq, has_asked;
    uint8_t next; /* the sequence that must come */
    uint64_t bd_seq;
    int64_t asked_ms; /* monotonic, of the last request */
    uint64_t gaps;    /* since opening */
};

struct sparkplug_verdict {
    bool ask_rebirth; /* now */
    bool forget;      /* all aliases of this edge and its devices */
    bool is_birth;    /* learn the aliases; values are the present ones */
    bool is_death;    /* of the topic's device, or of the edge and all of its devices */
};

struct sparkplug_verdict sparkplug_edge_step(struct sparkplug_edge *edge,
                                             enum sparkplug_message message,
                                             const struct report *report,
                                             int64_t mono_ms);

#endif
