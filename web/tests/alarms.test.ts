import { describe, expect, it } from 'vitest';
import type { Alarm } from '../src/api/types';
import { canAcknowledge, compareAlarms, glyphOf, mergeAlarms, rhythmFor } from '../src/state/alarm_rules';

function alarm(id: number, priority: number, state: Alarm['state'], raised_ms = 1000): Alarm {
  return {
    id,
    kind: 'low',
    priority,
    site: 1,
    device: 1,
    point: 1,
    bit: null,
    text: '',
    text_en: '',
    limit: null,
    unit: '',
    value_at_raise: null,
    value_now: null,
    quality_now: null,
    extreme: null,
    raised_ms,
    returned_ms: null,
    late: false,
    acknowledged_ms: null,
    acknowledged_by: null,
    note: null,
    state,
  };
}

describe('glyph', () => {
  it.each([
    ['unacknowledged', true, true],
    ['acknowledged', true, false],
    ['returned', false, true],
    ['closed', false, false],
  ] as const)('%s: filled %s, blinking %s', (state, filled, blinking) => {
    expect(glyphOf(alarm(1, 2, state))).toEqual({ priority: 2, filled, blinking });
  });
});

describe('order', () => {
  it('puts what waits first, then the worst, then the newest', () => {
    const list = [
      alarm(1, 1, 'acknowledged'),
      alarm(2, 3, 'unacknowledged'),
      alarm(3, 1, 'returned'),
      alarm(4, 1, 'unacknowledged', 500),
      alarm(5, 1, 'unacknowledged', 900),
    ];
    expect(list.sort(compareAlarms).map((one) => one.id)).toEqual([5, 4, 3, 2, 1]);
  });
});

describe('merge', () => {
  it('replaces the elder, adds the new, drops the closed', () => {
    const known = new Map([alarm(1, 1, 'unacknowledged'), alarm(2, 2, 'returned')].map((one) => [one.id, one]));
    const next = mergeAlarms(known, [alarm(1, 1, 'acknowledged'), alarm(2, 2, 'closed'), alarm(3, 3, 'unacknowledged')]);
    expect([...next.values()].map((one) => [one.id, one.state])).toEqual([
      [1, 'acknowledged'],
      [3, 'unacknowledged'],
    ]);
    expect(known.size).toBe(2);
  });
});

describe('acknowledging', () => {
  it('takes urgent alarms one by one', () => {
    expect(canAcknowledge([alarm(1, 1, 'unacknowledged')])).toBe(true);
    expect(canAcknowledge([alarm(1, 1, 'unacknowledged'), alarm(2, 2, 'unacknowledged')])).toBe(false);
    expect(canAcknowledge([alarm(1, 3, 'unacknowledged'), alarm(2, 2, 'returned')])).toBe(true);
    expect(canAcknowledge([alarm(1, 2, 'acknowledged')])).toBe(false);
  });
});

describe('sound', () => {
  const none = new Set<number>();
  it('rings for the worst that nobody acknowledged', () => {
    const list = [alarm(1, 1, 'acknowledged'), alarm(2, 2, 'unacknowledged'), alarm(3, 3, 'unacknowledged')];
    expect(rhythmFor(list, none, false, false)).toEqual({ beeps: 2, everyS: 10, hz: 660 });
  });

  it('is silent for what was silenced, and rings again for the next', () => {
    const list = [alarm(1, 1, 'unacknowledged')];
    expect(rhythmFor(list, new Set([1]), false, false)).toBeNull();
    expect(rhythmFor([...list, alarm(2, 1, 'unacknowledged')], new Set([1]), false, false)?.beeps).toBe(3);
  });

  it('says a general alarm once and one for the record never', () => {
    expect(rhythmFor([alarm(1, 3, 'unacknowledged')], none, false, false)?.everyS).toBe(0);
    expect(rhythmFor([alarm(1, 4, 'unacknowledged')], none, false, false)).toBeNull();
  });

  it('in a flood spares the ear, but not from the urgent', () => {
    expect(rhythmFor([alarm(1, 2, 'unacknowledged')], none, false, true)?.everyS).toBe(30);
    expect(rhythmFor([alarm(1, 1, 'unacknowledged')], none, false, true)?.everyS).toBe(3);
  });

  it('rings when the server is lost', () => {
    expect(rhythmFor([], none, true, false)?.beeps).toBe(2);
  });
});
