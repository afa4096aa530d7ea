/* json_alarm.h - an alarm as docs/api.md shows it, for the list and for the stream. */
#ifndef HEATNET_SERVE_JSON_ALARM_H
#define HEATNET_SERVE_JSON_ALARM_H

#include "base/bytes.h"
#include "model/catalog.h"
#include "watch/alarms.h"
#include "watch/live.h"

void json_alarm(struct buffer *out, const struct alarm_record *record,
                const struct catalog *catalog, struct live *live);
/* [[unacknowledged, active] x 4] */
void json_alarm_counts(struct buffer *out, struct alarms *alarms);
/* "unacknowledged", "acknowledged", "returned" or "closed". */
const char *alarm_state_word(const struct alarm_record *record);
/* "" when the alarm has no point. */
const char *alarm_unit(const struct alarm_record *record, const struct catalog *catalog);

#endif
