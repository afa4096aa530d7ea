/* From loaded series and live tail to the aligned columns uPlot draws. */
import uPlot from 'uplot';
import type { Series } from '../../api/series';
import type { DataSet } from './loader';

export type Tail = [timeMs: number, value: number | null][];

export interface PenData {
  point: number;
  gapMs: number; // raw samples further apart than this may be a gap
}

type Column = (number | null | undefined)[];
type Table = [x: number[], min: Column, max: Column, mean: Column];

/* Time is missing where a step is longer than `gapMs` and much longer than the steps before
 * and behind it: a device may have been polled more slowly in the past than it is now. */
const MUCH = 3.5;
const BEHIND = 2;

function gapsIn(x: number[], gapMs: number): Set<number> {
  const gaps = new Set<number>();
  const stepAt = (i: number): number => (x[i] ?? Infinity) - (x[i - 1] ?? 0);
  let usual = 0; // the last step that was no gap
  for (let i = 1; i < x.length; i += 1) {
    const step = stepAt(i);
    let behind = Infinity;
    for (let k = i + 1; k <= i + BEHIND; k += 1) behind = Math.min(behind, stepAt(k));
    const beside = Math.max(usual, Number.isFinite(behind) ? behind : 0) || gapMs;
    if (step > gapMs && step > MUCH * beside) gaps.add(i);
    else usual = step;
  }
  return gaps;
}

function withTail(series: Series, tail: Tail): Table {
  const last = series.timeMs[series.timeMs.length - 1] ?? -Infinity;
  const fresh = tail.filter(([ms]) => ms > last);
  const values = fresh.map(([, value]) => value);
  return [
    [...series.timeMs, ...fresh.map(([ms]) => ms)],
    [...series.min, ...values],
    [...series.max, ...values],
    [...series.mean, ...values],
  ];
}

/* x, min, max, mean of one pen, with a null wherever time is missing. */
export function penTable(series: Series, gapMs: number, tail: Tail): Table {
  const whole = withTail(series, tail);
  const gaps = gapsIn(whole[0], gapMs);
  if (gaps.size === 0) return whole;
  const cut: Table = [[], [], [], []];
  whole[0].forEach((ms, i) => {
    if (gaps.has(i)) {
      cut[0].push((whole[0][i - 1] ?? 0) + 1);
      for (const column of [cut[1], cut[2], cut[3]]) column.push(null);
    }
    cut[0].push(ms);
    for (const c of [1, 2, 3] as const) cut[c].push(whole[c][i] ?? null);
  });
  return cut;
}

const EMPTY: Series = { raw: true, timeMs: [], min: [], max: [], mean: [], bad: [] };

/* Columns: x, then min, max, mean of each pen. */
export function assemble(set: DataSet | null, pens: PenData[], tails: Map<number, Tail>): uPlot.AlignedData {
  const tables = pens.map((pen) => {
    const series = set?.series.get(pen.point) ?? EMPTY;
    const gapMs = set && set.stepMs > 0 ? Math.max(set.stepMs * 1.6, pen.gapMs) : pen.gapMs;
    return penTable(series, gapMs, tails.get(pen.point) ?? []) as uPlot.AlignedData;
  });
  if (tables.length === 0) return [[]];
  return uPlot.join(tables) as uPlot.AlignedData;
}
