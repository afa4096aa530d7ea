/* report_decode.c - see report_decode.h. */
#include "wire/report_decode.h"

#include "wire/chirpstack.h"
#include "wire/json_report.h"
#include "wire/neuron.h"
#include "wire/snmp_trap.h"
#include "wire/sparkplug.h"

static err finish(const char *protocol, err decoded, const struct report *report,
                  struct arena *arena, struct telegram *telegram)
{
    telegram->protocol = protocol;
    err e = report_telegram(report, arena, telegram);
    return decoded ? decoded : e;
}

err report_decode_sparkplug(struct bytes in, const char *dialect, struct arena *arena,
                      struct telegram *telegram)
{
    struct report report;

    (void)dialect;
    err e = sparkplug_decode(in, NULL, arena, &report);
    return finish("sparkplug", e, &report, arena, telegram);
}

err report_decode_chirpstack(struct bytes in, const char *dialect, struct arena *arena,
                      struct telegram *telegram)
{
    struct report report;

    err e = chirpstack_decode(in, dialect, arena, &report);
    return finish("chirpstack", e, &report, arena, telegram);
}

err report_decode_neuron(struct bytes in, const char *dialect, struct arena *arena,
                      struct telegram *telegram)
{
    struct report report;

    (void)dialect;
    err e = neuron_decode(in, arena, &report);
    return finish("neuron", e, &report, arena, telegram);
}

err report_decode_json(struct bytes in, const char *dialect, struct arena *arena,
                      struct telegram *telegram)
{
    struct report report;

    (void)dialect;
    err e = json_report_decode(in, "", arena, &report);
    return finish("json", e, &report, arena, telegram);
}

err report_decode_snmp_trap(struct bytes in, const char *dialect, struct arena *arena,
                            struct telegram *telegram)
{
    struct report report;

    (void)dialect;
    err e = snmp_trap_decode(in, arena, &report);
    return finish("snmp-trap", e, &report, arena, telegram);
}
