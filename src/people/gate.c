/* gate.c - tickets: whoever drew the one that is served is inside. */
#include "people/gate.h"

#include "base/ensure.h"

void gate_open(struct gate *gate)
{
    *gate = (struct gate){0};
    lock_open(&gate->lock);
    signal_open(&gate->moved);
}

void gate_close(struct gate *gate)
{
    ensure(gate->next == gate->serving);
    signal_close(&gate->moved);
    lock_close(&gate->lock);
}

err gate_enter(struct gate *gate)
{
    lock_take(&gate->lock);
    bool full = gate->next - gate->serving > GATE_WAITING_MAX;
    if (!full) {
        uint64_t ticket = gate->next++;
        while (gate->serving != ticket) signal_wait(&gate->moved, &gate->lock);
    }
    lock_give(&gate->lock);
    return full ? ERR_BUSY : ERR_OK;
}

void gate_leave(struct gate *gate)
{
    lock_take(&gate->lock);
    ensure(gate->serving < gate->next);
    gate->serving++;
    signal_all(&gate->moved);
    lock_give(&gate->lock);
}
