/* mqtt_channel.h - what mqtt.c (the connection) and mqtt_receive.c (messages) share. */
#ifndef HEATNET_COLLECT_MQTT_CHANNEL_H
#define HEATNET_COLLECT_MQTT_CHANNEL_H

#include "base/clock.h"
#include "base/thread.h"
#include "collect/mqtt_plan.h"

#include <mosquitto.h>

struct driver_channel {
    struct mqtt_address broker;
    char name[DRIVER_CHANNEL_BYTES], client_id[96], folder[256];
    struct clock clock;
    struct mosquitto *client; /* the thread's once it runs */
    struct thread thread;

    struct lock lock;
    struct signal changed; /* rows were taken, or we stop */
    bool stopping, is_connected;
    char error[DRIVER_ERROR_BYTES]; /* why there is no connection */
    struct driver_plan *plans;
    struct mqtt_edge *edges;
    uint64_t unread; /* messages that made no sense */
};

/* Give a message to the plans it concerns; waits while a plan's rows are full, until they
 * are taken or the channel stops. */
void mqtt_receive(struct driver_channel *channel, const char *topic,
                  struct bytes payload);
/* The edge's state of the plan, made when it is the first; NULL: out of memory. */
struct mqtt_edge *mqtt_edge_of(struct driver_channel *channel,
                               const struct driver_plan *plan);
/* Ask every edge for a rebirth: its QoS 0 messages may have been missed. */
void mqtt_ask_rebirths(struct driver_channel *channel);

#endif
