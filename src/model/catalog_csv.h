/* catalog_csv.h - the import file: tables of sites, pipes, templates, points and devices.
 *
 * One CSV file (UTF-8, with or without BOM, comma or semicolon or tab, RFC 4180 quotes).
 * A row whose first cell is `kind` names the columns of the rows beneath it; so one sheet
 * may hold several tables.  An import creates what is not there and changes what differs;
 * it removes nothing.  An empty cell means the column's default; what a table has no
 * column for, a thing keeps.  Empty rows and rows starting with # are skipped.
 *
 *   kind,code,name,name_en,type,parent,time_zone,area_m2,x_m,y_m
 *   site,S1,东升站,Dongsheng,station,B1,,30000,120,80
 *   kind,code,from,to,length_m,diameter_mm
 *   kind,code,name,name_en,protocol,picture                               (template)
 *   kind,template,key,name,name_en,quantity,unit,address,factor,offset,decimals,
 *     range_low,range_high,rate_high,frozen_s,low_low,low,high,high_high,dead_band,
 *     delay_s,priority_outer,priority_inner,bits                              (point)
 *   kind,code,name,name_en,site,template,terminal,address,cycle_s           (device)
 *
 * A device has a point for each point of its template; on a change of its template a
 * point goes on (same id) where the new one has the same key and quantity, the others
 * stay behind the live ones (catalog.h).  `type` is a site kind's word.  `unit` may be
 * any unit of the quantity: limits and factor are converted to the quantity's own.
 * docs/import.md explains it for users. */
#ifndef HEATNET_MODEL_CATALOG_CSV_H
#define HEATNET_MODEL_CATALOG_CSV_H

#include "base/bytes.h"
#include "base/diag.h"
#include "base/err.h"
#include "model/catalog.h"

enum { CATALOG_CSV_BYTES_MAX = 256 * 1024 * 1024 };

struct catalog_change_count {
    size_t created, changed, unchanged;
};

struct catalog_change_counts {
    struct catalog_change_count sites, pipes, templates, points, devices;
};

/* Called to check an address when a device or template point is read (the drivers'
 * grammars live above this room): must add to `diag` what is wrong and show the right
 * form. `what` is "device" or "point". */
typedef err (*catalog_address_check)(const char *protocol, const char *what,
                                     const char *address, char *why, size_t why_n);

/* Read `csv` against `now` (an empty catalog at first).  On success *next is a new
 * catalog with the changes, in which new things have fresh ids above the present maximum
 * (deterministic, in file order), version + 1 when anything differs; the caller releases
 * it.  `check` may be NULL.  Errors: every wrong line is in `diag`; ERR_RANGE; *next is
 * untouched. */
/* tidy: allow parameters: three inputs and three outputs, each of another owner */
MUST_USE err catalog_csv_read(struct bytes csv, const struct catalog *now,
                              catalog_address_check check, struct catalog **next,
                              struct catalog_change_counts *counts, struct diag *diag);

/* The whole catalog as such a file; reading it back changes nothing. */
MUST_USE err catalog_csv_write(const struct catalog *catalog, struct buffer *out);

#endif
