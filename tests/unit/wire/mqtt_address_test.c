/* mqtt_address_test.c - every form of an address, and what each wrong one is told. */
#include "wire/mqtt_address.h"

#include "base/ensure.h"
#include "check.h"

static const struct {
    const char *text;
    err want;
    uint16_t port;
    enum mqtt_mode mode;
    const char *what;
} rows[] = {
    {"mqtt:h/json/a/+/b/#", ERR_OK, 1883, MQTT_JSON, "a/+/b/#"},
    {"mqtt:h:1884/json/a;time=/ts", ERR_OK, 1884, MQTT_JSON, "a"},
    {"mqtts:h/json/a;login=x", ERR_OK, 8883, MQTT_JSON, "a"},
    {"mqtt:[::1]:1884/neuron//neuron/m/n/g", ERR_OK, 1884, MQTT_NEURON, "/neuron/m/n/g"},
    {"mqtt:h/sparkplug/g/e", ERR_OK, 1883, MQTT_SPARKPLUG, "g/e"},
    {"mqtt:h/sparkplug/g/e/d", ERR_OK, 1883, MQTT_SPARKPLUG, "g/e/d"},
    {"mqtt:h/chirpstack/24e124136b502217", ERR_OK, 1883, MQTT_CHIRPSTACK, "24e124136b502217"},
    {"mqtt:h;login=x", ERR_OK, 1883, MQTT_MODE_N, ""},
    {"", ERR_RANGE, 0, 0, ""},
    {"http:h/json/a", ERR_RANGE, 0, 0, ""},
    {"mqtt:/json/a", ERR_RANGE, 0, 0, ""},
    {"mqtt:h:0/json/a", ERR_RANGE, 0, 0, ""},
    {"mqtt:h:65536/json/a", ERR_RANGE, 0, 0, ""},
    {"mqtt:[::1/json/a", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/xml/a", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/json/", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/json/a+", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/json/#/a", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/sparkplug/g", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/sparkplug/g/e/d/x", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/sparkplug/g/+", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/sparkplug//e", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/chirpstack/24e1", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/json/a;login=../x", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/json/a;login=.x", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/json/a;login=", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/json/a;password=x", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/json/a;time=ts", ERR_RANGE, 0, 0, ""},
    {"mqtt:h/sparkplug/g/e;time=/ts", ERR_RANGE, 0, 0, ""},
};

static void addresses_are_read_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct mqtt_address a = {0};
        char why[160] = "";
        CHECK_EQ(rows[i].text, mqtt_address_parse(rows[i].text, &a, why, sizeof why),
                 rows[i].want);
        CHECK_EQ(rows[i].text, why[0] != 0, rows[i].want != ERR_OK);
        if (rows[i].want) continue;
        CHECK_EQ(rows[i].text, a.port, rows[i].port);
        CHECK_EQ(rows[i].text, a.mode, rows[i].mode);
        CHECK_TEXT(rows[i].text, a.what, rows[i].what);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
