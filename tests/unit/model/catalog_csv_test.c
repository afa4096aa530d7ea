/* catalog_csv_test.c - the import: what it makes, what it keeps, what it says of faults.
 */
#include "model/catalog_csv.h"

#include "base/ensure.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "check.h"

#include <math.h>

static struct diag diag;
static struct catalog_change_counts counts;

/* A catalog that knows the terminals T1 (7) and T2 (9), nothing else. */
static struct catalog *begin(void)
{
    struct catalog arrays = {.version = 1, .terminals_n = 2}, *c = NULL;
    arrays.terminals = memory_new(2, sizeof *arrays.terminals);
    arrays.terminals[0].id = 7;
    arrays.terminals[1].id = 9;
    (void)text_copy(arrays.terminals[0].code, CATALOG_CODE_BYTES, "T1");
    (void)text_copy(arrays.terminals[1].code, CATALOG_CODE_BYTES, "T2");
    assert_int_equal(catalog_make(&arrays, &c), ERR_OK);
    return c;
}

static err read_text(const char *csv, const struct catalog *now, struct catalog **next)
{
    diag_clear(&diag);
    return catalog_csv_read(bytes_of_text(csv), now, NULL, next, &counts, &diag);
}

/* The next catalog in the place of `now`. */
static struct catalog *step(struct catalog *now, const char *csv)
{
    struct catalog *next = NULL;
    err e = read_text(csv, now, &next);
    for (size_t i = 0; i < diag.n && e; i++)
        print_error("%zu: %s: %s\n", diag.at[i].line, diag.at[i].field, diag.at[i].text);
    assert_int_equal(e, ERR_OK);
    assert_int_equal(diag.total, 0);
    catalog_release(now);
    return next;
}

static const char *const town =
    "\xef\xbb\xbfkind,code,site,template,terminal,address,cycle_s\r\n"
    "device,D1,S1,station,T2,10.0.0.1:502/1,1.5\r\n" /* everything stands further down */
    "# a comment with one \" in it\r\n"
    "\r\n"
    "kind,code,name,type,parent,area_m2,time_zone\r\n"
    "site,S1,\"东升站, 一号\",station,B1,30000,\r\n"
    "site,B1,支线,branch,C1,,\r\n"
    "site,C1,\"a \"\"b\"\"\",company,,,Asia/Shanghai\r\n"
    ",,,,,,\r\n"
    "kind,code,from,to,length_m,diameter_mm\r\n"
    "pipe,P1,B1,S1,150,250\r\n"
    "kind,code,name,protocol,picture\r\n"
    "template,station,换热站,modbus-tcp,station\r\n"
    "kind,template,key,name,quantity,unit,address,high,high_high,range_high,bits\r\n"
    "point,station,pressure,压力,pressure,bar,holding 0 float,14,16,25,\r\n"
    "point,station,pump,泵,state,,discrete 0,,,,停止|stopped;运行|running\r\n"
    "point,station,faults,故障,bits,,holding 9 u16,,,,0:1:循环泵故障|Pump;3:2:低液位\r\n";

static void what_is_made(void **state)
{
    (void)state;
    struct catalog *c = step(begin(), town);
    assert_int_equal(c->version, 2);
    assert_int_equal(counts.sites.created, 3);
    assert_int_equal(counts.points.created, 3);
    const struct site *s1 = catalog_site_by_code(c, "S1");
    assert_string_equal(s1->name, "东升站, 一号");
    assert_string_equal(catalog_site_by_code(c, "C1")->name, "a \"b\"");
    assert_int_equal(s1->kind, SITE_STATION);
    assert_int_equal(s1->parent, catalog_site_by_code(c, "B1")->id);
    assert_true(s1->area_m2 == 30000 && isnan(s1->x));
    assert_int_equal(s1->id, 1); /* file order, from 1 on */

    const struct device *d = catalog_device_by_code(c, "D1");
    assert_int_equal(d->terminal, 9);
    assert_int_equal(d->cycle_ms, 1500);
    assert_int_equal(d->point_n, 3);
    const struct template_point *p = &c->template_points[0];
    assert_string_equal(p->key, "pressure");
    assert_true(p->factor == 0.1 && p->high == 1.4 && p->high_high == 1.6);
    assert_true(p->range_high == 2.5 && isnan(p->low) && isnan(p->rate_high));
    assert_int_equal(p->decimals, 3);
    assert_int_equal(p->priority_outer, 1);
    assert_int_equal(p->priority_inner, 2);
    assert_non_null(catalog_point_by_code(c, "D1.faults"));
    catalog_release(c);
}

static void again_changes_nothing(void **state)
{
    (void)state;
    struct catalog *c = step(step(begin(), town), town);
    assert_int_equal(c->version, 2);
    assert_int_equal(counts.sites.unchanged, 3);
    assert_int_equal(counts.pipes.unchanged, 1);
    assert_int_equal(counts.templates.unchanged, 1);
    assert_int_equal(counts.points.unchanged, 3);
    assert_int_equal(counts.devices.unchanged, 1);
    assert_int_equal(counts.sites.changed + counts.sites.created, 0);

    struct buffer out; /* and so does what we write ourselves */
    buffer_open(&out, CATALOG_CSV_BYTES_MAX);
    assert_int_equal(catalog_csv_write(c, &out), ERR_OK);
    buffer_put_u8(&out, 0);
    c = step(c, (const char *)out.at);
    assert_int_equal(c->version, 2);
    assert_int_equal(counts.points.unchanged, 3);
    assert_int_equal(counts.devices.unchanged, 1);
    buffer_close(&out);
    catalog_release(c);
}

static void a_missing_column_keeps(void **state)
{
    (void)state;
    struct catalog *c = step(begin(), town);
    c = step(c, "kind;code;name\nsite;S1;新名\n");
    assert_int_equal(c->version, 3);
    assert_int_equal(counts.sites.changed, 1);
    assert_string_equal(catalog_site_by_code(c, "S1")->name, "新名");
    assert_true(catalog_site_by_code(c, "S1")->area_m2 == 30000);
    c = step(c, "kind\tcode\tarea_m2\nsite\tS1\t\n"); /* an empty cell is the default */
    assert_true(isnan(catalog_site_by_code(c, "S1")->area_m2));
    /* a unit without a factor column converts the row's limits, not the kept factor */
    c = step(c, "kind,template,key,unit,high\npoint,station,pressure,kPa,1500\n");
    assert_true(c->template_points[0].high == 1.5);
    assert_true(c->template_points[0].factor == 0.1);
    assert_true(c->template_points[0].high_high == 1.6);
    catalog_release(c);
}

static uint32_t point_id(const struct catalog *c, const char *code)
{
    const struct point *point = catalog_point_by_code(c, code);
    return point != NULL ? point->id : 0;
}

static void points_follow_templates(void **state)
{
    (void)state;
    struct catalog *c = step(begin(), town);
    c = step(c, "kind,code,site,template\ndevice,D2,S1,station\n");
    uint32_t pump = point_id(c, "D1.pump"), pressure = point_id(c, "D1.pressure");
    uint32_t max = c->point_id_max;
    assert_int_equal(max, 6);
    /* a new point of the template: one more at every device, ids above all others */
    c = step(c, "kind,template,key,name,quantity,address\n"
                "point,station,flow,流量,flow,holding 4 float\n");
    assert_int_equal(point_id(c, "D1.flow"), max + 1);
    assert_int_equal(point_id(c, "D2.flow"), max + 2);
    assert_int_equal(point_id(c, "D1.pump"), pump);
    /* another template: same key and quantity go on, the rest leave */
    c = step(c, "kind,code,name,protocol\ntemplate,small,小,modbus-tcp\n"
                "kind,template,key,name,quantity,address\n"
                "point,small,pump,泵,state,discrete 1\n"
                "point,small,flow,流量,volume,holding 8 float\n"
                "kind,code,template\ndevice,D1,small\n");
    assert_int_equal(catalog_device_by_code(c, "D1")->point_n, 2);
    assert_int_equal(point_id(c, "D1.pump"), pump);
    assert_int_equal(point_id(c, "D1.flow"), max + 3);
    assert_int_equal(point_id(c, "D1.pressure"), 0);
    assert_int_equal(counts.devices.changed, 1);
    assert_int_equal(c->points_n - c->live_points_n, 3); /* pressure, faults, flow */
    assert_non_null(catalog_point(c, max + 1)); /* the old flow can still be asked for */
    /* and back: everything goes on under the number it had */
    c = step(c, "kind,code,template\ndevice,D1,station\n");
    assert_int_equal(point_id(c, "D1.pump"), pump);
    assert_int_equal(point_id(c, "D1.pressure"), pressure);
    assert_int_equal(point_id(c, "D1.flow"), max + 1);
    assert_int_equal(c->points_n - c->live_points_n, 1);
    assert_int_equal(c->point_id_max, max + 3);
    catalog_release(c);
}

/* --- faults ----------------------------------------------------------------------- */

#define SITES "kind,code,name,type,parent\nsite,C,c,company,\n"
#define POINTS                                                                           \
    "kind,code,name,protocol\ntemplate,T,t,modbus-tcp\n"                                 \
    "kind,template,key,name,quantity,unit,address,low,high,factor,decimals,bits\n"
#define DEVICES                                                                          \
    SITES "kind,code,name,protocol\ntemplate,T,t,modbus-tcp\n"                           \
          "kind,code,site,template,terminal,address,cycle_s\n"

/* clang-format off */
static const struct {
    const char *csv;
    size_t line;
    const char *field, *says; /* a piece of the sentence */
} faults[] = {
    {"site,C,c,company\n", 1, "kind", "must name the columns"},
    {"kin", 1, "kind", "first row is cut"},
    {"\xff\xfek\0", 1, "kind", "UTF-16"},
    {"kind,code,name,typ\nsite,C,c,company\n", 1, "typ", "nearest is \"type\""},
    {"kind,code,name,name\n", 1, "name", "named twice"},
    {"kind,name,type\nsite,c,company\n", 1, "code", "need this column"},
    {"kind,code\nsites,C\n", 2, "kind", "nearest is \"site\""},
    {"kind,code,name\nsite,C,c\n", 2, "type", "new site needs this column"},
    {SITES "site,C,again,branch,\n", 3, "code", "stated twice, here and in line 2"},
    {SITES "site,,x,branch,C\n", 3, "code", "missing"},
    {SITES "site,a.b,x,branch,C\n", 3, "code", "1 to 39"},
    {SITES "site,B,,branch,C\n", 3, "name", "must not be empty"},
    {SITES "site,B,x,brunch,C\n", 3, "type", "did you mean \"branch\""},
    {SITES "site,B,x,zzzzzzzz,C\n", 3, "type", "write one of company, district"},
    {SITES "site,B,x,branch,CC\n", 3, "parent", "no site \"CC\""},
    {SITES "site,B,x,company,B\n", 3, "parent", "circle"},
    {SITES "site,S,x,station,C\nsite,B,x,branch,S\n", 4, "parent", "cannot belong"},
    {SITES "site,B,x,branch,C,more\n", 3, "kind", "cell 6 (\"more\")"},
    {SITES "site,B,\"x,branch,C\n", 3, "", "never ends"},
    {SITES "site,B,\"x\"y,branch,C\n", 3, "", "behind a closing"},
    {SITES "site,B,\xd6\xd0,branch,C\n", 3, "", "UTF-8"}, /* GBK */
    {SITES "site,B,\"a\nb\",branch,C\n", 3, "", "line break"},
    {"kind,code,name,type,time_zone\nsite,C,c,company,Asia/Shangai\n", 2, "time_zone",
     "Asia/Shanghai"},
    {"kind,code,name,type,area_m2\nsite,C,c,company,\"1,5\"\n", 2, "area_m2", "a point"},
    {"kind,code,name,type,area_m2\nsite,C,c,company,12 m2\n", 2, "area_m2", "no number"},
    {"kind,code,name,type,area_m2\nsite,C,c,company,-1\n", 2, "area_m2", "outside 0"},
    {SITES "kind,code,from,to,length_m,diameter_mm\npipe,P,C,C,1,20\n", 4, "to", "begins"},
    {POINTS "point,U,a,a,flow,,x,,,,,\n", 4, "template", "did you mean \"T\""},
    {POINTS "point,T,a,a,flaw,,x,,,,,\n", 4, "quantity", "did you mean \"flow\""},
    {POINTS "point,T,a,a,flow,bar,x,,,,,\n", 4, "unit", "write m³/h"},
    {POINTS "point,T,a,a,flow,,x,9,3,,,\n", 4, "high", "is below low"},
    {POINTS "point,T,a,a,flow,,x,,,0,,\n", 4, "factor", "factor of 0"},
    {POINTS "point,T,a,a,flow,,x,,,,1.5,\n", 4, "decimals", "whole number"},
    {POINTS "point,T,a,a,flow,,,,,,,\n", 4, "address", "must not be empty"},
    {POINTS "point,T,a,a,flow,,x,,,,,开|on\n", 4, "bits", "leave the cell empty"},
    {POINTS "point,T,a,a,bits,,x,,,,,循环泵\n", 4, "bits", "bit:priority"},
    {POINTS "point,T,a,a,bits,,x,,,,,32:1:a\n", 4, "bits", "0 to 31"},
    {POINTS "point,T,a,a,bits,,x,,,,,3:5:a\n", 4, "bits", "1 to 4"},
    {POINTS "point,T,a,a,bits,,x,,,,,3:1:a;3:2:b\n", 4, "bits", "twice"},
    {POINTS "point,T,a,a,state,,x,,,,,a|b|c\n", 4, "bits", "words for 0, 1"},
    {POINTS "point,T,a,a,flow,,x,,,,,\npoint,T,a,b,flow,,x,,,,,\n", 5, "key", "line 4"},
    {DEVICES "device,D,X,T,T1,h,1\n", 6, "site", "no site \"X\""},
    {DEVICES "device,D,C,Q,T1,h,1\n", 6, "template", "did you mean \"T\""},
    {DEVICES "device,D,C,T,T3,h,1\n", 6, "terminal", "`heatnet terminal add T3`"},
    {DEVICES "device,D,C,T,T1,h,0.5\n", 6, "cycle_s", "outside 1 .. 86400"},
    {DEVICES "device,D,C,T,T1,h,86401\n", 6, "cycle_s", "outside 1 .. 86400"},
    {DEVICES "device,D,C,T,T1,,1\n", 6, "address", "needs one"},
    {DEVICES "device,a.b,C,T,T1,h,1\n", 6, "code", "1 to 39"},
};
/* clang-format on */

static void every_fault_is_told(void **state)
{
    (void)state;
    struct catalog *now = begin(), *next = NULL;
    for (size_t i = 0; i < COUNT(faults); i++) {
        const char *csv = faults[i].csv;
        CHECK_EQ(csv, read_text(csv, now, &next), ERR_RANGE);
        CHECK(csv, next == NULL);
        CHECK_EQ(csv, diag.total, 1);
        CHECK_EQ(csv, diag.at[0].line, faults[i].line);
        CHECK_TEXT(csv, diag.at[0].field, faults[i].field);
        if (strstr(diag.at[0].text, faults[i].says) == NULL)
            CHECK_TEXT(csv, diag.at[0].text, faults[i].says);
    }
    catalog_release(now);
}

static void quantities_stay(void **state)
{
    (void)state;
    struct catalog *c = step(begin(), town), *next = NULL;
    err e = read_text("kind,template,key,quantity\npoint,station,pump,flow\n", c, &next);
    assert_int_equal(e, ERR_RANGE);
    assert_non_null(strstr(diag.at[0].text, "has a history as state"));
    catalog_release(c);
}

static err only_x(const char *protocol, const char *what, const char *address, char *why,
                  size_t why_n)
{
    if (text_equal(protocol, "modbus-tcp") && text_equal(address, "x")) return ERR_OK;
    (void)text_format(why, why_n, "%s addresses are x", what);
    return ERR_RANGE;
}

static void addresses_are_checked(void **state)
{
    (void)state;
    static const char *const csv =
        DEVICES "device,D,C,T,T1,h,1\ndevice,E,C,T,T1,x,1\ndevice,F,C,T,,,\n"
                "kind,template,key,name,quantity,address\npoint,T,a,a,flow,y\n";
    struct catalog *now = begin(), *next = NULL;
    diag_clear(&diag);
    assert_int_equal(
        catalog_csv_read(bytes_of_text(csv), now, only_x, &next, &counts, &diag),
        ERR_RANGE);
    assert_int_equal(diag.total, 2);
    CHECK_EQ("device", diag.at[0].line, 6);
    CHECK_TEXT("device", diag.at[0].text, "\"h\": device addresses are x");
    CHECK_EQ("point", diag.at[1].line, 10);
    catalog_release(now);
}

/* All faults at once, in the order of the lines, and no more than fit are kept. */
static void many_faults(void **state)
{
    (void)state;
    struct catalog *now = begin(), *next = NULL;
    struct buffer csv;
    buffer_open(&csv, 1024 * 1024);
    buffer_put_text(&csv, "kind,code,name,type,parent\n");
    for (int i = 0; i < 500; i++)
        buffer_format(&csv, "site,S%d,s,station,X%d\n", i % 400, i);
    diag_clear(&diag);
    assert_int_equal(
        catalog_csv_read(buffer_bytes(&csv), now, NULL, &next, &counts, &diag),
        ERR_RANGE);
    assert_int_equal(diag.total, 500);
    assert_int_equal(diag.n, DIAG_N_MAX);
    for (size_t i = 1; i < diag.n; i++)
        assert_true(diag.at[i].line >= diag.at[i - 1].line);
    assert_int_equal(
        catalog_csv_read(buffer_bytes(&csv), now, NULL, &next, &counts, NULL), ERR_RANGE);
    buffer_close(&csv);
    catalog_release(now);
}

static void out_of_memory(void **state)
{
    (void)state;
    struct catalog *now = begin();
    for (size_t k = 1;; k++) {
        struct catalog *next = NULL;
        memory_fail_at(k);
        err e = read_text(town, now, &next);
        memory_fail_at(0);
        if (e == ERR_OK) {
            assert_true(k > 10);
            catalog_release(next);
            break;
        }
        assert_true(e == ERR_MEMORY || e == ERR_RANGE); /* a zone that cannot be read */
        assert_null(next);
    }
    catalog_release(now);
}

/* A town of households is read in linear time: far below the test's time limit. */
static void many_households(void **state)
{
    (void)state;

    enum { HOUSEHOLDS_N = 50000 };
    struct buffer csv;
    buffer_open(&csv, CATALOG_CSV_BYTES_MAX);
    buffer_put_text(&csv, SITES);
    for (int i = 0; i < HOUSEHOLDS_N; i++)
        buffer_format(&csv, "site,H%d,%d号,household,C\n", i, i);
    buffer_put_u8(&csv, 0);
    struct catalog *c = step(begin(), (const char *)csv.at);
    assert_int_equal(counts.sites.created, HOUSEHOLDS_N + 1);
    assert_int_equal(catalog_site_by_code(c, "H49999")->id, HOUSEHOLDS_N + 1);
    buffer_close(&csv);
    catalog_release(c);
}

/* docs/import.md: its example is taken as it stands. */
static void the_document_is_right(void **state)
{
    (void)state;
    struct buffer page;
    buffer_open(&page, 1024 * 1024);
    assert_int_equal(file_read_whole(HEATNET_GOLDEN "/../../docs/import.md", &page),
                     ERR_OK);
    buffer_put_u8(&page, 0);
    char *begins = strstr((char *)page.at, "```csv\n");
    assert_non_null(begins);
    begins += strlen("```csv\n");
    char *ends = strstr(begins, "```");
    assert_non_null(ends);
    *ends = '\0';
    struct catalog *c = step(begin(), begins);
    assert_int_equal(counts.sites.created, 4);
    assert_int_equal(counts.devices.created, 1);
    catalog_release(c);
    buffer_close(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_made),
        cmocka_unit_test(again_changes_nothing),
        cmocka_unit_test(a_missing_column_keeps),
        cmocka_unit_test(points_follow_templates),
        cmocka_unit_test(every_fault_is_told),
        cmocka_unit_test(quantities_stay),
        cmocka_unit_test(addresses_are_checked),
        cmocka_unit_test(many_faults),
        cmocka_unit_test(out_of_memory),
        cmocka_unit_test(many_households),
        cmocka_unit_test(the_document_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
