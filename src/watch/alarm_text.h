/* alarm_text.h - private to alarms*.c: what an alarm says, from the catalog's names. */
#ifndef HEATNET_WATCH_ALARM_TEXT_H
#define HEATNET_WATCH_ALARM_TEXT_H

#include "watch/alarms_internal.h"

enum { ALARM_SEARCH_BYTES = 640 };

struct alarm_text {
    uint32_t site;
    unsigned priority; /* 1 .. 4 */
    char text[ALARMS_TEXT_BYTES], text_en[ALARMS_TEXT_BYTES];
    char search[ALARM_SEARCH_BYTES]; /* site and device by all their names */
};

/* "二次回水压力低低 0.120 MPa < 0.150 MPa".  Total: things that are gone are named "?".
 */
void alarm_text_make(const struct catalog *catalog, const struct alarm_change *change,
                     struct alarm_text *text);

#endif
