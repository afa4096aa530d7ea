/* frame_refused_test.c - frames that must not be taken, written with protobuf-c: our own
 * encoder does not write such. */
#include "base/arena.h"
#include "base/ensure.h"
#include "check.h"
#include "uplink.pb-c.h"
#include "wire/frame.h"

enum { ARENA_BYTES = 1024 * 1024 };

typedef Heatnet__Uplink__V1__Frame pb_frame;
typedef Heatnet__Uplink__V1__Block pb_block;

static void no_change(pb_frame *f, pb_block *b)
{
    (void)f;
    (void)b;
}

static void version_2(pb_frame *f, pb_block *b)
{
    (void)b;
    f->version = 2;
}

static char empty_text[] = "", long_text[] = "0123456789012345678901234567890123456789";

static void no_terminal(pb_frame *f, pb_block *b)
{
    (void)b;
    f->terminal = empty_text;
}

static void long_terminal(pb_frame *f, pb_block *b)
{
    (void)b;
    f->terminal = long_text;
}

static void sequence_0(pb_frame *f, pb_block *b)
{
    (void)b;
    f->sequence = 0;
}

static void device_0(pb_frame *f, pb_block *b)
{
    (void)f;
    b->device = 0;
}

static void no_times(pb_frame *f, pb_block *b)
{
    (void)f;
    b->n_times = 0;
    b->n_values = 0;
}

static void falling(pb_frame *f, pb_block *b)
{
    (void)f;
    b->times[1] = -1;
}

static void endless(pb_frame *f, pb_block *b)
{
    (void)f;
    b->times[1] = INT64_MAX;
}

static void point_0(pb_frame *f, pb_block *b)
{
    (void)f;
    b->points[0] = 0;
}

static void point_twice(pb_frame *f, pb_block *b)
{
    (void)f;
    b->points[1] = b->points[0];
}

static void scale_19(pb_frame *f, pb_block *b)
{
    (void)f;
    b->scales[0] = 19;
}

static void few_scales(pb_frame *f, pb_block *b)
{
    (void)f;
    b->n_scales = 1;
}

static void few_values(pb_frame *f, pb_block *b)
{
    (void)f;
    b->n_values = 3;
}

static void half_pair(pb_frame *f, pb_block *b)
{
    (void)f;
    b->n_qualities = 1;
}

static void long_run(pb_frame *f, pb_block *b)
{
    (void)f;
    b->qualities[0] = 5;
}

static void quality_256(pb_frame *f, pb_block *b)
{
    (void)f;
    b->qualities[1] = 256;
}

static const struct {
    const char *name;
    void (*spoil)(pb_frame *f, pb_block *b);
    err want;
} spoils[] = {
    {"as it should be",    no_change,     ERR_OK     },
    {"version 2",          version_2,     ERR_VERSION},
    {"no terminal",        no_terminal,   ERR_FRAME  },
    {"long terminal",      long_terminal, ERR_FRAME  },
    {"sequence 0",         sequence_0,    ERR_RANGE  },
    {"device 0",           device_0,      ERR_RANGE  },
    {"no times",           no_times,      ERR_RANGE  },
    {"times fall",         falling,       ERR_FRAME  },
    {"times overflow",     endless,       ERR_FRAME  },
    {"point 0",            point_0,       ERR_RANGE  },
    {"point twice",        point_twice,   ERR_RANGE  },
    {"scale 19",           scale_19,      ERR_FRAME  },
    {"a scale is missing", few_scales,    ERR_FRAME  },
    {"a value is missing", few_values,    ERR_FRAME  },
    {"half a pair",        half_pair,     ERR_FRAME  },
    {"a run too long",     long_run,      ERR_FRAME  },
    {"quality 256",        quality_256,   ERR_FRAME  },
};

static err decode_spoilt(void (*spoil)(pb_frame *, pb_block *))
{
    static char terminal[] = "T1";
    int64_t times[2] = {1764054000000, 10000}, numbers[4] = {1, 2, 3, 4};
    uint32_t ids[2] = {5, 6}, scales[2] = {1, 64}, runs[2] = {4, 65};
    pb_frame f = HEATNET__UPLINK__V1__FRAME__INIT;
    pb_block b = HEATNET__UPLINK__V1__BLOCK__INIT;
    pb_block *blocks[1] = {&b};
    b.device = 9;
    b.n_times = 2;
    b.times = times;
    b.n_points = b.n_scales = 2;
    b.points = ids;
    b.scales = scales;
    b.n_values = 4;
    b.values = numbers;
    b.n_qualities = 2;
    b.qualities = runs;
    f.version = 1;
    f.terminal = terminal;
    f.sequence = 1;
    f.n_blocks = 1;
    f.blocks = blocks;
    spoil(&f, &b);

    uint8_t packed[512];
    assert_true(heatnet__uplink__v1__frame__get_packed_size(&f) <= sizeof packed);
    size_t n = heatnet__uplink__v1__frame__pack(&f, packed);
    struct arena arena;
    struct frame frame;
    char why[160] = "";
    arena_open(&arena, ARENA_BYTES);
    err e = frame_decode((struct bytes){packed, n}, &arena, &frame, why);
    assert_int_equal(e == ERR_OK, why[0] == '\0');
    arena_close(&arena);
    return e;
}

static void what_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(spoils); i++) {
        err e = decode_spoilt(spoils[i].spoil);
        CHECK_EQ(spoils[i].name, e, spoils[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
