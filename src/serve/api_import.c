/* api_import.c - the catalog in and out as CSV; all or nothing. */
#include "base/diag.h"
#include "base/ensure.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "link/line.h"
#include "model/catalog_csv.h"
#include "serve/api.h"
#include "serve/catalog_change.h"
#include "serve/js.h"
#include "serve/outside.h"
#include "serve/request.h"
#include "serve/server.h"
#include "wire/cjt188_address.h"
#include "wire/dlt645_address.h"
#include "wire/mbus_address.h"
#include "wire/modbus_address.h"
#include "wire/mqtt_address.h"
#include "wire/nut.h"

#include <string.h>

/* The drivers' address grammars, so that a wrong address is an error of its line. */
static const struct {
    const char *protocol;
    catalog_address_check check;
    bool on_line; /* a device's address begins with that of a line */
} grammars[] = {
    {"modbus-tcp", modbus_address_check, false},
    {"modbus-rtu", modbus_address_check, true},
    {"mbus", mbus_address_check, true},
    {"cjt188", cjt188_address_check, true},
    {"dlt645", dlt645_address_check, true},
    {"mqtt", mqtt_address_check, false},
    {"nut", nut_address_check, false},
};

static err unknown_protocol(const char *protocol, char *why, size_t why_n)
{
    (void)text_format(why, why_n, "protocol '%s' is not known; known:", protocol);
    for (size_t i = 0; i < COUNT(grammars); i++) {
        size_t n = strlen(why);
        (void)text_format(why + n, why_n - n, "%s %s", i ? "," : "",
                          grammars[i].protocol);
    }
    return ERR_UNKNOWN;
}

static err check_address(const char *protocol, const char *what, const char *address,
                         char *why, size_t why_n)
{
    char line[LINE_NAME_BYTES];
    const char *rest;
    size_t i = 0;

    if (text_equal(protocol, OUTSIDE_PROTOCOL)) return ERR_OK; /* written, not read */
    while (i < COUNT(grammars) && !text_equal(protocol, grammars[i].protocol))
        i++;
    if (i == COUNT(grammars)) return unknown_protocol(protocol, why, why_n);
    err e = grammars[i].check(protocol, what, address, why, why_n);
    if (e || !grammars[i].on_line || !text_equal(what, "device")) return e;
    e = line_split(address, line, &rest);
    return e ? e : line_check(line, why, why_n);
}

static void put_count(struct buffer *out, const char *name,
                      const struct catalog_change_count *count)
{
    js_key(out, name);
    js_object(out);
    js_put_u64(out, "created", count->created);
    js_put_u64(out, "changed", count->changed);
    js_put_u64(out, "unchanged", count->unchanged);
    js_object_end(out);
}

static void put_counts(struct request *request, bool dry_run, uint64_t version,
                       const struct catalog_change_counts *counts)
{
    struct buffer *out = &request->out;
    js_object(out);
    js_put_bool(out, "dry_run", dry_run);
    js_put_u64(out, "version", version);
    put_count(out, "sites", &counts->sites);
    put_count(out, "pipes", &counts->pipes);
    put_count(out, "templates", &counts->templates);
    put_count(out, "points", &counts->points);
    put_count(out, "devices", &counts->devices);
    js_object_end(out);
    answer_json(request, 200);
}

/* Under the import lock. */
static void import(struct request *request, bool dry_run, struct diag *diag)
{
    struct server *server = request->server;
    struct catalog *now = server_catalog(server);
    struct catalog *next = NULL;
    struct catalog_change_counts counts = {0};
    err e = catalog_csv_read(buffer_bytes(&request->body), now, check_address, &next,
                             &counts, diag);
    if (e) {
        if (diag->n) {
            answer_diag(request, diag);
        } else {
            answer_err(request, e);
        }
        catalog_release(now);
        return;
    }
    uint64_t version = next->version;
    if (!dry_run && !text_equal(catalog_time_zone(now), catalog_time_zone(next)))
        log_event(LOG_WARNING, "serve", "time_zone_changed",
                  "zone=%s days=\"change with the next start of the server\"",
                  catalog_time_zone(next));
    if (!dry_run && version != now->version) e = catalog_change_store(server, now, next);
    catalog_release(next);
    catalog_release(now);
    if (e) {
        answer_err(request, e);
        return;
    }
    if (!dry_run)
        log_event(LOG_INFO, "serve", "catalog_imported", "version=%llu by=%s",
                  (unsigned long long)version, request->session.account.name);
    put_counts(request, dry_run, version, &counts);
}

void api_catalog_import(struct request *request)
{
    int64_t dry_run = 0;
    if (request_query_i64(request, "dry_run", 0, 1, &dry_run)) return;
    struct diag *diag = memory_new(1, sizeof *diag);
    if (!diag) {
        answer_err(request, ERR_MEMORY);
        return;
    }
    lock_take(&request->server->import_lock);
    import(request, dry_run != 0, diag);
    lock_give(&request->server->import_lock);
    memory_free(diag);
}

void api_catalog_export(struct request *request)
{
    struct catalog *catalog = server_catalog(request->server);
    err e = catalog_csv_write(catalog, &request->out);
    catalog_release(catalog);
    if (e) {
        answer_err(request, e);
    } else {
        answer_csv(request, "catalog.csv");
    }
}
