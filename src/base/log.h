/* log.h - the programs' own log: one line an event, key=value, to stderr (journald).
 *
 *   2026-11-25T07:02:58.123Z info uplink frame_stored terminal=T1 sequence=7
 *
 * Log once, where it is handled.  Values are quoted when needed; a secret has no printer.
 * Lines of the same module and event are limited to LOG_RATE_N_MAX a minute; what was
 * left out is counted and said.  Safe from any thread. */
#ifndef HEATNET_BASE_LOG_H
#define HEATNET_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

enum { LOG_RATE_N_MAX = 60 };

/* `fields` is a printf format of key=value pairs separated by blanks, e.g.
 * log_event(LOG_INFO, "uplink", "frame_stored", "terminal=%s sequence=%llu", t, s). */
void log_event(enum log_level level, const char *module, const char *event,
               const char *fields, ...) __attribute__((format(printf, 4, 5)));

/* Least level that is printed; LOG_INFO at start. */
void log_level_set(enum log_level level);

/* Also write to files in `folder` (one a UTC day, kept `days_kept` >= 7 days). */
bool log_to_folder(const char *folder, unsigned days_kept);

#endif
