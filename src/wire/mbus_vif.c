/* mbus_vif.c - reads value information: which table, which row, then the modifiers. */
#include "wire/mbus_vif.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/mbus_vif_table.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum {
    MORE = 0x80,
    VIFE_MAX = 10,
    TABLE_FB = 0xFB,
    TABLE_FD = 0xFD,
    PLAIN_TEXT = 0x7C,
    MAKER = 0x7F,
    LIMITS = 0x40,
    FACTORS = 0x70,
    CONSTANTS = 0x78,
    SECOND_TABLE = 0x7C,
    TIMES_1000 = 0x7D,
    FUTURE = 0x7E
};

static void append(char *out, size_t out_n, const char *text)
{
    size_t n = strlen(out);
    (void)text_copy(out + n, out_n - n, text);
}

static void append_name(struct mbus_field *field, const char *text)
{
    append(field->name, sizeof field->name, text);
}

static void append_code(struct mbus_field *field, uint8_t code)
{
    char text[8];
    (void)text_format(text, sizeof text, "_%02x", code);
    append_name(field, text);
}

static void append_unit(struct mbus_field *field, const char *text)
{
    append(field->unit, sizeof field->unit, text);
    append(field->normal_unit, sizeof field->normal_unit, text);
}

/* --- the value's own row ----------------------------------------------------------- */

static void set_row(struct mbus_field *field, const struct mbus_vif_row *row,
                    uint8_t code)
{
    (void)text_copy(field->name, sizeof field->name, row->name);
    (void)text_copy(field->unit, sizeof field->unit, row->unit);
    (void)text_copy(field->normal_unit, sizeof field->normal_unit, row->normal_unit);
    field->form = row->form;
    field->exponent = row->exponent + (code - row->first);
    field->normal_exponent = row->normal_exponent;
    field->normal_times = row->normal_times;
    if (text_equal(row->unit, "°F") && text_equal(row->normal_unit, "°C"))
        field->normal_plus = -32 * row->normal_times;
}

static void set_code(struct mbus_field *field, const struct mbus_vif_row *row,
                     const char *table, uint8_t code)
{
    if (row) {
        set_row(field, row, code);
        return;
    }
    (void)text_copy(field->name, sizeof field->name, table);
    append_code(field, code);
}

bool mbus_vif_fixed(uint8_t code, struct mbus_field *field)
{
    const struct mbus_vif_row *row = mbus_vif_fixed_row(code);

    *field = (struct mbus_field){.normal_times = 1};
    if (row) set_row(field, row, code);
    return row != NULL;
}

/* The meter's own words, last letter first: "HR%" is sent for %RH. */
static bool take_plain_text(struct bytes *in, struct mbus_field *field)
{
    uint8_t n;
    struct bytes text;
    size_t name_n = 0;

    struct bytes rest = *in;
    if (!bytes_take_u8(&rest, &n) || !bytes_take(&rest, n, &text)) return false;
    *in = rest;
    char unit[MBUS_UNIT_BYTES] = "";
    for (size_t i = 0; i < n; i++) {
        unsigned char c = text.at[n - 1 - i];
        bool word = c < MORE && isalnum(c);
        if (i + 1 < sizeof unit) unit[i] = (char)(c >= ' ' && c < MAKER ? c : '?');
        if (name_n + 1 >= sizeof field->name) continue;
        if (word) field->name[name_n++] = (char)tolower(c);
        else if (name_n && field->name[name_n - 1] != '_') field->name[name_n++] = '_';
    }
    while (name_n && field->name[name_n - 1] == '_')
        field->name[--name_n] = 0;
    if (!name_n) (void)text_copy(field->name, sizeof field->name, "plain_text");
    (void)text_copy(field->unit, sizeof field->unit, unit);
    (void)text_copy(field->normal_unit, sizeof field->normal_unit, unit);
    field->plain_text = true;
    return true;
}

/* --- modifiers --------------------------------------------------------------------- */

static const char *const record_errors[] = {
    [0x01] = "too many DIFE",
    [0x02] = "storage number not implemented",
    [0x03] = "subunit not implemented",
    [0x04] = "tariff not implemented",
    [0x05] = "function not implemented",
    [0x06] = "data class not implemented",
    [0x07] = "data size not implemented",
    [0x0B] = "too many VIFE",
    [0x0C] = "illegal VIF group",
    [0x0D] = "illegal VIF exponent",
    [0x0E] = "VIF and DIF do not fit",
    [0x0F] = "action not implemented",
    [0x15] = "no data available",
    [0x16] = "data overflow",
    [0x17] = "data underflow",
    [0x18] = "data error",
    [0x1C] = "premature end of record",
};

/* 12 ... 1F without those that are errors, 20 ... 3F: name or unit grows. */
static const struct {
    uint8_t code;
    const char *name, *unit;
} additions[] = {
    {0x12, "_average",                  ""      },
    {0x13, "_inverse_profile",          ""      },
    {0x14, "_relative_deviation",       ""      },
    {0x1E, "_register_profile",         ""      },
    {0x1F, "_profile",                  ""      },
    {0x20, "",                          "/s"    },
    {0x21, "",                          "/min"  },
    {0x22, "",                          "/h"    },
    {0x23, "",                          "/d"    },
    {0x24, "",                          "/week" },
    {0x25, "",                          "/month"},
    {0x26, "",                          "/year" },
    {0x27, "",                          "/rev"  },
    {0x28, "_input_0",                  "/pulse"},
    {0x29, "_input_1",                  "/pulse"},
    {0x2A, "_output_0",                 "/pulse"},
    {0x2B, "_output_1",                 "/pulse"},
    {0x2C, "",                          "/l"    },
    {0x2D, "",                          "/m³"  },
    {0x2E, "",                          "/kg"   },
    {0x2F, "",                          "/K"    },
    {0x30, "",                          "/kWh"  },
    {0x31, "",                          "/GJ"   },
    {0x32, "",                          "/kW"   },
    {0x33, "",                          "/(K·l)"},
    {0x34, "",                          "/V"    },
    {0x35, "",                          "/A"    },
    {0x36, "",                          "·s"   },
    {0x37, "",                          "·s/V" },
    {0x38, "",                          "·s/A" },
    {0x3A, "_uncorrected",              ""      },
    {0x3B, "_positive",                 ""      },
    {0x3C, "_negative",                 ""      },
    {0x3D, "_alternate_unit",           ""      },
    {0x3E, "_base_conditions",          ""      },
    {0x3F, "_obis",                     ""      },
    {0x40, "_lower_limit",              ""      },
    {0x48, "_upper_limit",              ""      },
    {0x68, "_during_lower_limit_exceed", ""     },
    {0x69, "_leakage",                  ""      },
    {0x6C, "_during_upper_limit_exceed", ""     },
    {0x6D, "_overflow",                 ""      },
    {FUTURE, "_future",                 ""      },
};

/* Behind 7C (FC). */
static const char *const second_table[] = {
    [0x01] = "_l1",
    [0x02] = "_l2",
    [0x03] = "_l3",
    [0x04] = "_neutral",
    [0x05] = "_l1_l2",
    [0x06] = "_l2_l3",
    [0x07] = "_l3_l1",
    [0x08] = "_q1",
    [0x09] = "_q2",
    [0x0A] = "_q3",
    [0x0B] = "_q4",
    [0x0C] = "_import_minus_export",
    [0x0D] = "_alternate_unit",
    [0x10] = "_absolute",
    [0x11] = "_type_c",
    [0x12] = "_type_d",
    [0x13] = "_to_meter",
    [0x14] = "_from_meter",
};

static void become_count(struct mbus_field *field, const char *name)
{
    append_name(field, name);
    field->unit[0] = field->normal_unit[0] = 0;
    field->form = MBUS_FORM_NUMBER;
    field->exponent = field->normal_exponent = 0;
    field->normal_times = 1;
    field->normal_plus = field->offset = 0;
}

static void become_date(struct mbus_field *field, const char *name)
{
    become_count(field, name);
    field->form = MBUS_FORM_DATE;
}

static void become_duration(struct mbus_field *field, const char *name, uint8_t code)
{
    static const struct {
        const char *unit;
        double s;
    } units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 86400}};

    become_count(field, name);
    (void)text_copy(field->unit, sizeof field->unit, units[code & 3].unit);
    (void)text_copy(field->normal_unit, sizeof field->normal_unit, "s");
    field->normal_times = units[code & 3].s;
}

/* 40 ... 6F: bits say lower or upper, first or last, begin or end. */
static void modify_limits(struct mbus_field *field, uint8_t code)
{
    if (code >= 0x60) {
        append_name(field, code & 4 ? "_last" : "_first");
        if (code < 0x68) become_duration(field, "_duration", code);
        else become_date(field, code & 1 ? "_end" : "_begin");
        return;
    }
    append_name(field, code & 8 ? "_upper_limit_exceed" : "_lower_limit_exceed");
    if (code >= 0x50) {
        append_name(field, code & 4 ? "_last" : "_first");
        become_duration(field, "_duration", code);
        return;
    }
    if ((code & 7) == 1) {
        become_count(field, "_count");
        return;
    }
    append_name(field, code & 4 ? "_last" : "_first");
    become_date(field, code & 1 ? "_end" : "_begin");
}

/* 41, 49: counts; x2, x3, x6, x7: dates; 50 ... 67: durations; 6A, 6B, 6E, 6F: dates. */
static bool is_limit(uint8_t code)
{
    if (code < LIMITS || code >= FACTORS) return false;
    return code == 0x41 || code == 0x49 || (code >= 0x50 && code < 0x68) || code & 2;
}

static bool add(struct mbus_field *field, uint8_t code)
{
    for (size_t i = 0; i < COUNT(additions); i++) {
        if (additions[i].code != code) continue;
        append_name(field, additions[i].name);
        append_unit(field, additions[i].unit);
        return true;
    }
    return false;
}

static void modify(struct mbus_field *field, uint8_t code)
{
    if (code == 0 || code == 0x1D) return; /* no error; conforms to the standard */
    if (code < COUNT(record_errors) && record_errors[code]) {
        field->record_error = record_errors[code];
    } else if (add(field, code)) {
        return;
    } else if (code == 0x39) {
        become_date(field, "_start");
    } else if (code >= CONSTANTS && code < SECOND_TABLE) {
        field->offset += pow(10, (code & 3) - 3);
    } else if (code >= FACTORS && code < CONSTANTS) {
        field->exponent += (code & 7) - 6;
    } else if (code == TIMES_1000) {
        field->exponent += 3;
    } else if (is_limit(code)) {
        modify_limits(field, code);
    } else {
        append_code(field, code);
    }
}

static void modify_second(struct mbus_field *field, uint8_t code)
{
    if (code < COUNT(second_table) && second_table[code])
        append_name(field, second_table[code]);
    else append_code(field, code);
}

/* --- reading ----------------------------------------------------------------------- */

/* Which table and row; *more: a VIFE follows. */
static bool take_row(struct bytes *in, struct mbus_field *field, uint8_t *vif,
                     size_t *vife_n)
{
    uint8_t extension = 0;

    if (!bytes_take_u8(in, vif)) return false;
    if (*vif == TABLE_FB || *vif == TABLE_FD) {
        extension = *vif;
        if (!bytes_take_u8(in, vif)) return false;
        ++*vife_n;
    }
    bool deeper = extension == TABLE_FD && *vif == TABLE_FD;
    if (deeper) ++*vife_n;
    if (deeper && !bytes_take_u8(in, vif)) return false;
    uint8_t code = *vif & (uint8_t)~MORE;
    if (deeper) set_code(field, NULL, "unknown_fd_fd", code); /* no table of ours */
    else if (extension == TABLE_FB)
        set_code(field, mbus_vif_extension_fb(code), "unknown_fb", code);
    else if (extension == TABLE_FD)
        set_code(field, mbus_vif_extension_fd(code), "unknown_fd", code);
    else if (code == PLAIN_TEXT) return take_plain_text(in, field);
    else if (code == MAKER)
        (void)text_copy(field->name, sizeof field->name, "manufacturer_specific");
    else set_code(field, mbus_vif_primary(code), "unknown", code);
    return true;
}

bool mbus_vif_take(struct bytes *in, struct mbus_field *field)
{
    uint8_t vif;
    size_t vife_n = 0;
    bool second = false;

    *field = (struct mbus_field){.normal_times = 1};
    struct bytes before = *in;
    if (!take_row(in, field, &vif, &vife_n)) return false;
    bool makers = (before.at[0] & (uint8_t)~MORE) == MAKER;
    while (vif & MORE) {
        if (vife_n++ == VIFE_MAX || !bytes_take_u8(in, &vif)) return false;
        uint8_t code = vif & (uint8_t)~MORE;
        if (makers) append_code(field, code);
        else if (second) modify_second(field, code);
        else if (code == MAKER) append_name(field, "_manufacturer");
        else if (vif != (SECOND_TABLE | MORE)) modify(field, code);
        makers = makers || (code == MAKER && !second);
        second = !second && vif == (SECOND_TABLE | MORE) && !makers;
    }
    return true;
}
