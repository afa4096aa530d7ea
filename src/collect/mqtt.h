/* mqtt.h - the driver of devices that publish by themselves, "mqtt"; addresses:
 * wire/mqtt_address.h.
 *
 * A channel is a broker and has a thread of its own (libmosquitto), a lasting session
 * (client id "heatnet-TERMINAL[-LOGIN]", clean session off) and QoS 1.
 *
 * What is promised: what is published with QoS 1 while the terminal is cut off, stopped
 * or the network is down is kept by the broker and comes later with its own time.  A
 * device whose MQTT_ROWS_MAX rows are full makes the channel stop reading: the broker
 * then keeps the rest.  What is not: libmosquitto (2.0) acknowledges a message before it
 * hands it over, so a terminal that is killed loses what it had received and not yet
 * spooled, at most what came in the last second or so; messages of QoS 0 (Sparkplug's
 * data) are gone while the terminal is away, and a rebirth is asked for when it is back.
 * Messages without a time of their own get that of their arrival. */
#ifndef HEATNET_COLLECT_MQTT_H
#define HEATNET_COLLECT_MQTT_H

#include "collect/driver.h"

extern const struct driver mqtt_driver;

#endif
