/* loop.h - one epoll loop for all sockets of the plant.
 *
 * Everything (physics, Modbus, control) runs in the one thread that turns this loop, so a
 * register block is always a picture of one moment and nothing needs a lock.  A watch
 * must stay in place while it is watched; an event that was already fetched may still
 * arrive after loop_remove(), so a watch's memory is never given back before the loop is
 * closed and its `ready` must bear a call too many. */
#ifndef HEATNET_PLANT_LOOP_H
#define HEATNET_PLANT_LOOP_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct loop {
    int handle; /* -1 = closed */
};

struct watch {
    int handle; /* socket, -1 = none */
    void *owner;
    void (*ready)(void *owner);
    bool writing; /* watched for room to write instead of something to read */
};

MUST_USE err loop_open(struct loop *loop);
void loop_close(struct loop *loop);
MUST_USE err loop_add(struct loop *loop, struct watch *watch);
void loop_writing(struct loop *loop, struct watch *watch, bool writing);
/* Also closes the socket. */
void loop_remove(struct loop *loop, struct watch *watch);
/* Wait at most `timeout_ms` (-1 = for ever) and call who is ready. */
void loop_turn(struct loop *loop, int timeout_ms);

#endif
