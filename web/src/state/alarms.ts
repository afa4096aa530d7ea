/* The active alarms: asked for whole when a stream opens, then kept by its changes. */
import { computed, shallowRef, watch } from 'vue';
import { api } from '../api/client';
import type { Acknowledged, Alarm, AlarmCounts, Alarms } from '../api/types';
import { compareAlarms, isUnacknowledged, mergeAlarms } from './alarm_rules';
import { catalog, loadWholeCatalog, pageSite, siteInfo, wholeCatalog } from './catalog';
import { now } from './live';

export const activeAlarms = shallowRef<Map<number, Alarm>>(new Map());
export const alarmCounts = shallowRef<AlarmCounts>([
  [0, 0],
  [0, 0],
  [0, 0],
  [0, 0],
]);
export const alarmsLoaded = shallowRef(false);
export const alarmsError = shallowRef<unknown>(null);
/* What is marked in the list or on the picture: what F9 acknowledges. */
export const selectedAlarms = shallowRef<Set<number>>(new Set());

/* A household's alarm needs the household's name. */
function learnSites(): void {
  if (wholeCatalog.value || !catalog.value) return;
  const strange = [...activeAlarms.value.values()].some((alarm) => alarm.site !== null && !siteInfo(alarm.site));
  if (strange) void loadWholeCatalog().catch(() => {}); // the next alarm tries again
}
watch([activeAlarms, catalog], learnSites);

export const sortedAlarms = computed(() => [...activeAlarms.value.values()].sort(compareAlarms));

/* Cause first: while a station does not speak, what hangs on it is counted under its alarm.
 * The alarm page shows and acknowledges every one. */
const causes = computed(() => {
  const bySite = new Map<number, Alarm>();
  for (const alarm of sortedAlarms.value) {
    const lost = alarm.kind === 'communication' && alarm.returned_ms === null;
    const page = lost ? pageSite(alarm.site) : undefined;
    if (page && page.id === alarm.site) bySite.set(page.id, alarm);
  }
  return bySite;
});

function causeOf(alarm: Alarm): Alarm | undefined {
  const page = causes.value.size > 0 ? pageSite(alarm.site) : undefined;
  const cause = page && causes.value.get(page.id);
  return cause && cause.id !== alarm.id && alarm.priority >= cause.priority ? cause : undefined;
}

export const foldedAlarms = computed(() => sortedAlarms.value.filter((alarm) => !causeOf(alarm)));
export const foldedCounts = computed(() => {
  const counts = new Map<number, number>();
  for (const alarm of sortedAlarms.value) {
    const cause = causeOf(alarm);
    if (cause) counts.set(cause.id, (counts.get(cause.id) ?? 0) + 1);
  }
  return counts;
});

export const worstUnacknowledged = computed(() =>
  foldedAlarms.value.filter((alarm) => isUnacknowledged(alarm) && alarm.priority <= 3).slice(0, 3),
);

let early: Alarm[] | null = null; // changes that came while the list was being asked for

export async function loadAlarms(): Promise<void> {
  early = [];
  try {
    const answer = await api.get<Alarms>('/alarms', { state: 'active', limit: 1000 });
    const fresh = new Map(answer.alarms.map((alarm) => [alarm.id, alarm]));
    activeAlarms.value = mergeAlarms(fresh, early ?? []);
    alarmCounts.value = answer.counts;
    alarmsLoaded.value = true;
    alarmsError.value = null;
  } catch (error) {
    alarmsError.value = error;
  } finally {
    early = null;
  }
}

export function takeAlarms(counts: AlarmCounts, changed: Alarm[]): void {
  early?.push(...changed);
  alarmCounts.value = counts;
  activeAlarms.value = mergeAlarms(activeAlarms.value, changed);
  const gone = [...selectedAlarms.value].filter((id) => !activeAlarms.value.has(id));
  if (gone.length === 0) return;
  selectedAlarms.value = new Set([...selectedAlarms.value].filter((id) => activeAlarms.value.has(id)));
}

export async function acknowledge(ids: number[], note: string): Promise<Acknowledged> {
  const body = note ? { alarms: ids, note } : { alarms: ids };
  const done = await api.post<Acknowledged>('/alarms/acknowledge', body);
  selectedAlarms.value = new Set();
  await loadAlarms();
  return done;
}

/* The worst alarm of a point, of a device, of a station with all beneath it. */
function worstBy(key: (alarm: Alarm) => number | null | undefined): Map<number, Alarm> {
  const worst = new Map<number, Alarm>();
  for (const alarm of sortedAlarms.value) {
    const at = key(alarm);
    if (at !== null && at !== undefined && !worst.has(at)) worst.set(at, alarm);
  }
  return worst;
}

export const alarmByPoint = computed(() => worstBy((alarm) => alarm.point));
export const alarmBySite = computed(() => worstBy((alarm) => pageSite(alarm.site)?.id));
export const lostDevices = computed(
  () =>
    new Set(
      sortedAlarms.value
        .filter((alarm) => alarm.kind === 'communication' && alarm.returned_ms === null)
        .map((alarm) => alarm.device),
    ),
);

export function alarmAgeMs(alarm: Alarm): number {
  return now.value - alarm.raised_ms;
}
