/* What the list and the glyph say about an alarm; pure, after ISA-18.2 and webui.md. */
import type { Alarm } from '../api/types';

export interface GlyphState {
  priority: number;
  filled: boolean; // active; hollow: returned but not acknowledged
  blinking: boolean; // the frame, while not acknowledged
}

export function isUnacknowledged(alarm: Alarm): boolean {
  return alarm.state === 'unacknowledged' || alarm.state === 'returned';
}

export function isActive(alarm: Alarm): boolean {
  return alarm.state === 'unacknowledged' || alarm.state === 'acknowledged';
}

export function glyphOf(alarm: Alarm): GlyphState {
  return { priority: alarm.priority, filled: isActive(alarm), blinking: isUnacknowledged(alarm) };
}

/* Not acknowledged before acknowledged, then by priority, then active before returned, then
 * the newest first. */
export function compareAlarms(a: Alarm, b: Alarm): number {
  return (
    Number(isUnacknowledged(b)) - Number(isUnacknowledged(a)) ||
    a.priority - b.priority ||
    Number(isActive(b)) - Number(isActive(a)) ||
    b.raised_ms - a.raised_ms ||
    b.id - a.id
  );
}

/* Closed alarms leave; everything else takes the place of its elder. */
export function mergeAlarms(known: Map<number, Alarm>, changed: Alarm[]): Map<number, Alarm> {
  const next = new Map(known);
  for (const alarm of changed) {
    if (alarm.state === 'closed') next.delete(alarm.id);
    else next.set(alarm.id, alarm);
  }
  return next;
}

/* May these be acknowledged together?  P1 goes one by one. */
export function canAcknowledge(alarms: Alarm[]): boolean {
  const open = alarms.filter(isUnacknowledged);
  if (open.length === 0) return false;
  return open.length === 1 || open.every((alarm) => alarm.priority !== 1);
}

export interface Rhythm {
  beeps: number;
  everyS: number; // 0: once
  hz: number;
}

/* What to play for these alarms; null = nothing.  `quiet` holds the alarms that were there when
 * somebody silenced this station. */
export function rhythmFor(alarms: Alarm[], quiet: Set<number>, lost: boolean, flood: boolean): Rhythm | null {
  const worst = alarms.reduce(
    (least, alarm) => (isUnacknowledged(alarm) && !quiet.has(alarm.id) ? Math.min(least, alarm.priority) : least),
    9,
  );
  if (worst === 1) return { beeps: 3, everyS: 3, hz: 880 };
  if (worst === 2 || lost) return { beeps: 2, everyS: flood ? 30 : 10, hz: 660 };
  if (worst === 3) return { beeps: 1, everyS: 0, hz: 520 };
  return null;
}
