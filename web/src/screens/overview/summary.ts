/* What the overview knows of every station: its points by role, its state, its deviation. */
import { computed } from 'vue';
import type { ComputedRef } from 'vue';
import type { Alarm, Device, Site } from '../../api/types';
import { alarmBySite, lostDevices } from '../../state/alarms';
import { catalog } from '../../state/catalog';
import { rolePoints } from '../../state/equipment';
import type { RolePoint } from '../../state/equipment';
import { line, reading, usable } from '../../state/live';

export interface Station {
  site: Site;
  device: Device | undefined;
  point: RolePoint;
}

export function stationsOf(type: 'station' | 'source'): Station[] {
  const view = catalog.value;
  if (!view) return [];
  return view.ofType(type).map((site) => {
    const device = view.devicesOf(site.id)[0];
    return { site, device, point: rolePoints(device) };
  });
}

/* Nothing usable comes from the station: an alarm says so, or every key value is absent. */
export function isLost(station: Station): boolean {
  if (station.device && lostDevices.value.has(station.device.id)) return true;
  if (line.value !== 'live' || !station.device) return false;
  const shown = station.device.points.slice(0, 3);
  return shown.length > 0 && shown.every((point) => ['absent', 'stale'].includes(reading(point).look));
}

export function worstAlarm(station: Station): Alarm | undefined {
  return alarmBySite.value.get(station.site.id);
}

export interface Balance {
  mean: number; // NaN when nothing is known
  deviations: Map<number, number>; // by site
}

/* Secondary return temperature against the mean of all stations, weighted by heated area. */
export function balanceOf(stations: ComputedRef<Station[]>): ComputedRef<Balance> {
  return computed(() => {
    const values = stations.value
      .map((station) => ({
        id: station.site.id,
        weight: station.site.area_m2 ?? 1,
        value: usable(station.point('secondary_return_temperature')),
      }))
      .filter((row) => Number.isFinite(row.value));
    const weight = values.reduce((sum, row) => sum + row.weight, 0);
    const mean = values.reduce((sum, row) => sum + row.value * row.weight, 0) / weight;
    return { mean, deviations: new Map(values.map((row) => [row.id, row.value - mean])) };
  });
}
