/* sparkplug_value.h - a field of the value's oneof and a datatype make a value. */
#ifndef HEATNET_WIRE_SPARKPLUG_VALUE_H
#define HEATNET_WIRE_SPARKPLUG_VALUE_H

#include "wire/protobuf.h"
#include "wire/report.h"

enum sparkplug_datatype {
    SPARKPLUG_INT8 = 1,
    SPARKPLUG_INT16,
    SPARKPLUG_INT32,
    SPARKPLUG_INT64,
    SPARKPLUG_UINT8,
    SPARKPLUG_UINT16,
    SPARKPLUG_UINT32,
    SPARKPLUG_UINT64,
    SPARKPLUG_FLOAT,
    SPARKPLUG_DOUBLE,
    SPARKPLUG_BOOLEAN,
    SPARKPLUG_STRING,
    SPARKPLUG_DATETIME,
    SPARKPLUG_TEXT,
    SPARKPLUG_UUID,
    SPARKPLUG_DATASET,
    SPARKPLUG_BYTES,
    SPARKPLUG_FILE,
    SPARKPLUG_TEMPLATE
};

/* The members of the oneof, in the order that Metric, DataSetValue and Parameter have
 * them; Metric's begin at field 10, the others' at 1 and 5. */
enum sparkplug_member {
    SPARKPLUG_AS_INT,
    SPARKPLUG_AS_LONG,
    SPARKPLUG_AS_FLOAT,
    SPARKPLUG_AS_DOUBLE,
    SPARKPLUG_AS_BOOLEAN,
    SPARKPLUG_AS_STRING,
    SPARKPLUG_AS_BYTES,
    SPARKPLUG_AS_DATASET,
    SPARKPLUG_AS_TEMPLATE
};

/* True when a field of that protobuf type may be that member. */
bool sparkplug_member_fits(enum sparkplug_member member, enum protobuf_type type);

/* Kind, number, text and raw of *out from one scalar.  `datatype` 0 = not said.
 * ERR_TYPE: the value does not fit its datatype (kind is absent then); ERR_FRAME: text
 * that is not UTF-8; ERR_MEMORY. */
MUST_USE err sparkplug_value(uint32_t datatype, enum sparkplug_member member,
                             const struct protobuf_field *field, struct arena *arena,
                             struct report_value *out);

#endif
