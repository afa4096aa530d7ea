/* driver.c - the table of drivers. */
#include "collect/driver.h"

#include "base/ensure.h"
#include "base/text.h"
#include "collect/cjt188.h"
#include "collect/dlt645.h"
#include "collect/mbus.h"
#include "collect/modbus.h"
#include "collect/mqtt.h"
#include "collect/nut.h"

const struct driver *driver_find(const char *protocol)
{
    static const struct driver *const drivers[] = {
        &cjt188_driver,
        &dlt645_driver,
        &mbus_driver,
        &modbus_driver,
        &modbus_rtu_driver,
        &mqtt_driver,
        &nut_driver,
    };

    for (size_t i = 0; i < COUNT(drivers); i++)
        if (text_equal(drivers[i]->protocol, protocol)) return drivers[i];
    return NULL;
}
