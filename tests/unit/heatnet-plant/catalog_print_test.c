/* catalog_print_test.c - the printed catalog is imported whole, by the rules and the
 * address grammar that a user's file meets, and means what the registers say. */
#include "heatnet-plant/catalog_print.h"
#include "heatnet-plant/chance.h"

#include "base/ensure.h"
#include "check.h"
#include "model/catalog_csv.h"
#include "wire/modbus_address.h"

#include <math.h>
#include <stdio.h>

enum { PORT_BASE = 15020 };

static struct catalog *import_once(struct bytes csv, const struct catalog *now,
                                   struct catalog_change_counts *counts)
{
    struct diag *diag = test_calloc(1, sizeof *diag);
    struct catalog *next = NULL;
    err e = catalog_csv_read(csv, now, modbus_address_check, &next, counts, diag);

    for (size_t i = 0; i < diag->n; i++)
        print_error("line %zu: %s: %s\n", diag->at[i].line, diag->at[i].field,
                    diag->at[i].text);
    test_free(diag);
    assert_int_equal(e, ERR_OK);
    return next;
}

static struct catalog *import(struct catalog_change_counts *counts)
{
    struct catalog none = {0}, *empty = NULL;
    uint16_t ports[PORTS_N];
    struct buffer csv;

    for (unsigned i = 0; i < PORTS_N; i++) ports[i] = (uint16_t)(PORT_BASE + i);
    buffer_open(&csv, CATALOG_PRINT_BYTES_MAX);
    catalog_print((struct catalog_print){ports, "", 10}, &csv);
    assert_int_equal(csv.broken, ERR_OK);
    assert_int_equal(catalog_make(&none, &empty), ERR_OK);
    struct catalog *catalog = import_once(buffer_bytes(&csv), empty, counts);
    struct catalog_change_counts again;
    struct catalog *same = import_once(buffer_bytes(&csv), catalog, &again);
    assert_int_equal(again.sites.created + again.sites.changed + again.points.created +
                         again.points.changed + again.devices.created +
                         again.devices.changed,
                     0);
    catalog_release(same);
    catalog_release(empty);
    buffer_close(&csv);
    return catalog;
}

static void is_imported(void **state)
{
    (void)state;
    struct catalog_change_counts counts = {0};
    struct catalog *catalog = import(&counts);
    size_t points_n = source_points.rows_n + STATIONS_N * station_points.rows_n +
                      STATIONS_N * HOMES_N * meter_points.rows_n;

    assert_int_equal(catalog->sites_n, 1 + NODES_N + STATIONS_N * HOMES_N);
    assert_int_equal(catalog->pipes_n, NODES_N - 1);
    assert_int_equal(catalog->templates_n, 3);
    assert_int_equal(catalog->devices_n, PORTS_N + STATIONS_N * HOMES_N);
    assert_int_equal(catalog->points_n, points_n);
    assert_in_range(station_points.rows_n, 36, 48);
    assert_string_equal(catalog_time_zone(catalog), "Asia/Shanghai");
    const struct device *meter = catalog_device_by_code(catalog, "S24-H25-HM");
    assert_non_null(meter);
    assert_string_equal(meter->address, "127.0.0.1:15044/35");
    assert_int_equal(meter->cycle_ms, 900000);
    catalog_release(catalog);
}

/* The value that the address, type, order and factor of the catalog make of the
 * registers. */
static double decoded(const struct image *image, const struct template_point *point)
{
    struct modbus_point_address address;
    uint32_t raw = 0;
    float number;

    assert_int_equal(modbus_point_parse(point->address, &address, NULL, 0), ERR_OK);
    const uint16_t *words = &image->words[address.table][address.number];
    if (modbus_type_registers(address.type) == 1) {
        double one = address.type == MODBUS_I16 ? (int16_t)words[0] : words[0];
        return one * point->factor + point->offset;
    }
    raw = address.order == MODBUS_CDAB ? (uint32_t)words[1] << 16 | words[0]
                                       : (uint32_t)words[0] << 16 | words[1];
    memcpy(&number, &raw, sizeof number);
    double value = address.type == MODBUS_F32 ? (double)number : raw;
    return value * point->factor + point->offset;
}

static void check_map(struct plant *plant, const struct catalog *catalog,
                      const char *site)
{
    struct device_place place;
    struct image image;

    assert_true(device_of_site(plant, site, &place));
    image_fill(&image, place.map, place.device, place.noise_key);
    const struct template *t = catalog_template_by_code(catalog, place.map->code);
    assert_non_null(t);
    for (size_t i = 0; i < place.map->rows_n; i++) {
        const struct point_row *row = &place.map->rows[i];
        const struct template_point *point =
            &catalog->template_points[t->point_first + i];
        double factor;
        CHECK_TEXT(row->key, point->key, row->key);
        CHECK_EQ(row->key, quantity_factor(row->quantity, row->unit, &factor), ERR_OK);
        double want = point_shown(row, place.device, place.noise_key) * factor;
        double got = decoded(&image, point);
        CHECK(row->key, fabs(got - want) <= 1e-6 * fabs(want) + 1e-9);
        CHECK(row->key, !row->limits || isnan(point->high) ||
                            fabs(point->high - row->limits->alarm[2] * factor) < 1e-9);
    }
}

static void says_what_registers_say(void **state)
{
    (void)state;
    struct catalog_change_counts counts = {0};
    struct catalog *catalog = import(&counts);
    struct plant *plant = NULL;

    assert_int_equal(plant_open(1, 1768435200, &plant), ERR_OK);
    check_map(plant, catalog, "Y1");
    check_map(plant, catalog, "S09");
    check_map(plant, catalog, "S17-H11");
    plant_close(plant);
    catalog_release(catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_imported),
        cmocka_unit_test(says_what_registers_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
