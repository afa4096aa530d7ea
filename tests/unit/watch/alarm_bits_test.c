/* alarm_bits_test.c - texts of named bits, right and wrong. */
#include "watch/alarm_bits.h"

#include "base/ensure.h"
#include "check.h"

static const struct {
    const char *text;
    uint32_t mask;
} rows[] = {
    {"",                               0                },
    {"0:1:循环泵故障|Pump fault", 1u << 0          },
    {"0:1:泵|Pump;3:2:门|Door;",     1u << 0 | 1u << 3},
    {"31:4:x",                         1u << 31         },
    {"32:1:too high;5:1:good",         1u << 5          },
    {"4:0:no priority;5:5:no;6:2:g",   1u << 6          },
    {";;;7:1:a",                       1u << 7          },
    {"1",                              0                },
    {"1:",                             0                },
    {"1:2",                            0                },
    {"1:2:",                           0                },
    {"x:1:a;-1:1:a;1:x:a",             0                },
    {"100:1:a;001:1:b",                0                },
};

static void masks_name_the_good_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        CHECK_EQ(rows[i].text, alarm_bits_mask(rows[i].text), rows[i].mask);
}

static bool same(struct bytes bytes, const char *text)
{
    return bytes_equal(bytes, bytes_of_text(text));
}

static void a_bit_has_priority_and_texts(void **state)
{
    (void)state;
    static const char bits[] = "0:1:循环泵故障|Circulation pump fault;3:2:门开;4:3:a|";
    struct alarm_bit bit;
    assert_true(alarm_bits_find(bits, 0, &bit));
    assert_int_equal(bit.priority, 1);
    assert_true(same(bit.text, "循环泵故障"));
    assert_true(same(bit.text_en, "Circulation pump fault"));
    assert_true(alarm_bits_find(bits, 3, &bit));
    assert_int_equal(bit.priority, 2);
    assert_true(same(bit.text_en, "门开"));
    assert_true(alarm_bits_find(bits, 4, &bit));
    assert_true(same(bit.text_en, "a"));
    assert_false(alarm_bits_find(bits, 1, &bit));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masks_name_the_good_parts),
        cmocka_unit_test(a_bit_has_priority_and_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
