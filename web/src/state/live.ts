/* Live values for this window's screens: who shows what, the state of the line, the clock. */
import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import { connect } from '../live/connect';
import type { Line } from '../live/connect';
import type { Alarm, AlarmCounts } from '../api/types';
import type { Tell } from '../live/messages';
import { ABSENT, LiveStore } from '../live/store';
import { catalogChanged, pointInfo } from './catalog';

/* At once and not with the next frame: the server gathers already, five batches a second. */
export const liveStore = new LiveStore((flush) => queueMicrotask(flush));

/* connecting: not heard yet since the page was opened. */
export const line = shallowRef<'connecting' | 'live' | 'lost'>('connecting');
/* The server's clock, once a second. */
export const now = shallowRef(Date.now());

const handlers = {
  onAlarms: (_counts: AlarmCounts, _changed: Alarm[]): void => {},
  onOpen: (): void => {},
  onEnd: (_code: string): void => {},
};
const wanted = new Map<object, number[]>();
let talk: Line | null = null;
let started = false;
let skewMs = 0;
let hiddenTimer: ReturnType<typeof setTimeout> | undefined;
let hidden = false;
const HIDDEN_MS = 60_000;

function take(message: Tell): void {
  switch (message.kind) {
    case 'values':
      skewMs = message.t ? message.t - Date.now() : skewMs;
      liveStore.take(message.v);
      break;
    case 'alarms':
      handlers.onAlarms(message.counts, message.changed);
      break;
    case 'catalog':
      catalogChanged(message.version);
      break;
    case 'beat':
      skewMs = message.t - Date.now();
      break;
    case 'open':
      line.value = 'live';
      handlers.onOpen();
      break;
    case 'lost':
      line.value = line.value === 'connecting' ? 'connecting' : 'lost';
      break;
    case 'end':
      line.value = 'lost';
      handlers.onEnd(message.code);
      break;
  }
}

/* The hub starts while the page still finds out who is signed in; it opens no stream yet. */
export function prepareLive(): void {
  if (talk) return;
  talk = connect(take);
  addEventListener('pagehide', () => talk?.ask({ kind: 'bye' }));
}

export function startLive(on: Partial<typeof handlers>): void {
  Object.assign(handlers, on);
  prepareLive();
  if (started) {
    talk?.ask({ kind: 'retry' });
    return;
  }
  started = true;
  talk?.ask({ kind: 'start' });
  sendWanted();
  setInterval(() => {
    now.value = Date.now() + skewMs;
  }, 1000);
  setTimeout(() => {
    if (line.value === 'connecting') line.value = 'lost';
  }, 10_000);
  addEventListener('pageshow', () => {
    talk?.ask({ kind: 'start' });
    sendWanted();
  });
  document.addEventListener('visibilitychange', visibilityChanged);
}

/* Hidden windows give their values up after a minute, never their alarms. */
function visibilityChanged(): void {
  if (hiddenTimer) clearTimeout(hiddenTimer);
  if (document.hidden) {
    hiddenTimer = setTimeout(() => {
      hidden = true;
      sendWanted();
    }, HIDDEN_MS);
  } else if (hidden) {
    hidden = false;
    sendWanted();
  }
}

function sendWanted(): void {
  const all = new Set<number>();
  if (!hidden) for (const points of wanted.values()) for (const point of points) all.add(point);
  if (started) talk?.ask({ kind: 'points', points: [...all] });
}

/* Keep these points live while the calling component stands. */
export function useLive(points: Ref<number[]> | ComputedRef<number[]>): void {
  const key = {};
  watch(
    points,
    (list) => {
      wanted.set(key, list);
      sendWanted();
    },
    { immediate: true, flush: 'sync' }, // before the mounting of a whole page, not after it
  );
  onScopeDispose(() => {
    wanted.delete(key);
    sendWanted();
  });
}

export type Look = 'good' | 'hand' | 'uncertain' | 'bad' | 'absent' | 'stale' | 'waiting';

export interface Reading {
  value: number; // NaN when there is none
  quality: number;
  timeMs: number;
  ageMs: number;
  look: Look;
}

/* A value older than three cycles and ten seconds is stale: one lost poll is no alarm. */
export function staleAfterMs(cycleS: number): number {
  return cycleS * 3000 + 10_000;
}

export function lookOf(quality: number, ageMs: number, cycleS: number, lost: boolean): Look {
  if (quality === ABSENT) return lost ? 'absent' : 'waiting';
  if (quality >= 192) return 'absent';
  if (lost || ageMs > staleAfterMs(cycleS)) return 'stale';
  if (quality >= 128) return 'bad';
  if (quality >= 64) return 'uncertain';
  return quality === 1 ? 'hand' : 'good';
}

export function reading(point: number): Reading {
  liveStore.depend(point);
  const quality = liveStore.quality(point);
  const timeMs = liveStore.timeMs(point);
  const ageMs = timeMs ? Math.max(0, now.value - timeMs) : 0;
  const cycleS = pointInfo(point)?.device.cycle_s ?? 60;
  const lost = line.value === 'lost';
  return { value: liveStore.value(point), quality, timeMs, ageMs, look: lookOf(quality, ageMs, cycleS, lost) };
}

/* Usable as a number for totals and comparison; NaN when not to be believed. */
export function usable(point: number | undefined): number {
  if (point === undefined) return NaN;
  const { value, look } = reading(point);
  return look === 'good' || look === 'hand' || look === 'uncertain' ? value : NaN;
}

export function useReading(point: () => number | undefined): ComputedRef<Reading | null> {
  return computed(() => {
    const id = point();
    return id === undefined ? null : reading(id);
  });
}
