/* catalog_test.c - making a catalog: what is sorted, found and refused. */
#include "base/ensure.h"
#include "base/memory.h"
#include "base/text.h"
#include "check.h"
#include "model/block.h"
#include "model/catalog.h"

enum { SITES_N = 3, TEMPLATES_N = 2, TEMPLATE_POINTS_N = 3, DEVICES_N = 2, POINTS_N = 4 };

static void *copy(const void *items, size_t n, size_t item_bytes)
{
    void *made = memory_new(n, item_bytes);
    ensure(made != NULL);
    memcpy(made, items, n * item_bytes);
    return made;
}

/* Out of order on purpose: sites, template points and points. */
static struct catalog sample(void)
{
    static const struct site sites[SITES_N] = {
        {.id = 9, .parent = 2,          .kind = SITE_STATION, .code = "S9"                },
        {.id = 1, .kind = SITE_COMPANY, .code = "C",          .time_zone = "Europe/Berlin"},
        {.id = 2, .parent = 1,          .kind = SITE_BRANCH,  .code = "B"                 }
    };
    static const struct pipe pipes[1] = {
        {.id = 1, .from = 2, .to = 9, .code = "P"}
    };
    static const struct template templates[TEMPLATES_N] = {
        {.id = 4, .code = "meter"  },
        {.id = 3, .code = "station"}
    };
    static const struct template_point template_points[TEMPLATE_POINTS_N] = {
        {.id = 30, .template_id = 4, .key = "heat" },
        {.id = 20, .template_id = 3, .key = "flow" },
        {.id = 10, .template_id = 3, .key = "power"}
    };
    static const struct terminal terminals[1] = {
        {.id = 1, .code = "T1", .enabled = true}
    };
    static const struct device devices[DEVICES_N] = {
        {.id = 6,    .site = 9,        .template_id = 4, .code = "M6"},
        { .id = 5, .site = 9, .template_id = 3,    .terminal = 1, .code = "D5"}
    };
    static const struct point points[POINTS_N] = {
        {100, 6, 0},
        {103, 5, 1},
        {102, 5, 2},
        {0,   0, 0}
    };
    return (struct catalog){
        .version = 7,
        .sites_n = SITES_N,
        .pipes_n = 1,
        .templates_n = TEMPLATES_N,
        .template_points_n = TEMPLATE_POINTS_N,
        .terminals_n = 1,
        .devices_n = DEVICES_N,
        .points_n = POINTS_N - 1,
        .sites = copy(sites, SITES_N, sizeof *sites),
        .pipes = copy(pipes, 1, sizeof *pipes),
        .templates = copy(templates, TEMPLATES_N, sizeof *templates),
        .template_points =
            copy(template_points, TEMPLATE_POINTS_N, sizeof *template_points),
        .terminals = copy(terminals, 1, sizeof *terminals),
        .devices = copy(devices, DEVICES_N, sizeof *devices),
        .points = copy(points, POINTS_N, sizeof *points),
    };
}

static void free_arrays(struct catalog *arrays)
{
    memory_free(arrays->sites);
    memory_free(arrays->pipes);
    memory_free(arrays->templates);
    memory_free(arrays->template_points);
    memory_free(arrays->terminals);
    memory_free(arrays->devices);
    memory_free(arrays->points);
}

static void sorted_and_found(void **state)
{
    (void)state;
    struct catalog arrays = sample(), *c = NULL;
    assert_int_equal(catalog_make(&arrays, &c), ERR_OK);
    assert_null(arrays.sites);
    assert_int_equal(c->version, 7);
    assert_int_equal(c->sites[0].id, 1);
    assert_int_equal(c->sites[2].id, 9);
    assert_string_equal(c->template_points[0].key, "power"); /* template 3, id 10 */
    assert_string_equal(c->template_points[2].key, "heat");
    assert_int_equal(c->point_id_max, 103);

    const struct device *d5 = catalog_device_by_code(c, "D5");
    assert_int_equal(d5->id, 5);
    assert_int_equal(d5->point_n, 2);
    const struct template *station = catalog_template(c, d5->template_id);
    for (uint32_t i = 0; i < d5->point_n; i++) /* as the header promises */
        assert_int_equal(c->points[d5->point_first + i].template_point,
                         station->point_first + i);
    assert_string_equal(catalog_point_template(c, catalog_point(c, 103))->key, "flow");
    assert_int_equal(catalog_point_by_code(c, "D5.power")->id, 102);
    assert_int_equal(catalog_point_by_code(c, "M6.heat")->id, 100);
    assert_null(catalog_point_by_code(c, "M6.flow"));
    assert_null(catalog_point_by_code(c, "M6"));
    assert_null(catalog_point_by_code(c, ""));
    assert_int_equal(catalog_site(c, 9)->parent, 2);
    assert_null(catalog_site(c, 3));
    assert_null(catalog_site(c, 0));
    assert_null(catalog_point(c, 101));
    assert_int_equal(catalog_site_by_code(c, "B")->id, 2);
    assert_null(catalog_site_by_code(c, "b"));
    assert_int_equal(catalog_terminal_by_code(c, "T1")->id, 1);
    assert_int_equal(catalog_template_by_code(c, "meter")->point_n, 1);
    assert_string_equal(catalog_time_zone(c), "Europe/Berlin");
    assert_ptr_equal(catalog_hold(c), c);
    catalog_release(c);
    assert_int_equal(catalog_terminal(c, 1)->enabled, true); /* one reference is left */
    catalog_release(c);
    catalog_release(NULL);
}

static void id_0(struct catalog *c)
{
    c->sites[0].id = 0;
}

static void id_twice(struct catalog *c)
{
    c->devices[0].id = 5;
}

static void code_twice(struct catalog *c)
{
    (void)text_copy(c->sites[0].code, 2, "B");
}

static void no_parent(struct catalog *c)
{
    c->sites[0].parent = 77;
}

static void circle(struct catalog *c)
{
    c->sites[1].parent = 9;
}

static void own_parent(struct catalog *c)
{
    c->sites[0].parent = 9;
}

static void no_kind(struct catalog *c)
{
    c->sites[0].kind = SITE_KIND_N;
}

static void no_pipe_end(struct catalog *c)
{
    c->pipes[0].to = 77;
}

static void no_site(struct catalog *c)
{
    c->devices[0].site = 0;
}

static void no_template(struct catalog *c)
{
    c->devices[0].template_id = 77;
}

static void no_terminal(struct catalog *c)
{
    c->devices[0].terminal = 77;
}

static void lone_point(struct catalog *c)
{
    c->template_points[0].template_id = 77;
}

static void point_id_twice(struct catalog *c)
{
    c->points[0].id = 103;
}

static void template_point_twice(struct catalog *c)
{
    c->template_points[0].id = 20;
}

static void no_device(struct catalog *c)
{
    c->points[0].device = 77;
}

static void far_point(struct catalog *c)
{
    c->points[0].template_point = 3;
}

static void same_point(struct catalog *c)
{
    c->points[1].template_point = 2;
}

static const struct {
    const char *name;
    void (*spoil)(struct catalog *c);
} spoils[] = {
    {"id 0",                             id_0                },
    {"id twice",                         id_twice            },
    {"code twice",                       code_twice          },
    {"no parent",                        no_parent           },
    {"circle",                           circle              },
    {"own parent",                       own_parent          },
    {"no kind",                          no_kind             },
    {"pipe to nothing",                  no_pipe_end         },
    {"no site",                          no_site             },
    {"no template",                      no_template         },
    {"no terminal",                      no_terminal         },
    {"point of no template",             lone_point          },
    {"point id twice",                   point_id_twice      },
    {"template point id twice",          template_point_twice},
    {"point of no device",               no_device           },
    {"point of nothing",                 far_point           },
    {"template point twice at a device", same_point          },
};

static void what_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(spoils); i++) {
        struct catalog arrays = sample(), *c = NULL;
        spoils[i].spoil(&arrays);
        CHECK_EQ(spoils[i].name, catalog_make(&arrays, &c), ERR_CORRUPT);
        CHECK(spoils[i].name, c == NULL && arrays.sites != NULL);
        free_arrays(&arrays);
    }
}

/* A point of a template that the device had before stands behind the live ones. */
static void left_points(void **state)
{
    (void)state;
    struct catalog arrays = sample(), *c = NULL;
    arrays.points[0].template_point = 1; /* M6 is a meter, this is a station's flow */
    assert_int_equal(catalog_make(&arrays, &c), ERR_OK);
    assert_int_equal(c->live_points_n, 2);
    assert_int_equal(c->points_n, 3);
    assert_int_equal(c->points[2].id, 100);
    assert_int_equal(catalog_device_by_code(c, "M6")->point_n, 0);
    assert_string_equal(catalog_point_template(c, catalog_point(c, 100))->key, "flow");
    assert_null(catalog_point_by_code(c, "M6.flow"));
    catalog_release(c);
}

static void out_of_memory(void **state)
{
    (void)state;
    for (size_t k = 1;; k++) {
        struct catalog arrays = sample(), *c = NULL;
        memory_fail_at(k);
        err e = catalog_make(&arrays, &c);
        memory_fail_at(0);
        if (!e) {
            assert_true(k > 5);
            catalog_release(c);
            return;
        }
        assert_int_equal(e, ERR_MEMORY);
        free_arrays(&arrays);
    }
}

static void empty_catalog(void **state)
{
    (void)state;
    struct catalog arrays = {0}, *c = NULL;
    assert_int_equal(catalog_make(&arrays, &c), ERR_OK);
    assert_null(catalog_site(c, 1));
    assert_null(catalog_point(c, 1));
    assert_null(catalog_device_by_code(c, "D"));
    assert_string_equal(catalog_time_zone(c), "Asia/Shanghai");
    catalog_release(c);
}

static void codes(void **state)
{
    (void)state;
    CHECK("plain", catalog_code_is_valid("S-1_a"));
    CHECK("39", catalog_code_is_valid("123456789012345678901234567890123456789"));
    CHECK("40", !catalog_code_is_valid("1234567890123456789012345678901234567890"));
    CHECK("empty", !catalog_code_is_valid(""));
    CHECK("point", !catalog_code_is_valid("a.b"));
    CHECK("blank", !catalog_code_is_valid("a b"));
    CHECK("Chinese", !catalog_code_is_valid("站"));
}

static void block_faults(void **state)
{
    (void)state;
    int64_t times[2] = {5, 5};
    uint32_t points[3] = {7, 3, 9};
    double values[6] = {0};
    uint8_t qualities[6] = {0};
    struct block block = {1, 2, 3, times, points, values, qualities};
    CHECK("good", block_fault(&block) == NULL);
    points[2] = 7;
    CHECK_TEXT("twice", block_fault(&block), "it has a point twice");
    points[2] = 0;
    CHECK_TEXT("zero", block_fault(&block), "it has a point 0");
    points[2] = 9;
    times[1] = 4;
    CHECK_TEXT("times", block_fault(&block), "its times fall");
    block.columns_n = 0;
    CHECK_TEXT("empty", block_fault(&block), "it has no points");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(left_points),
        cmocka_unit_test(sorted_and_found),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(out_of_memory),
        cmocka_unit_test(empty_catalog),
        cmocka_unit_test(codes),
        cmocka_unit_test(block_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
