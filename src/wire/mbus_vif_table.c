/* mbus_vif_table.c - the tables of EN 13757-3 as rows: code, name, unit, power of ten.
 *
 * Energies and powers are given the prefix in which meters show them (10^4 Wh is 0.01
 * kWh times a thousand), so that a value reads as on the display.  The calorie is that of
 * the steam table, 4.1868 J; gallons are US liquid gallons. */
#include "wire/mbus_vif_table.h"

#include "base/ensure.h"

#define NUM MBUS_FORM_NUMBER

static const struct mbus_vif_row primary[] = {
    {0x00, 0x03, "energy", "Wh", -3, "Wh", 0, 1, NUM},
    {0x04, 0x07, "energy", "kWh", -2, "Wh", 3, 1, NUM},
    {0x08, 0x0A, "energy", "J", 0, "J", 0, 1, NUM},
    {0x0B, 0x0D, "energy", "kJ", 0, "J", 3, 1, NUM},
    {0x0E, 0x0F, "energy", "MJ", 0, "J", 6, 1, NUM},
    {0x10, 0x17, "volume", "m³", -6, "m³", 0, 1, NUM},
    {0x18, 0x1F, "mass", "kg", -3, "kg", 0, 1, NUM},
    {0x20, 0x20, "on_time", "s", 0, "s", 0, 1, NUM},
    {0x21, 0x21, "on_time", "min", 0, "s", 0, 60, NUM},
    {0x22, 0x22, "on_time", "h", 0, "s", 0, 3600, NUM},
    {0x23, 0x23, "on_time", "d", 0, "s", 0, 86400, NUM},
    {0x24, 0x24, "operating_time", "s", 0, "s", 0, 1, NUM},
    {0x25, 0x25, "operating_time", "min", 0, "s", 0, 60, NUM},
    {0x26, 0x26, "operating_time", "h", 0, "s", 0, 3600, NUM},
    {0x27, 0x27, "operating_time", "d", 0, "s", 0, 86400, NUM},
    {0x28, 0x2B, "power", "W", -3, "W", 0, 1, NUM},
    {0x2C, 0x2F, "power", "kW", -2, "W", 3, 1, NUM},
    {0x30, 0x32, "power", "J/h", 0, "J/h", 0, 1, NUM},
    {0x33, 0x35, "power", "kJ/h", 0, "J/h", 3, 1, NUM},
    {0x36, 0x37, "power", "MJ/h", 0, "J/h", 6, 1, NUM},
    {0x38, 0x3F, "flow", "m³/h", -6, "m³/h", 0, 1, NUM},
    {0x40, 0x47, "flow", "m³/min", -7, "m³/h", 0, 60, NUM},
    {0x48, 0x4F, "flow", "m³/s", -9, "m³/h", 0, 3600, NUM},
    {0x50, 0x57, "mass_flow", "kg/h", -3, "kg/h", 0, 1, NUM},
    {0x58, 0x5B, "supply_temperature", "°C", -3, "°C", 0, 1, NUM},
    {0x5C, 0x5F, "return_temperature", "°C", -3, "°C", 0, 1, NUM},
    {0x60, 0x63, "temperature_difference", "K", -3, "K", 0, 1, NUM},
    {0x64, 0x67, "external_temperature", "°C", -3, "°C", 0, 1, NUM},
    {0x68, 0x6B, "pressure", "bar", -3, "bar", 0, 1, NUM},
    {0x6C, 0x6C, "date", "", 0, "", 0, 1, MBUS_FORM_DATE},
    {0x6D, 0x6D, "date_time", "", 0, "", 0, 1, MBUS_FORM_DATE},
    {0x6E, 0x6E, "heat_cost_allocation", "HCA", 0, "HCA", 0, 1, NUM},
    {0x70, 0x70, "averaging_duration", "s", 0, "s", 0, 1, NUM},
    {0x71, 0x71, "averaging_duration", "min", 0, "s", 0, 60, NUM},
    {0x72, 0x72, "averaging_duration", "h", 0, "s", 0, 3600, NUM},
    {0x73, 0x73, "averaging_duration", "d", 0, "s", 0, 86400, NUM},
    {0x74, 0x74, "actuality_duration", "s", 0, "s", 0, 1, NUM},
    {0x75, 0x75, "actuality_duration", "min", 0, "s", 0, 60, NUM},
    {0x76, 0x76, "actuality_duration", "h", 0, "s", 0, 3600, NUM},
    {0x77, 0x77, "actuality_duration", "d", 0, "s", 0, 86400, NUM},
    {0x78, 0x78, "fabrication_number", "", 0, "", 0, 1, NUM},
    {0x79, 0x79, "identification", "", 0, "", 0, 1, NUM},
    {0x7A, 0x7A, "bus_address", "", 0, "", 0, 1, NUM},
    {0x7E, 0x7E, "any", "", 0, "", 0, 1, NUM},
};

/* Behind FB. */
static const struct mbus_vif_row extension_fb[] = {
    {0x00, 0x01, "energy", "MWh", -1, "Wh", 6, 1, NUM},
    {0x02, 0x03, "reactive_energy", "kvarh", 0, "varh", 3, 1, NUM},
    {0x04, 0x05, "apparent_energy", "kVAh", 0, "VAh", 3, 1, NUM},
    {0x08, 0x09, "energy", "GJ", -1, "J", 9, 1, NUM},
    {0x0C, 0x0F, "energy", "Mcal", -1, "J", 6, 4.1868, NUM},
    {0x10, 0x11, "volume", "m³", 2, "m³", 0, 1, NUM},
    {0x14, 0x17, "reactive_power", "kvar", -3, "var", 3, 1, NUM},
    {0x18, 0x19, "mass", "t", 2, "kg", 3, 1, NUM},
    {0x1A, 0x1B, "relative_humidity", "%", -1, "%", 0, 1, NUM},
    {0x20, 0x20, "volume", "ft³", 0, "m³", 0, 0.028316846592, NUM},
    {0x21, 0x21, "volume", "ft³", -1, "m³", 0, 0.028316846592, NUM},
    {0x22, 0x23, "volume", "gal", -1, "m³", 0, 0.003785411784, NUM},
    {0x24, 0x24, "flow", "gal/min", -3, "m³/h", 0, 0.22712470704, NUM},
    {0x25, 0x25, "flow", "gal/min", 0, "m³/h", 0, 0.22712470704, NUM},
    {0x26, 0x26, "flow", "gal/h", 0, "m³/h", 0, 0.003785411784, NUM},
    {0x28, 0x29, "power", "MW", -1, "W", 6, 1, NUM},
    {0x2A, 0x2A, "phase_voltage_voltage", "°", -1, "°", 0, 1, NUM},
    {0x2B, 0x2B, "phase_voltage_current", "°", -1, "°", 0, 1, NUM},
    {0x2C, 0x2F, "frequency", "Hz", -3, "Hz", 0, 1, NUM},
    {0x30, 0x31, "power", "GJ/h", -1, "J/h", 9, 1, NUM},
    {0x34, 0x37, "apparent_power", "kVA", -3, "VA", 3, 1, NUM},
    {0x58, 0x5B, "supply_temperature", "°F", -3, "°C", 0, 5.0 / 9, NUM},
    {0x5C, 0x5F, "return_temperature", "°F", -3, "°C", 0, 5.0 / 9, NUM},
    {0x60, 0x63, "temperature_difference", "°F", -3, "K", 0, 5.0 / 9, NUM},
    {0x64, 0x67, "external_temperature", "°F", -3, "°C", 0, 5.0 / 9, NUM},
    {0x70, 0x73, "temperature_limit", "°F", -3, "°C", 0, 5.0 / 9, NUM},
    {0x74, 0x77, "temperature_limit", "°C", -3, "°C", 0, 1, NUM},
    {0x78, 0x7F, "power_maximum_count", "W", -3, "W", 0, 1, NUM},
};

/* Behind FD. */
static const struct mbus_vif_row extension_fd[] = {
    {0x00, 0x03, "credit", "", -3, "", 0, 1, NUM},
    {0x04, 0x07, "debit", "", -3, "", 0, 1, NUM},
    {0x08, 0x08, "access_number", "", 0, "", 0, 1, NUM},
    {0x09, 0x09, "medium", "", 0, "", 0, 1, NUM},
    {0x0A, 0x0A, "manufacturer", "", 0, "", 0, 1, NUM},
    {0x0B, 0x0B, "parameter_set", "", 0, "", 0, 1, NUM},
    {0x0C, 0x0C, "model_version", "", 0, "", 0, 1, NUM},
    {0x0D, 0x0D, "hardware_version", "", 0, "", 0, 1, NUM},
    {0x0E, 0x0E, "firmware_version", "", 0, "", 0, 1, NUM},
    {0x0F, 0x0F, "software_version", "", 0, "", 0, 1, NUM},
    {0x10, 0x10, "customer_location", "", 0, "", 0, 1, NUM},
    {0x11, 0x11, "customer", "", 0, "", 0, 1, NUM},
    {0x12, 0x12, "access_code_user", "", 0, "", 0, 1, NUM},
    {0x13, 0x13, "access_code_operator", "", 0, "", 0, 1, NUM},
    {0x14, 0x14, "access_code_system_operator", "", 0, "", 0, 1, NUM},
    {0x15, 0x15, "access_code_developer", "", 0, "", 0, 1, NUM},
    {0x16, 0x16, "password", "", 0, "", 0, 1, NUM},
    {0x17, 0x17, "error_flags", "", 0, "", 0, 1, MBUS_FORM_BITS},
    {0x18, 0x18, "error_mask", "", 0, "", 0, 1, MBUS_FORM_BITS},
    {0x19, 0x19, "security_key", "", 0, "", 0, 1, MBUS_FORM_OPAQUE},
    {0x1A, 0x1A, "digital_output", "", 0, "", 0, 1, MBUS_FORM_BITS},
    {0x1B, 0x1B, "digital_input", "", 0, "", 0, 1, MBUS_FORM_BITS},
    {0x1C, 0x1C, "baud_rate", "Bd", 0, "Bd", 0, 1, NUM},
    {0x1D, 0x1D, "response_delay", "bit times", 0, "bit times", 0, 1, NUM},
    {0x1E, 0x1E, "retries", "", 0, "", 0, 1, NUM},
    {0x1F, 0x1F, "remote_control", "", 0, "", 0, 1, NUM},
    {0x20, 0x20, "first_storage", "", 0, "", 0, 1, NUM},
    {0x21, 0x21, "last_storage", "", 0, "", 0, 1, NUM},
    {0x22, 0x22, "storage_block_size", "", 0, "", 0, 1, NUM},
    {0x23, 0x23, "tariff_subunit_descriptor", "", 0, "", 0, 1, NUM},
    {0x24, 0x24, "storage_interval", "s", 0, "s", 0, 1, NUM},
    {0x25, 0x25, "storage_interval", "min", 0, "s", 0, 60, NUM},
    {0x26, 0x26, "storage_interval", "h", 0, "s", 0, 3600, NUM},
    {0x27, 0x27, "storage_interval", "d", 0, "s", 0, 86400, NUM},
    {0x28, 0x28, "storage_interval", "months", 0, "months", 0, 1, NUM},
    {0x29, 0x29, "storage_interval", "years", 0, "years", 0, 1, NUM},
    {0x2A, 0x2A, "operator_data", "", 0, "", 0, 1, NUM},
    {0x2B, 0x2B, "time_point_second", "s", 0, "s", 0, 1, NUM},
    {0x2C, 0x2C, "since_last_readout", "s", 0, "s", 0, 1, NUM},
    {0x2D, 0x2D, "since_last_readout", "min", 0, "s", 0, 60, NUM},
    {0x2E, 0x2E, "since_last_readout", "h", 0, "s", 0, 3600, NUM},
    {0x2F, 0x2F, "since_last_readout", "d", 0, "s", 0, 86400, NUM},
    {0x30, 0x30, "tariff_start", "", 0, "", 0, 1, MBUS_FORM_DATE},
    {0x31, 0x31, "tariff_duration", "min", 0, "s", 0, 60, NUM},
    {0x32, 0x32, "tariff_duration", "h", 0, "s", 0, 3600, NUM},
    {0x33, 0x33, "tariff_duration", "d", 0, "s", 0, 86400, NUM},
    {0x34, 0x34, "tariff_period", "s", 0, "s", 0, 1, NUM},
    {0x35, 0x35, "tariff_period", "min", 0, "s", 0, 60, NUM},
    {0x36, 0x36, "tariff_period", "h", 0, "s", 0, 3600, NUM},
    {0x37, 0x37, "tariff_period", "d", 0, "s", 0, 86400, NUM},
    {0x38, 0x38, "tariff_period", "months", 0, "months", 0, 1, NUM},
    {0x39, 0x39, "tariff_period", "years", 0, "years", 0, 1, NUM},
    {0x3A, 0x3A, "dimensionless", "", 0, "", 0, 1, NUM},
    {0x3B, 0x3B, "wireless_container", "", 0, "", 0, 1, MBUS_FORM_OPAQUE},
    {0x3C, 0x3C, "transmission_period", "s", 0, "s", 0, 1, NUM},
    {0x3D, 0x3D, "transmission_period", "min", 0, "s", 0, 60, NUM},
    {0x3E, 0x3E, "transmission_period", "h", 0, "s", 0, 3600, NUM},
    {0x3F, 0x3F, "transmission_period", "d", 0, "s", 0, 86400, NUM},
    {0x40, 0x4F, "voltage", "V", -9, "V", 0, 1, NUM},
    {0x50, 0x5F, "current", "A", -12, "A", 0, 1, NUM},
    {0x60, 0x60, "reset_counter", "", 0, "", 0, 1, NUM},
    {0x61, 0x61, "cumulation_counter", "", 0, "", 0, 1, NUM},
    {0x62, 0x62, "control_signal", "", 0, "", 0, 1, NUM},
    {0x63, 0x63, "day_of_week", "", 0, "", 0, 1, NUM},
    {0x64, 0x64, "week_number", "", 0, "", 0, 1, NUM},
    {0x65, 0x65, "day_change_time", "", 0, "", 0, 1, NUM},
    {0x66, 0x66, "parameter_activation", "", 0, "", 0, 1, NUM},
    {0x67, 0x67, "supplier_information", "", 0, "", 0, 1, NUM},
    {0x68, 0x68, "since_last_cumulation", "h", 0, "s", 0, 3600, NUM},
    {0x69, 0x69, "since_last_cumulation", "d", 0, "s", 0, 86400, NUM},
    {0x6A, 0x6A, "since_last_cumulation", "months", 0, "months", 0, 1, NUM},
    {0x6B, 0x6B, "since_last_cumulation", "years", 0, "years", 0, 1, NUM},
    {0x6C, 0x6C, "battery_operating_time", "h", 0, "s", 0, 3600, NUM},
    {0x6D, 0x6D, "battery_operating_time", "d", 0, "s", 0, 86400, NUM},
    {0x6E, 0x6E, "battery_operating_time", "months", 0, "months", 0, 1, NUM},
    {0x6F, 0x6F, "battery_operating_time", "years", 0, "years", 0, 1, NUM},
    {0x70, 0x70, "battery_change", "", 0, "", 0, 1, MBUS_FORM_DATE},
    {0x71, 0x71, "reception_level", "dBm", 0, "dBm", 0, 1, NUM},
    {0x72, 0x72, "daylight_saving", "", 0, "", 0, 1, MBUS_FORM_OPAQUE},
    {0x73, 0x73, "listening_window", "", 0, "", 0, 1, MBUS_FORM_OPAQUE},
    {0x74, 0x74, "battery_remaining", "d", 0, "s", 0, 86400, NUM},
    {0x75, 0x75, "meter_stops", "", 0, "", 0, 1, NUM},
    {0x76, 0x76, "manufacturer_container", "", 0, "", 0, 1, MBUS_FORM_OPAQUE},
};

/* Six bits of the fixed data structure. */
static const struct mbus_vif_row fixed[] = {
    {0x00, 0x00, "time_of_day", "", 0, "", 0, 1, MBUS_FORM_OPAQUE},
    {0x01, 0x01, "date", "", 0, "", 0, 1, MBUS_FORM_OPAQUE},
    {0x02, 0x04, "energy", "Wh", 0, "Wh", 0, 1, NUM},
    {0x05, 0x07, "energy", "kWh", 0, "Wh", 3, 1, NUM},
    {0x08, 0x0A, "energy", "MWh", 0, "Wh", 6, 1, NUM},
    {0x0B, 0x0D, "energy", "kJ", 0, "J", 3, 1, NUM},
    {0x0E, 0x10, "energy", "MJ", 0, "J", 6, 1, NUM},
    {0x11, 0x13, "energy", "GJ", 0, "J", 9, 1, NUM},
    {0x14, 0x16, "power", "W", 0, "W", 0, 1, NUM},
    {0x17, 0x19, "power", "kW", 0, "W", 3, 1, NUM},
    {0x1A, 0x1C, "power", "MW", 0, "W", 6, 1, NUM},
    {0x1D, 0x1F, "power", "kJ/h", 0, "J/h", 3, 1, NUM},
    {0x20, 0x22, "power", "MJ/h", 0, "J/h", 6, 1, NUM},
    {0x23, 0x25, "power", "GJ/h", 0, "J/h", 9, 1, NUM},
    {0x26, 0x28, "volume", "ml", 0, "m³", -6, 1, NUM},
    {0x29, 0x2B, "volume", "l", 0, "m³", -3, 1, NUM},
    {0x2C, 0x2E, "volume", "m³", 0, "m³", 0, 1, NUM},
    {0x2F, 0x31, "flow", "ml/h", 0, "m³/h", -6, 1, NUM},
    {0x32, 0x34, "flow", "l/h", 0, "m³/h", -3, 1, NUM},
    {0x35, 0x37, "flow", "m³/h", 0, "m³/h", 0, 1, NUM},
    {0x38, 0x38, "temperature", "°C", -3, "°C", 0, 1, NUM},
    {0x39, 0x39, "heat_cost_allocation", "HCA", 0, "HCA", 0, 1, NUM},
    {0x3F, 0x3F, "counter", "", 0, "", 0, 1, NUM},
};
#undef NUM

static const struct mbus_vif_row *find(const struct mbus_vif_row *rows, size_t n,
                                       uint8_t code)
{
    for (size_t i = 0; i < n; i++)
        if (code >= rows[i].first && code <= rows[i].last) return &rows[i];
    return NULL;
}

const struct mbus_vif_row *mbus_vif_primary(uint8_t code)
{
    return find(primary, COUNT(primary), code);
}

const struct mbus_vif_row *mbus_vif_extension_fb(uint8_t code)
{
    return find(extension_fb, COUNT(extension_fb), code);
}

const struct mbus_vif_row *mbus_vif_extension_fd(uint8_t code)
{
    return find(extension_fd, COUNT(extension_fd), code);
}

const struct mbus_vif_row *mbus_vif_fixed_row(uint8_t code)
{
    return find(fixed, COUNT(fixed), code);
}
