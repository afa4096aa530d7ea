/* station_control.h - the program of a station's PLC: measured values in, commands out.
 *
 * It sees the plant only through its sensors, so a drifting sensor misleads it as in
 * life. */
#ifndef HEATNET_PLANT_STATION_CONTROL_H
#define HEATNET_PLANT_STATION_CONTROL_H

#include "heatnet-plant/station.h"

/* Secondary supply temperature by outdoor temperature. */
double station_curve_degc(double outdoor_degc);

/* One second of control: set point, valve command, pumps, make-up, fault bits. */
void station_control_step(struct station *station);

/* What an operator or the centre may change; the value was checked against its range. */
void station_set_mode(void *station, double mode);
/* Also goes to MODE_FIXED. */
void station_set_fixed(void *station, double degc);
void station_set_curve_offset(void *station, double k);
/* Also goes to MODE_HAND. */
void station_set_valve(void *station, double percent);
void station_set_pump_hz(void *station, double hz);
/* A tripped pump stays off until the trip is cleared on site. */
void station_set_pump_1(void *station, double on);
void station_set_pump_2(void *station, double on);

#endif
