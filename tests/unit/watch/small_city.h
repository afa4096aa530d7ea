/* small_city.h - a catalog of two stations with alarm rules, for the tests of alarms. */
#ifndef HEATNET_TESTS_WATCH_SMALL_CITY_H
#define HEATNET_TESTS_WATCH_SMALL_CITY_H

#include "base/memory.h"
#include "base/text.h"
#include "check.h"
#include "model/catalog.h"

#include <math.h>

/*   1 company -- 2 branch -- 3 station 东升站 -- device 1: points 11 12 13 14
 *          `---------------- 4 station 西山站 -- device 2: points 21 22 23 24   */
enum { COMPANY = 1, BRANCH, EAST, WEST };

enum { EAST_TEMPERATURE = 11, EAST_PRESSURE, EAST_FAULTS, EAST_FLOW };

enum { WEST_TEMPERATURE = 21, WEST_PRESSURE, WEST_FAULTS, WEST_FLOW };

static inline void put(char *out, size_t out_n, const char *text)
{
    assert_true(text_copy(out, out_n, text));
}

static inline void city_site(struct catalog *city, uint32_t parent, enum site_kind kind,
                             const char *name, const char *name_en)
{
    struct site *site = &city->sites[city->sites_n++];
    *site = (struct site){.id = (uint32_t)city->sites_n,
                          .parent = parent,
                          .kind = kind,
                          .area_m2 = NAN,
                          .x = NAN,
                          .y = NAN};
    put(site->name, sizeof site->name, name);
    put(site->name_en, sizeof site->name_en, name_en);
    assert_true(text_format(site->code, sizeof site->code, "S%u", site->id));
}

static inline struct template_point *city_rule(struct catalog *city,
                                               enum quantity quantity, const char *name,
                                               const char *name_en)
{
    struct template_point *rule = &city->template_points[city->template_points_n++];
    *rule = (struct template_point){.id = (uint32_t)city->template_points_n,
                                    .template_id = 1,
                                    .quantity = quantity,
                                    .factor = 1,
                                    .decimals = quantity_decimals(quantity),
                                    .range_low = NAN,
                                    .range_high = NAN,
                                    .rate_high = NAN,
                                    .low_low = NAN,
                                    .low = NAN,
                                    .high = NAN,
                                    .high_high = NAN,
                                    .priority_outer = 1,
                                    .priority_inner = 2};
    put(rule->name, sizeof rule->name, name);
    put(rule->name_en, sizeof rule->name_en, name_en);
    assert_true(text_format(rule->key, sizeof rule->key, "p%u", rule->id));
    return rule;
}

static inline void city_rules(struct catalog *city)
{
    struct template_point *rule = city_rule(city, QUANTITY_TEMPERATURE, "二次供水温度",
                                            "Secondary supply temperature");
    rule->high = 60;
    rule->high_high = 70;
    rule->range_high = 150;
    rule->dead_band = 2;
    rule->frozen_s = 3600;
    rule =
        city_rule(city, QUANTITY_PRESSURE, "二次回水压力", "Secondary return pressure");
    rule->low_low = 0.15;
    rule->low = 0.2;
    rule->delay_s = 30;
    rule = city_rule(city, QUANTITY_BITS, "故障字", "Fault word");
    put(rule->bits, sizeof rule->bits,
        "0:1:循环泵故障|Circulation pump fault;3:4:门开|Door open");
    rule = city_rule(city, QUANTITY_FLOW, "流量", "Flow");
    rule->high = 10;
    rule->delay_s = 60; /* longer than a value holds */
}

static inline void city_device(struct catalog *city, uint32_t site, const char *name,
                               const char *name_en)
{
    struct device *device = &city->devices[city->devices_n++];
    *device = (struct device){.id = (uint32_t)city->devices_n,
                              .site = site,
                              .template_id = 1,
                              .terminal = 1,
                              .cycle_ms = 10000};
    put(device->name, sizeof device->name, name);
    put(device->name_en, sizeof device->name_en, name_en);
    assert_true(text_format(device->code, sizeof device->code, "D%u", device->id));
    for (uint32_t i = 0; i < 4; i++) {
        city->points[city->points_n++] = (struct point){
            .id = device->id * 10 + i + 1, .device = device->id, .template_point = i};
    }
}

/* `rules` false: the template's points have none left. */
static inline struct catalog *small_city(bool rules)
{
    struct catalog city = {
        .version = 1, .templates_n = 1, .terminals_n = 1, .point_id_max = 24};
    city.sites = memory_new(4, sizeof *city.sites);
    city.templates = memory_new(1, sizeof *city.templates);
    city.template_points = memory_new(4, sizeof *city.template_points);
    city.terminals = memory_new(1, sizeof *city.terminals);
    city.devices = memory_new(2, sizeof *city.devices);
    city.points = memory_new(8, sizeof *city.points);
    city_site(&city, 0, SITE_COMPANY, "热力公司", "Heat company");
    city_site(&city, COMPANY, SITE_BRANCH, "东线", "East line");
    city_site(&city, BRANCH, SITE_STATION, "东升站", "Dongsheng");
    city_site(&city, COMPANY, SITE_STATION, "西山站", "Xishan");
    city.templates[0] = (struct template){.id = 1, .code = "station"};
    city.terminals[0] = (struct terminal){.id = 1, .code = "T1", .enabled = true};
    city_rules(&city);
    for (size_t i = 0; !rules && i < city.template_points_n; i++) {
        struct template_point *rule = &city.template_points[i];
        rule->low_low = rule->low = rule->high = rule->high_high = rule->range_high = NAN;
        rule->frozen_s = 0;
        rule->bits[0] = '\0';
    }
    city_device(&city, EAST, "东升站控制器", "Dongsheng controller");
    city_device(&city, WEST, "西山站控制器", "Xishan controller");
    struct catalog *made;
    assert_int_equal(catalog_make(&city, &made), ERR_OK);
    return made;
}

#endif
