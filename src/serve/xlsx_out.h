/* xlsx_out.h - a history table as a workbook for Excel and WPS. */
#ifndef HEATNET_SERVE_XLSX_OUT_H
#define HEATNET_SERVE_XLSX_OUT_H

#include "base/bytes.h"
#include "model/calendar.h"
#include "serve/history_table.h"

/* `folder`: where the library may keep its files meanwhile.  ERR_RANGE: more rows or
 * columns than a sheet has (1,048,575 and 16,383); ERR_IO, ERR_FULL. */
MUST_USE err xlsx_write(const struct history_table *table,
                        const struct calendar *calendar, const char *folder,
                        struct buffer *out);

#endif
