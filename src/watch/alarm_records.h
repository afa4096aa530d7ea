/* alarm_records.h - private to alarms*.c: alarms in the database. */
#ifndef HEATNET_WATCH_ALARM_RECORDS_H
#define HEATNET_WATCH_ALARM_RECORDS_H

#include "watch/alarms_internal.h"

MUST_USE err alarm_records_migrate(struct database *database);
MUST_USE err alarm_records_version(struct database *database, uint64_t *version);
MUST_USE err alarm_records_counts(struct database *database,
                                  struct alarms_count counts[4]);
MUST_USE err alarm_records_open_ones(struct database *database,
                                     err (*each)(void *context,
                                                 const struct doubtful *open),
                                     void *context);

/* Write one change; doing it again changes nothing.  The texts come from `catalog`. */
MUST_USE err alarm_records_apply(struct database *database, const struct catalog *catalog,
                                 const struct alarm_change *change, uint64_t version);

/* ERR_UNKNOWN, ERR_DUPLICATE: as alarms_acknowledge. */
struct alarm_acknowledgement {
    uint64_t id, version;
    const char *who, *note;
    int64_t now_ms;
};

MUST_USE err alarm_records_acknowledge(struct database *database,
                                       const struct alarm_acknowledgement *input);

/* Newest raised first; `keep` decides (NULL = all), `limit` counts the kept. */
MUST_USE err alarm_records_list(struct database *database,
                                const struct alarms_filter *filter,
                                bool (*keep)(void *context,
                                             const struct alarm_record *record),
                                alarms_each each, void *context);
MUST_USE err alarm_records_changed(struct database *database, uint64_t since,
                                   alarms_each each, void *context);

/* Saved states: one blob a device, in which `device` 0 is free for the caller. */
MUST_USE err alarm_records_save_state(struct database *database, uint32_t device,
                                      struct bytes state);
MUST_USE err alarm_records_load_states(struct database *database,
                                       err (*each)(void *context, uint32_t device,
                                                   struct bytes state),
                                       void *context);
/* Of device 0 only. */
MUST_USE err alarm_records_load_number(struct database *database,
                                       err (*each)(void *context, uint32_t device,
                                                   struct bytes state),
                                       void *context);

#endif
