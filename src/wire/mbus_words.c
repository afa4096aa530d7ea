/* mbus_words.c - codes of EN 13757-3 as words: media and manufacturers. */
#include "base/ensure.h"
#include "base/text.h"
#include "wire/mbus.h"

enum { WORD_BYTES = 32 };

static const char *const media[] = {
    [0x00] = "other",
    [0x01] = "oil",
    [0x02] = "electricity",
    [0x03] = "gas",
    [0x04] = "heat_outlet",
    [0x05] = "steam",
    [0x06] = "warm_water",
    [0x07] = "water",
    [0x08] = "heat_cost_allocator",
    [0x09] = "compressed_air",
    [0x0A] = "cooling_outlet",
    [0x0B] = "cooling_inlet",
    [0x0C] = "heat_inlet",
    [0x0D] = "heat_cooling",
    [0x0E] = "bus_system",
    [0x0F] = "unknown",
    [0x10] = "irrigation_water",
    [0x11] = "water_data_logger",
    [0x12] = "gas_data_logger",
    [0x13] = "gas_converter",
    [0x14] = "calorific_value",
    [0x15] = "hot_water",
    [0x16] = "cold_water",
    [0x17] = "dual_water",
    [0x18] = "pressure",
    [0x19] = "ad_converter",
    [0x1A] = "smoke_detector",
    [0x1B] = "room_sensor",
    [0x1C] = "gas_detector",
    [0x1D] = "carbon_monoxide_detector",
    [0x1E] = "carbon_dioxide_detector",
    [0x1F] = "leakage_detector",
    [0x20] = "breaker",
    [0x21] = "valve",
    [0x25] = "customer_unit",
    [0x28] = "waste_water",
    [0x29] = "garbage",
    [0x31] = "communication_controller",
    [0x32] = "unidirectional_repeater",
    [0x33] = "bidirectional_repeater",
    [0x36] = "radio_converter_system",
    [0x37] = "radio_converter_meter",
    [0x38] = "bus_converter_meter",
};

void mbus_medium(uint8_t code, char *out)
{
    if (code < COUNT(media) && media[code]) (void)text_copy(out, WORD_BYTES, media[code]);
    else (void)text_format(out, WORD_BYTES, "reserved_%02x", code);
}

void mbus_manufacturer(uint16_t code, char *out)
{
    for (int i = 0; i < 3; i++) {
        unsigned letter = ((unsigned)code >> (10 - 5 * i)) & 31U;
        out[i] = (char)('@' + letter); /* 1 is A; what is no letter stays visible */
    }
    out[3] = 0;
}
