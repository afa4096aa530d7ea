/* gate.h - private to people/: one at a time, first come first served, at most so many
 * wait.
 *
 * A password hash takes 64 MiB; without a gate, log-ins of strangers would take the
 * machine. */
#ifndef HEATNET_PEOPLE_GATE_H
#define HEATNET_PEOPLE_GATE_H

#include "base/err.h"
#include "base/thread.h"

#include <stdint.h>

struct gate {
    struct lock lock;
    struct signal moved;
    uint64_t next, serving; /* tickets */
};

enum { GATE_WAITING_MAX = 20 };

void gate_open(struct gate *gate);
void gate_close(struct gate *gate);
/* ERR_BUSY: too many wait already. */
MUST_USE err gate_enter(struct gate *gate);
void gate_leave(struct gate *gate);

#endif
