/* csv_out.h - rows of CSV for spreadsheets: RFC 4180 quotes, no formulas smuggled in. */
#ifndef HEATNET_SERVE_CSV_OUT_H
#define HEATNET_SERVE_CSV_OUT_H

#include "base/bytes.h"
#include "model/calendar.h"
#include "store/historian.h"

/* The mark that makes spreadsheets read UTF-8. */
void csv_bom(struct buffer *out);
/* One cell; commas come by themselves.  A text that a spreadsheet would take for a
 * formula
 * (= + - @ first) gets an apostrophe in front. */
void csv_text(struct buffer *out, const char *text);
void csv_text_unit(struct buffer *out, const char *text, const char *unit);
void csv_number(struct buffer *out, double value); /* not finite: empty */
void csv_i64(struct buffer *out, int64_t value);
void csv_empty(struct buffer *out);
void csv_row_end(struct buffer *out);
/* 2026-11-25 14:05:09.000 local, and UTC: two cells.  0 = two empty ones. */
void csv_times(struct buffer *out, const struct calendar *calendar, int64_t utc_ms);
/* Times, value, quality and the end of the row. */
void csv_sample(struct buffer *out, const struct calendar *calendar,
                const struct history_sample *sample);

#endif
