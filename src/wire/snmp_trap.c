/* snmp_trap.c - see snmp_trap.h. */
#include "wire/snmp_trap.h"

#include "base/ensure.h"
#include "base/text.h"
#include "wire/ber.h"

#include <inttypes.h>
#include <string.h>

enum {
    TRAP_V1 = 0xa4,
    INFORM = 0xa6,
    TRAP_V2 = 0xa7,
    IP_ADDRESS = 0x40,
    COUNTER32 = 0x41,
    GAUGE32 = 0x42,
    TIME_TICKS = 0x43,
    COUNTER64 = 0x46,
    NO_SUCH_OBJECT = 0x80,
    END_OF_MIB = 0x82,
    FLAG_AUTH = 1,
    FLAG_PRIV = 2
};

#define UPTIME_OID "1.3.6.1.2.1.1.3.0"
#define TRAP_OID "1.3.6.1.6.3.1.1.4.1.0"
#define EXACT_MAX (1ULL << 53)

struct reader {
    const uint8_t *start;
    struct arena *arena;
    struct report *report;
};

static err wrong(struct reader *r, struct bytes at, const char *why)
{
    return report_wrong(r->report, ERR_FRAME, (size_t)(at.at - r->start), why);
}

static err no_room(struct reader *r)
{
    return report_wrong(r->report, ERR_MEMORY, 0, "the message is too large");
}

static char *copy(struct reader *r, const char *text)
{
    return arena_text(r->arena, text, strlen(text));
}

/* --- values ----------------------------------------------------------------------- */

static bool show_integer(struct reader *r, uint8_t tag, struct bytes c,
                         struct report_value *v)
{
    char digits[32];
    int64_t whole;
    uint64_t count;

    if (tag == BER_INTEGER) {
        if (!ber_signed(c, &whole)) return false;
        v->number = (double)whole;
        return true;
    }
    if (!ber_unsigned(c, &count)) return false;
    v->number = (double)count;
    if (count <= EXACT_MAX) return true;
    (void)text_format(digits, sizeof digits, "%" PRIu64, count);
    v->text = copy(r, digits);
    return v->text != NULL;
}

static bool show_text(struct reader *r, const char *text, struct report_value *v)
{
    char *kept = copy(r, text);

    if (!kept) return false;
    v->kind = REPORT_TEXT;
    v->text = kept;
    return true;
}

static bool show_octets(struct reader *r, struct bytes c, struct report_value *v)
{
    if (!text_is_clean((const char *)c.at, c.n)) {
        v->kind = REPORT_BYTES;
        v->raw = c;
        return true;
    }
    char *text = arena_text(r->arena, (const char *)c.at, c.n);
    if (!text) return false;
    v->kind = REPORT_TEXT;
    v->text = text;
    return true;
}

static bool show(struct reader *r, uint8_t tag, struct bytes c, struct report_value *v)
{
    char text[BER_OID_TEXT_BYTES];

    switch (tag) {
    case BER_INTEGER:
    case COUNTER32:
    case GAUGE32:
    case TIME_TICKS:
    case COUNTER64: return show_integer(r, tag, c, v);
    case BER_OCTETS: return show_octets(r, c, v);
    case BER_OID: return ber_oid(c, text) && show_text(r, text, v);
    case IP_ADDRESS:
        if (c.n != 4) return false;
        (void)text_format(text, sizeof text, "%u.%u.%u.%u", c.at[0], c.at[1], c.at[2],
                          c.at[3]);
        return show_text(r, text, v);
    default: break;
    }
    bool is_none = tag == BER_NULL || (tag >= NO_SUCH_OBJECT && tag <= END_OF_MIB);
    v->kind = is_none ? REPORT_ABSENT : REPORT_BYTES;
    v->raw = c;
    return true;
}

static err put(struct reader *r, const char *name, bool is_head, uint8_t tag,
               struct bytes c)
{
    struct report_value *v = report_add(r->report, r->arena);
    char *kept = copy(r, name);

    if (!v || !kept) return no_room(r);
    v->name = kept;
    v->is_head = is_head;
    v->at = (size_t)(c.at - r->start);
    if (show(r, tag, c, v)) return ERR_OK;
    v->kind = REPORT_ABSENT;
    v->text = "";
    return wrong(r, c, "a value has the wrong form");
}

static err put_text(struct reader *r, const char *name, const char *text)
{
    return put(r, name, true, BER_OCTETS, bytes_of_text(text));
}

/* The next element as a head value. */
static err take_head(struct reader *r, struct bytes *in, uint8_t tag, const char *name)
{
    struct bytes content;

    if (!ber_take_of(in, tag, &content)) return wrong(r, *in, "cut short, or not a trap");
    return put(r, name, true, tag, content);
}

/* --- varbinds --------------------------------------------------------------------- */

static err take_varbind(struct reader *r, struct bytes in)
{
    char name[BER_OID_TEXT_BYTES];
    struct bytes oid, content;
    uint8_t tag;

    if (!ber_take_of(&in, BER_OID, &oid) || !ber_oid(oid, name))
        return wrong(r, in, "a varbind has no name");
    if (!ber_take(&in, &tag, &content)) return wrong(r, in, "a varbind has no value");
    if (text_equal(name, UPTIME_OID)) return put(r, "uptime", true, tag, content);
    if (text_equal(name, TRAP_OID)) return put(r, "trap", true, tag, content);
    return put(r, name, false, tag, content);
}

static err take_varbinds(struct reader *r, struct bytes in)
{
    struct bytes list, one;
    err e = ERR_OK;

    if (!ber_take_of(&in, BER_SEQUENCE, &list))
        return wrong(r, in, "the varbinds are cut short");
    while (list.n && !e)
        e = ber_take_of(&list, BER_SEQUENCE, &one)
                ? take_varbind(r, one)
                : wrong(r, list, "a varbind is cut short");
    return e;
}

static err take_v1(struct reader *r, struct bytes pdu)
{
    static const struct {
        uint8_t tag;
        const char *name;
    } fields[] = {{BER_OID, "enterprise"},
                  {IP_ADDRESS, "agent"},
                  {BER_INTEGER, "generic"},
                  {BER_INTEGER, "specific"},
                  {TIME_TICKS, "uptime"}};
    err e = ERR_OK;

    for (size_t i = 0; i < COUNT(fields) && !e; i++)
        e = take_head(r, &pdu, fields[i].tag, fields[i].name);
    return e ? e : take_varbinds(r, pdu);
}

static err take_pdu(struct reader *r, struct bytes in)
{
    struct bytes pdu, skipped;
    uint8_t tag;

    if (!ber_take(&in, &tag, &pdu)) return wrong(r, in, "the PDU is cut short");
    if (tag != TRAP_V1 && tag != TRAP_V2 && tag != INFORM)
        return wrong(r, pdu, "not a trap or an inform");
    r->report->kind = tag == INFORM ? "inform" : "trap";
    if (tag == TRAP_V1) return take_v1(r, pdu);
    for (int i = 0; i < 3; i++) /* request, error status, error index */
        if (!ber_take_of(&pdu, BER_INTEGER, &skipped))
            return wrong(r, pdu, "the PDU is cut short");
    return take_varbinds(r, pdu);
}

/* --- version 3 -------------------------------------------------------------------- */

static err take_security(struct reader *r, struct bytes *in)
{
    struct bytes octets, fields, engine, skipped;

    if (!ber_take_of(in, BER_OCTETS, &octets) ||
        !ber_take_of(&octets, BER_SEQUENCE, &fields) ||
        !ber_take_of(&fields, BER_OCTETS, &engine) || engine.n > 32)
        return wrong(r, *in, "the security parameters are cut short");
    char hex[65];
    bytes_to_hex(engine, hex);
    err e = put_text(r, "engine_id", hex);
    for (int i = 0; i < 2 && !e; i++) /* boots, time */
        if (!ber_take_of(&fields, BER_INTEGER, &skipped))
            e = wrong(r, fields, "the security parameters are cut short");
    return e ? e : take_head(r, &fields, BER_OCTETS, "user");
}

static err take_v3(struct reader *r, struct bytes in)
{
    static const char *const levels[] = {"noAuthNoPriv", "authNoPriv", "privNoAuth",
                                         "authPriv"};
    struct bytes global, flags, skipped, scoped;

    if (!ber_take_of(&in, BER_SEQUENCE, &global) ||
        !ber_take_of(&global, BER_INTEGER, &skipped) ||
        !ber_take_of(&global, BER_INTEGER, &skipped) ||
        !ber_take_of(&global, BER_OCTETS, &flags) || flags.n != 1)
        return wrong(r, in, "the header is cut short");
    uint8_t level = flags.at[0] & (FLAG_AUTH | FLAG_PRIV);
    err e = put_text(r, "level", levels[level]);
    if (!e) e = take_security(r, &in);
    if (e) return e;
    if (level & FLAG_PRIV) {
        if (!ber_take_of(&in, BER_OCTETS, &scoped))
            return wrong(r, in, "the encrypted part is cut short");
        struct report_value *v = report_add(r->report, r->arena);
        if (!v) return no_room(r);
        v->name = "encrypted";
        v->kind = REPORT_BYTES;
        v->raw = scoped;
        r->report->kind = "encrypted";
        return ERR_OK;
    }
    if (!ber_take_of(&in, BER_SEQUENCE, &scoped) ||
        !ber_take_of(&scoped, BER_OCTETS, &skipped) ||
        !ber_take_of(&scoped, BER_OCTETS, &skipped))
        return wrong(r, in, "the scoped PDU is cut short");
    return take_pdu(r, scoped);
}

err snmp_trap_decode(struct bytes in, struct arena *arena, struct report *report)
{
    ensure(arena && report);

    struct reader r = {in.at, arena, report};
    struct bytes message, version;
    int64_t number;

    report_begin(report, "trap");
    if (!ber_take_of(&in, BER_SEQUENCE, &message) ||
        !ber_take_of(&message, BER_INTEGER, &version) || !ber_signed(version, &number))
        return wrong(&r, in, "cut short, or not SNMP");
    const char *word = number == 0   ? "1"
                       : number == 1 ? "2c"
                       : number == 3 ? "3"
                                     : NULL;
    if (!word) return wrong(&r, version, "an unknown version of SNMP");
    err e = put_text(&r, "version", word);
    if (e) return e;
    if (number == 3) return take_v3(&r, message);
    e = take_head(&r, &message, BER_OCTETS, "community");
    return e ? e : take_pdu(&r, message);
}
