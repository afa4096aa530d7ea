/* catalog_records_test.c - a catalog goes into the database and comes out the same;
 * changes change only what differs; two writers do not overwrite each other. */
#include "store/catalog_records.h"

#include "model/catalog_csv.h"
#include "store_check.h"

#include <math.h>

static const char csv[] =
    "kind,code,name,name_en,type,parent,time_zone,area_m2,x_m,y_m\n"
    "site,C,热力公司,Company,company,,Asia/Shanghai,,,\n"
    "site,S1,东升站,Dongsheng,station,C,,30000,120,80.5\n"
    "site,S2,西园站,,station,C,,,,\n"
    "kind,code,from,to,length_m,diameter_mm\n"
    "pipe,P1,C,S1,350,200\n"
    "kind,code,name,name_en,protocol,picture\n"
    "template,station,换热站,Station,modbus-tcp,station\n"
    "kind,template,key,name,name_en,quantity,unit,address,factor,decimals,range_low,"
    "high\n"
    "point,station,supply,供水温度,Supply,temperature,°C,holding 0 float "
    "abcd,1,1,-20,90\n"
    "point,station,flow,流量,Flow,flow,m³/h,holding 2 float abcd,1,2,,\n";
static const char more[] =
    "kind,code,name,name_en,site,template,terminal,address,cycle_s\n"
    "device,D1,一号,One,S1,station,T1,127.0.0.1:1502/1,10\n"
    "device,D2,二号,Two,S2,station,T1,127.0.0.1:1503/1,60\n";
static const char changed[] =
    "kind,code,name,name_en,type,parent,time_zone,area_m2,x_m,y_m\n"
    "site,S2,西园新站,Xiyuan,station,C,,12000,,\n"
    "kind,template,key,name,name_en,quantity,unit,address,factor,decimals,range_low,"
    "high\n"
    "point,station,power,功率,Power,power,kW,holding 4 float abcd,1,1,,\n";

struct fixture {
    char folder[FILE_PATH_BYTES], path[FILE_PATH_BYTES];
    struct database *database;
    struct catalog *catalog;
};

static void fixture_open(struct fixture *f)
{
    scratch_make(f->folder);
    scratch_path(f->path, f->folder, "a.db");
    assert_int_equal(database_open(f->path, &f->database), ERR_OK);
    assert_int_equal(store_migrate(f->database), ERR_OK);
    assert_int_equal(catalog_records_load(f->database, &f->catalog), ERR_OK);
}

static void fixture_close(struct fixture *f)
{
    catalog_release(f->catalog);
    database_close(f->database);
    scratch_remove(f->folder);
}

static struct catalog *changed_by(const struct catalog *now, const char *text)
{
    static struct diag diag;
    struct catalog_change_counts counts;
    struct catalog *next = NULL;
    diag_clear(&diag);
    err e = catalog_csv_read(bytes_of_text(text), now, NULL, &next, &counts, &diag);
    if (diag.n)
        print_error("%zu %s: %s\n", diag.at[0].line, diag.at[0].field, diag.at[0].text);
    assert_int_equal(e, ERR_OK);
    return next;
}

static void take(struct fixture *f, struct catalog *next)
{
    assert_int_equal(catalog_records_store(f->database, f->catalog, next), ERR_OK);
    catalog_release(f->catalog);
    f->catalog = next;
}

/* As text: what the CSV says is what counts. */
static void same(const struct catalog *a, const struct catalog *b)
{
    struct buffer left, right;
    buffer_open(&left, 1 << 20);
    buffer_open(&right, 1 << 20);
    assert_int_equal(catalog_csv_write(a, &left), ERR_OK);
    assert_int_equal(catalog_csv_write(b, &right), ERR_OK);
    CHECK("text", bytes_equal(buffer_bytes(&left), buffer_bytes(&right)));
    CHECK_EQ("version", a->version, b->version);
    CHECK_EQ("points", a->points_n, b->points_n);
    for (size_t i = 0; i < a->points_n && i < b->points_n; i++) {
        CHECK_EQ("point id", a->points[i].id, b->points[i].id);
        CHECK_EQ("device", a->points[i].device, b->points[i].device);
        CHECK_EQ("template", a->points[i].template_point, b->points[i].template_point);
    }
    buffer_close(&left);
    buffer_close(&right);
}

static void reload_check(struct fixture *f)
{
    struct catalog *loaded = NULL;
    assert_int_equal(catalog_records_load(f->database, &loaded), ERR_OK);
    same(f->catalog, loaded);
    catalog_release(loaded);
    char why[200] = "";
    CHECK_EQ(why, database_check(f->database, why, sizeof why), ERR_OK);
}

static void what_is_stored_is_loaded(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    CHECK_EQ("empty", f.catalog->version, 0);
    CHECK_EQ("empty", f.catalog->sites_n, 0);
    take(&f, changed_by(f.catalog, csv));
    reload_check(&f);
    struct catalog *next = NULL;
    assert_int_equal(
        catalog_records_add_terminal(f.database, f.catalog, "T1", "终端", &next), ERR_OK);
    catalog_release(f.catalog);
    f.catalog = next;
    CHECK("terminal", catalog_terminal_by_code(f.catalog, "T1")->enabled);
    reload_check(&f);
    take(&f, changed_by(f.catalog, more));
    CHECK_EQ("points", f.catalog->points_n, 4);
    reload_check(&f);
    take(&f, changed_by(f.catalog, changed));
    CHECK_EQ("points", f.catalog->points_n, 6);
    CHECK_TEXT("name", f.catalog->sites[2].name, "西园新站");
    reload_check(&f);
    const struct point *point = catalog_point_by_code(f.catalog, "D1.supply");
    const struct template_point *about = catalog_point_template(f.catalog, point);
    CHECK("high", about->high == 90 && isnan(about->low));
    fixture_close(&f);
}

static void two_writers_do_not_overwrite_each_other(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    take(&f, changed_by(f.catalog, csv));
    struct catalog *old = catalog_hold(f.catalog);
    struct catalog *mine = NULL;
    assert_int_equal(catalog_records_add_terminal(f.database, f.catalog, "T1", "", &mine),
                     ERR_OK);
    catalog_release(f.catalog);
    f.catalog = mine;
    struct catalog *theirs = changed_by(old, changed);
    CHECK_EQ("too late", catalog_records_store(f.database, old, theirs), ERR_STATE);
    catalog_release(theirs);
    struct catalog *next = NULL;
    CHECK_EQ("too late", catalog_records_add_terminal(f.database, old, "T2", "", &next),
             ERR_STATE);
    CHECK_EQ("twice",
             catalog_records_add_terminal(f.database, f.catalog, "T1", "", &next),
             ERR_DUPLICATE);
    CHECK_EQ("no code",
             catalog_records_add_terminal(f.database, f.catalog, "", "", &next),
             ERR_RANGE);
    reload_check(&f);
    catalog_release(old);
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_stored_is_loaded),
        cmocka_unit_test(two_writers_do_not_overwrite_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
