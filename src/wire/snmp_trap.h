/* snmp_trap.h - SNMP notifications (traps and informs) of version 1, 2c and 3.
 *
 * Pure.  Source: RFC 1157 4.1.6 (Trap-PDU), RFC 3416 4.2.6, RFC 3412 and 3414 (version
 * 3).  Head values: "version", "community" or "user" and "level", "engine_id", "uptime"
 * (hundredths of a second), "trap" (its OID), of version 1 "enterprise", "agent",
 * "generic", "specific".  Values are the other varbinds, named by OID.  What is encrypted
 * stays so: the head is given and the content is bytes named "encrypted". */
#ifndef HEATNET_WIRE_SNMP_TRAP_H
#define HEATNET_WIRE_SNMP_TRAP_H

#include "wire/report.h"

/* ERR_FRAME: report->why and ->at say what is wrong where; ERR_FULL, ERR_MEMORY. */
MUST_USE err snmp_trap_decode(struct bytes in, struct arena *arena,
                              struct report *report);

#endif
