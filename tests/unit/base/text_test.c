/* text_test.c - copies that end, UTF-8, and numbers and times that survive the round
 * trip. */
#include "base/text.h"

#include "base/ensure.h"
#include "check.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *name, *in;
    size_t room;
    bool fits;
    const char *want;
} copies[] = {
    {"fits",                 "abc",               8, true,  "abc"     },
    {"just fits",            "abc",               4, true,  "abc"     },
    {"cut",                  "abcd",              4, false, "abc"     },
    {"only the end",         "a",                 1, false, ""        },
    {"empty",                "",                  1, true,  ""        },
    {"cut inside 站",       "热站",            6, false, "热"     },
    {"cut inside, one byte", "热站",            5, false, "热"     },
    {"cut at a character",   "热站",            4, false, "热"     },
    {"both fit",             "热站",            7, true,  "热站"  },
    {"cut inside the first", "热",               3, false, ""        },
    {"four bytes",           "a\xF0\x9F\x94\xA5", 5, false, "a"       },
    {"latin",                "\xC3\xA9\xC3\xA9",  4, false, "\xC3\xA9"},
};

static void copy_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(copies); i++) {
        char out[16];
        CHECK_EQ(copies[i].name, text_copy(out, copies[i].room, copies[i].in),
                 copies[i].fits);
        CHECK_TEXT(copies[i].name, out, copies[i].want);
        CHECK_EQ(copies[i].name, text_format(out, copies[i].room, "%s", copies[i].in),
                 copies[i].fits);
        CHECK_TEXT(copies[i].name, out, copies[i].want);
    }
    char out[8];
    assert_true(text_copy_n(out, sizeof out, "abcdef", 3));
    assert_string_equal(out, "abc");
    assert_true(text_equal("a", "a") && !text_equal("a", "ab"));
    assert_true(text_starts("abc", "ab") && text_starts("abc", ""));
    assert_false(text_starts("ab", "abc"));
}

static const struct {
    const char *name, *in;
    size_t n;
    bool clean;
} cleans[] = {
    {"empty",                "",                 0, true },
    {"ascii and tab",        "a b\tc",           5, true },
    {"chinese",              "换热站",        9, true },
    {"four bytes",           "\xF0\x9F\x94\xA5", 4, true },
    {"largest",              "\xF4\x8F\xBF\xBF", 4, true },
    {"newline",              "a\nb",             3, false},
    {"zero byte",            "a\0b",             3, false},
    {"escape",               "\x1B[2J",          4, false},
    {"delete",               "\x7F",             1, false},
    {"C1 control",           "\xC2\x85",         2, false},
    {"no-break space",       "\xC2\xA0",         2, true },
    {"lone continuation",    "\x80",             1, false},
    {"cut character",        "\xE7\x83",         2, false},
    {"character then ascii",
     "\xE7\x83"
     "a",                                        3, false},
    {"overlong slash",       "\xC0\xAF",         2, false},
    {"overlong of three",    "\xE0\x9F\xBF",     3, false},
    {"overlong of four",     "\xF0\x8F\xBF\xBF", 4, false},
    {"surrogate",            "\xED\xA0\x80",     3, false},
    {"beyond Unicode",       "\xF4\x90\x80\x80", 4, false},
    {"never a start",        "\xFF",             1, false},
};

static void clean_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cleans); i++) {
        CHECK_EQ(cleans[i].name, text_is_clean(cleans[i].in, cleans[i].n),
                 cleans[i].clean);
    }
}

static const struct {
    const char *in;
    err want;
    int64_t value;
} integers[] = {
    {"0",                    ERR_OK,    0        },
    {"-0",                   ERR_OK,    0        },
    {"+7",                   ERR_OK,    7        },
    {"0012",                 ERR_OK,    12       },
    {"9223372036854775807",  ERR_OK,    INT64_MAX},
    {"-9223372036854775808", ERR_OK,    INT64_MIN},
    {"9223372036854775808",  ERR_RANGE, 0        },
    {"-9223372036854775809", ERR_RANGE, 0        },
    {"99999999999999999999", ERR_RANGE, 0        },
    {"",                     ERR_TYPE,  0        },
    {"-",                    ERR_TYPE,  0        },
    {" 1",                   ERR_TYPE,  0        },
    {"1 ",                   ERR_TYPE,  0        },
    {"1.0",                  ERR_TYPE,  0        },
    {"0x10",                 ERR_TYPE,  0        },
    {"--1",                  ERR_TYPE,  0        },
};

static void integer_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(integers); i++) {
        int64_t value = 42;
        CHECK_EQ(integers[i].in, text_to_i64(integers[i].in, &value), integers[i].want);
        CHECK_EQ(integers[i].in, value, integers[i].want ? 42 : integers[i].value);
    }
    uint32_t small = 42;
    assert_int_equal(text_to_u32("4294967295", &small), ERR_OK);
    assert_true(small == UINT32_MAX);
    assert_int_equal(text_to_u32("4294967296", &small), ERR_RANGE);
    assert_int_equal(text_to_u32("-1", &small), ERR_RANGE);
    assert_int_equal(text_to_u32("x", &small), ERR_TYPE);
    assert_true(small == UINT32_MAX);
}

static const struct {
    const char *in;
    err want;
    double value;
} doubles[] = {
    {"0",       ERR_OK,    0     },
    {"-1.5",    ERR_OK,    -1.5  },
    {"+1.5",    ERR_OK,    1.5   },
    {".5",      ERR_OK,    0.5   },
    {"5.",      ERR_OK,    5     },
    {"1e3",     ERR_OK,    1000  },
    {"1.25E-2", ERR_OK,    0.0125},
    {"1e-999",  ERR_OK,    0     },
    {"1e999",   ERR_RANGE, 0     },
    {"-1e999",  ERR_RANGE, 0     },
    {"",        ERR_TYPE,  0     },
    {".",       ERR_TYPE,  0     },
    {"e5",      ERR_TYPE,  0     },
    {"1e",      ERR_TYPE,  0     },
    {"1,5",     ERR_TYPE,  0     },
    {" 1",      ERR_TYPE,  0     },
    {"1 ",      ERR_TYPE,  0     },
    {"nan",     ERR_TYPE,  0     },
    {"inf",     ERR_TYPE,  0     },
    {"0x1p3",   ERR_TYPE,  0     },
};

static void double_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(doubles); i++) {
        double value = 42;
        CHECK_EQ(doubles[i].in, text_to_double(doubles[i].in, &value), doubles[i].want);
        CHECK(doubles[i].in, value == (doubles[i].want ? 42 : doubles[i].value));
    }
}

static const struct {
    double value;
    const char *want;
} shortest[] = {
    {0,                   "0"                      },
    {-0.0,                "-0"                     },
    {1,                   "1"                      },
    {-1,                  "-1"                     },
    {10,                  "10"                     },
    {100,                 "100"                    },
    {0.1,                 "0.1"                    },
    {-0.1,                "-0.1"                   },
    {0.001,               "0.001"                  },
    {0.05,                "0.05"                   },
    {12.34,               "12.34"                  },
    {-72.125,             "-72.125"                },
    {0.0001,              "0.0001"                 },
    {1.0005,              "1.0005"                 },
    {0.30000000000000004, "0.30000000000000004"    },
    {1.0 / 3,             "0.3333333333333333"     },
    {999999999.999,       "999999999.999"          },
    {1e9,                 "1000000000"             },
    {123456789012.0,      "123456789012"           },
    {1e22,                "1e+22"                  },
    {5e-324,              "5e-324"                 },
    {DBL_MAX,             "1.7976931348623157e+308"},
    {DBL_MIN,             "2.2250738585072014e-308"},
};

static void double_text_rows(void **state)
{
    (void)state;
    char out[32];
    for (size_t i = 0; i < COUNT(shortest); i++) {
        text_from_double(shortest[i].value, out);
        CHECK_TEXT(shortest[i].want, out, shortest[i].want);
    }
    text_from_double((double)NAN, out);
    assert_string_equal(out, "nan");
    text_from_double(HUGE_VAL, out);
    assert_string_equal(out, "inf");
    text_from_double(-HUGE_VAL, out);
    assert_string_equal(out, "-inf");
}

/* A repeatable stream of 64 random bits (splitmix64). */
static uint64_t next_random(uint64_t *seed)
{
    uint64_t z = *seed += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
}

static void check_double_round_trip(double value)
{
    char out[32], shorter[32];
    text_from_double(value, out);
    double back;
    CHECK_EQ(out, text_to_double(out, &back), ERR_OK);
    CHECK(out, memcmp(&back, &value, sizeof back) == 0);
    CHECK(out, strlen(out) < 32);

    /* Shortest: one digit less does not read back. */
    int digits = 0;
    for (const char *at = out; *at != '\0' && *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9' && (digits > 0 || *at != '0')) digits++;
    }
    if (digits > 1 && out[strlen(out) - 1] != '0') {
        snprintf(shorter, sizeof shorter, "%.*e", digits - 2, value);
        CHECK(out, strtod(shorter, NULL) != value);
    }
}

static void double_round_trip(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (int i = 0; i < 50000; i++) {
        uint64_t bits = next_random(&seed);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value)) check_double_round_trip(value);
        check_double_round_trip((double)(int64_t)bits / 9.3e12);
        check_double_round_trip((double)(int32_t)bits / 1000);
        check_double_round_trip((double)(int32_t)bits / 100000);
        check_double_round_trip((double)(float)((double)(int32_t)bits / 7e7));
    }
}

static const struct {
    const char *in;
    err want;
    int64_t ms;
} times[] = {
    {"1970-01-01T00:00:00Z",        ERR_OK,   0              },
    {"2026-11-25T07:02:58.123Z",    ERR_OK,   1795590178123  },
    {"2026-11-25T07:02:58Z",        ERR_OK,   1795590178000  },
    {"2026-11-25T15:02:58+08:00",   ERR_OK,   1795590178000  },
    {"2026-11-24T23:32:58-07:30",   ERR_OK,   1795590178000  },
    {"2026-11-25t07:02:58z",        ERR_OK,   1795590178000  },
    {"2026-11-25 07:02:58Z",        ERR_OK,   1795590178000  },
    {"2026-11-25T07:02:58.1Z",      ERR_OK,   1795590178100  },
    {"2026-11-25T07:02:58.123456Z", ERR_OK,   1795590178123  },
    {"2026-11-25",                  ERR_OK,   1795564800000  },
    {"1795590178123",               ERR_OK,   1795590178123  },
    {"-1",                          ERR_OK,   -1             },
    {"1969-12-31T23:59:59.999Z",    ERR_OK,   -1             },
    {"2024-02-29",                  ERR_OK,   1709164800000  },
    {"2000-02-29",                  ERR_OK,   951782400000   },
    {"2016-12-31T23:59:60Z",        ERR_OK,   1483228800000  },
    {"0000-01-01",                  ERR_OK,   -62167219200000},
    {"9999-12-31T23:59:59.999Z",    ERR_OK,   253402300799999},
    {"1900-02-29",                  ERR_TYPE, 0              },
    {"2026-02-29",                  ERR_TYPE, 0              },
    {"2026-13-01",                  ERR_TYPE, 0              },
    {"2026-00-01",                  ERR_TYPE, 0              },
    {"2026-01-00",                  ERR_TYPE, 0              },
    {"2026-04-31",                  ERR_TYPE, 0              },
    {"2026-1-1",                    ERR_TYPE, 0              },
    {"2026-11-25T07:02:58",         ERR_TYPE, 0              },
    {"2026-11-25T24:00:00Z",        ERR_TYPE, 0              },
    {"2026-11-25T07:60:00Z",        ERR_TYPE, 0              },
    {"2026-11-25T07:00:61Z",        ERR_TYPE, 0              },
    {"2026-11-25T07:02:58.Z",       ERR_TYPE, 0              },
    {"2026-11-25T07:02:58Zx",       ERR_TYPE, 0              },
    {"2026-11-25T07:02:58+0800",    ERR_TYPE, 0              },
    {"2026-11-25T07:02:58+24:00",   ERR_TYPE, 0              },
    {"2026-11-25T",                 ERR_TYPE, 0              },
    {"2026-11-25x",                 ERR_TYPE, 0              },
    {"",                            ERR_TYPE, 0              },
    {"now",                         ERR_TYPE, 0              },
    {"99999999999999999999",        ERR_TYPE, 0              },
};

static void time_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(times); i++) {
        int64_t ms = 42;
        CHECK_EQ(times[i].in, text_to_time(times[i].in, &ms), times[i].want);
        CHECK_EQ(times[i].in, ms, times[i].want ? 42 : times[i].ms);
    }
    char out[32];
    text_from_time(1795590178123, out);
    assert_string_equal(out, "2026-11-25T07:02:58.123Z");
    text_from_time(-1, out);
    assert_string_equal(out, "1969-12-31T23:59:59.999Z");
    text_from_time(INT64_MAX, out);
    assert_string_equal(out, "292278994-08-17T07:12:55.807Z");
    text_from_time(INT64_MIN, out);
    assert_string_equal(out, "-292275055-05-16T16:47:04.192Z");
}

static void time_round_trip(void **state)
{
    (void)state;
    char out[32], before[32] = "";
    int64_t back;
    /* Every day of 800 years, at an odd time of day; texts of one form sort like times.
     */
    for (int64_t day = -146097; day < 146097; day++) {
        int64_t ms = day * 86400000 + 12345678;
        text_from_time(ms, out);
        CHECK_EQ(out, text_to_time(out, &back), ERR_OK);
        CHECK_EQ(out, back, ms);
        CHECK(out, strcmp(before, out) < 0);
        memcpy(before, out, sizeof before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copy_rows),        cmocka_unit_test(clean_rows),
        cmocka_unit_test(integer_rows),     cmocka_unit_test(double_rows),
        cmocka_unit_test(double_text_rows), cmocka_unit_test(double_round_trip),
        cmocka_unit_test(time_rows),        cmocka_unit_test(time_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
