/* model_catalog_csv_fuzz.c - any bytes as an import file, or as two one after the other,
 * parted by a byte 0.
 *
 * Property: either every fault is told, or there is a catalog; what it writes of itself
 * reads back without a change. */
#include "base/ensure.h"
#include "base/memory.h"
#include "model/catalog_csv.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct catalog *one_terminal(void)
{
    struct catalog arrays = {.version = 1, .terminals_n = 1}, *c = NULL;
    arrays.terminals = memory_new(1, sizeof *arrays.terminals);
    ensure(arrays.terminals != NULL);
    arrays.terminals[0].id = 1;
    memcpy(arrays.terminals[0].code, "T1", 3);
    ensure(catalog_make(&arrays, &c) == ERR_OK);
    return c;
}

static size_t changed_n(const struct catalog_change_counts *n)
{
    return n->sites.created + n->sites.changed + n->pipes.created + n->pipes.changed +
           n->templates.created + n->templates.changed + n->points.created +
           n->points.changed + n->devices.created + n->devices.changed;
}

static void write_and_read(const struct catalog *catalog, struct diag *diag)
{
    struct catalog_change_counts counts;
    struct catalog *again = NULL;
    struct buffer out;
    buffer_open(&out, CATALOG_CSV_BYTES_MAX);
    ensure(catalog_csv_write(catalog, &out) == ERR_OK);
    err e = catalog_csv_read(buffer_bytes(&out), catalog, NULL, &again, &counts, diag);
    ensure(e == ERR_OK);
    ensure(changed_n(&counts) == 0);
    ensure(again->version == catalog->version);
    ensure(again->points_n == catalog->points_n);
    catalog_release(again);
    buffer_close(&out);
}

/* Import on top of `now`, which is given back; the next catalog, or NULL on a fault. */
static struct catalog *import(struct catalog *now, struct bytes csv)
{
    struct catalog_change_counts counts;
    struct catalog *next = NULL;
    struct diag *diag = memory_new(1, sizeof *diag);
    ensure(diag != NULL);
    err e = catalog_csv_read(csv, now, NULL, &next, &counts, diag);
    ensure((e == ERR_OK) == (diag->total == 0));
    ensure((e == ERR_OK) == (next != NULL));
    if (!e) {
        ensure(next->version == now->version + (changed_n(&counts) > 0));
        for (size_t i = 0; i < now->points_n; i++) { /* no point ever goes */
            const struct point *point = catalog_point(next, now->points[i].id);
            ensure(point != NULL && point->device == now->points[i].device);
        }
        write_and_read(next, diag);
    }
    catalog_release(now);
    memory_free(diag);
    return next;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *part = size > 0 ? memchr(data, 0, size) : NULL;
    size_t first_n = part != NULL ? (size_t)(part - data) : size;
    struct catalog *catalog = import(one_terminal(), (struct bytes){data, first_n});
    if (catalog != NULL && part != NULL)
        catalog = import(catalog, (struct bytes){part + 1, size - first_n - 1});
    catalog_release(catalog);
    return 0;
}
