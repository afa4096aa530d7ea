import { describe, expect, it } from 'vitest';
import { readSeries } from '../src/api/series';
import { assemble, penTable } from '../src/screens/trends/assemble';
import { timeWords } from '../src/screens/trends/axis';
import { bestFor, clampRange, panRange, requestFor, SPAN_MS_MAX, SPAN_MS_MIN, suffices, zoomRange } from '../src/screens/trends/range';
import { showSpan } from '../src/parts/range';
import { setTimeZone } from '../src/format/time';

const NOW = Date.UTC(2026, 10, 22, 6);
const DAY = 86_400_000;

describe('range', () => {
  it('keeps the instant under the pointer in its place', () => {
    const range = { fromMs: NOW - DAY, toMs: NOW - DAY / 2 };
    const at = range.fromMs + DAY / 8;
    const zoomed = zoomRange(range, 0.5, at, NOW);
    expect(zoomed.toMs - zoomed.fromMs).toBe(DAY / 4);
    expect((at - zoomed.fromMs) / (zoomed.toMs - zoomed.fromMs)).toBeCloseTo(0.25, 6);
  });

  it('stays between ten seconds and ten years and not in the future', () => {
    let range = { fromMs: NOW - DAY, toMs: NOW };
    for (let i = 0; i < 60; i += 1) range = zoomRange(range, 0.5, NOW - DAY / 2, NOW);
    expect(range.toMs - range.fromMs).toBe(SPAN_MS_MIN);
    for (let i = 0; i < 60; i += 1) range = zoomRange(range, 2, NOW, NOW);
    expect(range.toMs - range.fromMs).toBe(SPAN_MS_MAX);
    expect(range.toMs).toBeLessThanOrEqual(NOW + SPAN_MS_MAX * 0.05 + 1);
    expect(panRange({ fromMs: NOW - DAY, toMs: NOW }, 10 * DAY, NOW).toMs).toBe(NOW + DAY * 0.05);
    expect(clampRange({ fromMs: NOW, toMs: NOW }, NOW).toMs - NOW).toBeLessThanOrEqual(SPAN_MS_MIN);
  });

  it('draws the finest that covers the view, else what covers most', () => {
    const year = { fromMs: NOW - 365 * DAY, toMs: NOW, stepMs: 7_200_000 };
    const day = { fromMs: NOW - 2 * DAY, toMs: NOW, stepMs: 60_000 };
    expect(bestFor([year, day], { fromMs: NOW - DAY, toMs: NOW })).toBe(day);
    expect(bestFor([year, day], { fromMs: NOW - 30 * DAY, toMs: NOW })).toBe(year);
    expect(bestFor([day], { fromMs: NOW - 30 * DAY, toMs: NOW })).toBe(day);
    expect(bestFor([day], { fromMs: NOW - 30 * DAY, toMs: NOW - 20 * DAY })).toBeNull();
  });

  it('asks only for what is missing or too coarse', () => {
    const view = { fromMs: NOW - DAY, toMs: NOW };
    expect(suffices({ ...view, stepMs: 60_000 }, view, 1440)).toBe(true);
    expect(suffices({ ...view, stepMs: 600_000 }, view, 1440)).toBe(false);
    expect(suffices({ ...view, stepMs: 0 }, { fromMs: view.fromMs - 1, toMs: NOW }, 1440)).toBe(false);
    const request = requestFor(view, 1000, NOW);
    expect(request.fromMs).toBe(view.fromMs - DAY / 2);
    expect(request.toMs).toBe(NOW);
    expect(request.buckets).toBe(1500);
    expect(requestFor(view, 100_000, NOW).buckets).toBe(4000);
  });
});

describe('series', () => {
  it('are read raw with bad samples as marks', () => {
    const series = readSeries({ point: 1, columns: ['time_ms', 'value', 'quality'], rows: [[1, 5, 0], [2, 99, 128], [3, 6, 64], [4, null, 192]] });
    expect(series.mean).toEqual([5, null, 6, null]);
    expect(series.bad).toEqual([0, 1, 0, 1]);
  });

  it('are read in steps with their extremes', () => {
    const series = readSeries({ point: 1, columns: ['time_ms', 'min', 'max', 'mean', 'n', 'bad_n'], rows: [[1, 1, 9, 5, 3, 1], [2, null, null, null, 0, 2]] });
    expect([series.min, series.max, series.mean, series.bad]).toEqual([[1, null], [9, null], [5, null], [1, 2]]);
  });

  it('leave a gap where time is missing and join the live tail once', () => {
    const series = readSeries({ point: 1, columns: ['time_ms', 'value', 'quality'], rows: [[1000, 1, 0], [2000, 2, 0], [9000, 3, 0]] });
    const [x, , , mean] = penTable(series, 3000, [[9000, 3], [10_000, 4]]);
    expect(x).toEqual([1000, 2000, 2001, 9000, 10_000]);
    expect(mean).toEqual([1, 2, null, 3, 4]);
  });

  it('are not cut where a device was polled more slowly before', () => {
    const times = [0, 60_000, 120_000, 180_000, 190_000, 200_000, 500_000, 510_000];
    const series = readSeries({ point: 1, columns: ['time_ms', 'value', 'quality'], rows: times.map((ms) => [ms, 1, 0]) });
    const [x] = penTable(series, 40_000, []);
    expect(x.filter((ms) => !times.includes(ms))).toEqual([200_001]);
  });

  it('of several devices share one axis', () => {
    const raw = (point: number, times: number[]) => readSeries({ point, columns: ['time_ms', 'value', 'quality'], rows: times.map((ms) => [ms, point, 0]) });
    const set = { fromMs: 0, toMs: 100, stepMs: 0, series: new Map([[1, raw(1, [10, 30])], [2, raw(2, [20])]]) };
    const data = assemble(set, [{ point: 1, gapMs: 1e9 }, { point: 2, gapMs: 1e9 }], new Map());
    expect(data[0]).toEqual([10, 20, 30]);
    expect(data[3]).toEqual([1, undefined, 1]);
    expect(data[6]).toEqual([undefined, 2, undefined]);
    expect(assemble(null, [], new Map())).toEqual([[]]);
  });
});

describe('axis', () => {
  it('is as fine as its steps and says the day where it turns', () => {
    setTimeZone('Asia/Shanghai');
    const midnight = Date.UTC(2026, 10, 21, 16);
    expect(timeWords([midnight - 3_600_000, midnight, midnight + 3_600_000], 3_600_000)).toEqual(['23:00\n11-21', '00:00\n11-22', '01:00']);
    expect(timeWords([midnight], 10_000)).toEqual(['00:00:00\n11-22']);
    expect(timeWords([midnight, midnight + DAY], DAY)).toEqual(['2026-11-22', '11-23']);
  });
});

describe('range bar', () => {
  const none = { low_low: null, low: null, high: null, high_high: null, range_low: null, range_high: null };
  it('needs a limit and two ends', () => {
    expect(showSpan(none)).toBeNull();
    expect(showSpan({ ...none, low: 1 })).toBeNull();
    expect(showSpan({ ...none, low: 40, high: 60 })).toEqual({ least: 37, most: 63, low: 40, high: 60 });
    expect(showSpan({ ...none, high: 60, range_low: 0 })).toEqual({ least: 0, most: 69, low: 0, high: 60 });
  });
});
