/* sparkplug.h - Sparkplug B payloads: protobuf bytes into a report, and the one payload
 * we send.
 *
 * Pure.  Source: Eclipse Sparkplug 3.0.0, chapter 6 and sparkplug_b.proto.  A metric of a
 * DataSet becomes a value for each cell ("curve[0].outdoor"), one of a Template a value
 * for each of its metrics ("pump/speed").  Properties and metadata are skipped. */
#ifndef HEATNET_WIRE_SPARKPLUG_H
#define HEATNET_WIRE_SPARKPLUG_H

#include "wire/report.h"

enum { SPARKPLUG_PART_BYTES = 64, SPARKPLUG_NAMES_MAX = 20000 };

#define SPARKPLUG_MESSAGE_LIST(X)                                                        \
    X(SPARKPLUG_NBIRTH, "NBIRTH")                                                        \
    X(SPARKPLUG_NDEATH, "NDEATH")                                                        \
    X(SPARKPLUG_NDATA, "NDATA")                                                          \
    X(SPARKPLUG_NCMD, "NCMD")                                                            \
    X(SPARKPLUG_DBIRTH, "DBIRTH")                                                        \
    X(SPARKPLUG_DDEATH, "DDEATH")                                                        \
    X(SPARKPLUG_DDATA, "DDATA")                                                          \
    X(SPARKPLUG_DCMD, "DCMD")

#define SPARKPLUG_ENUM_ROW(name, word) name,

enum sparkplug_message { SPARKPLUG_MESSAGE_LIST(SPARKPLUG_ENUM_ROW) SPARKPLUG_MESSAGE_N };

#undef SPARKPLUG_ENUM_ROW

struct sparkplug_topic {
    enum sparkplug_message message;
    char group[SPARKPLUG_PART_BYTES], edge[SPARKPLUG_PART_BYTES];
    char device[SPARKPLUG_PART_BYTES]; /* "" = the edge node itself */
};

/* "spBv1.0/GROUP/MESSAGE/EDGE[/DEVICE]"; false when it is not one. */
bool sparkplug_topic_parse(const char *topic, struct sparkplug_topic *out);

/* What BIRTH bound: alias to name and type.  Owned by who opened it. */
struct sparkplug_name {
    uint64_t alias;
    uint32_t datatype;
    char *name;
};

struct sparkplug_names {
    struct sparkplug_name *at; /* by alias, rising */
    size_t n, room;
};

void sparkplug_names_close(struct sparkplug_names *names); /* and forgets them */
/* Take the aliases of a BIRTH's report.  ERR_FULL, ERR_MEMORY: not all. */
MUST_USE err sparkplug_names_learn(struct sparkplug_names *names,
                                   const struct report *birth);

/* `names` may be NULL: a metric that has an alias only then stays without name, and one
 * without datatype is read by its field.  ERR_FRAME: report->why and ->at say what is
 * wrong where; ERR_FULL; ERR_MEMORY. */
MUST_USE err sparkplug_decode(struct bytes in, const struct sparkplug_names *names,
                              struct arena *arena, struct report *report);

/* Append the payload of NCMD "Node Control/Rebirth" = true. */
void sparkplug_put_rebirth(struct buffer *out, int64_t utc_ms);

#endif
