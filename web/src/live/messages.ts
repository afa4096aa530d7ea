/* What windows and the hub (worker.ts) say to each other. */
import type { Alarm, AlarmCounts } from '../api/types';

/* One change: [point, value, quality, source time]. */
export type LiveRow = [number, number | null, number, number | null];

export type Ask =
  | { kind: 'points'; points: number[] } // what this window shows now; replaces its last list
  | { kind: 'start' } // signed in: there shall be a stream, also when no point is shown
  | { kind: 'retry' } // after signing in again
  | { kind: 'bye' };

export type Tell =
  | { kind: 'values'; t: number; v: LiveRow[] }
  | { kind: 'alarms'; counts: AlarmCounts; changed: Alarm[] }
  | { kind: 'catalog'; version: number }
  | { kind: 'beat'; t: number }
  | { kind: 'open' } // a new stream stands: what was missed must be asked for
  | { kind: 'lost' } // heartbeat or connection lost
  | { kind: 'end'; code: string };
