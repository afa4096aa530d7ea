/* wire_messages_fuzz.c - any bytes as a message of ChirpStack, Neuron, or plain JSON; and
 * as the address of a point in a payload.
 *
 * Property: an error says why; what is taken has names and texts. */
#include "base/ensure.h"
#include "base/text.h"
#include "wire/chirpstack.h"
#include "wire/json_report.h"
#include "wire/neuron.h"
#include "wire/payload_point.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(err e, const struct report *report)
{
    ensure(e ? report->why[0] != 0 : report->why[0] == 0);
    ensure(report->kind && report->device && report->id);
    for (size_t i = 0; i < report->values_n; i++)
        ensure(report->values[i].name && report->values[i].text);
}

static void check_point(struct bytes in)
{
    char text[64], why[120] = "";
    struct payload_point point;
    double value;

    (void)text_copy_n(text, sizeof text, (const char *)in.at, in.n);
    if (strlen(text) == 0) return;
    if (payload_point_parse(text, &point, why, sizeof why) == ERR_OK)
        (void)payload_point_read(&point, in, 1, &value);
    else
        ensure(why[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = {data, size};
    struct arena arena;
    struct report report;

    arena_open(&arena, 64 << 20);
    check(chirpstack_decode(in, "", &arena, &report), &report);
    check(chirpstack_decode(in, "up", &arena, &report), &report);
    check(neuron_decode(in, &arena, &report), &report);
    check(json_report_decode(in, "", &arena, &report), &report);
    if (size) check_point(in);
    arena_close(&arena);
    return 0;
}
