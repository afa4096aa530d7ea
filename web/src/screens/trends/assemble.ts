/* From loaded series and live tail to the aligned columns uPlot draws. */
import uPlot from 'uplot';
import type { Series } from '../../api/series';
import type { DataSet } from './loader';

export type Tail = [timeMs: number, value: number | null][];

export interface PenData {
  point: number;
  gapMs: number; // raw samples further apart than this are not joined
}

type Column = (number | null | undefined)[];

/* x, min, max, mean of one pen, with a null wherever time is missing. */
export function penTable(series: Series, gapMs: number, tail: Tail): [number[], Column, Column, Column] {
  const x: number[] = [];
  const min: Column = [];
  const max: Column = [];
  const mean: Column = [];
  let last = -Infinity;
  const put = (ms: number, low: number | null, high: number | null, middle: number | null): void => {
    if (ms <= last) return;
    if (ms - last > gapMs && last > 0) {
      x.push(last + 1);
      min.push(null);
      max.push(null);
      mean.push(null);
    }
    x.push(ms);
    min.push(low);
    max.push(high);
    mean.push(middle);
    last = ms;
  };
  series.timeMs.forEach((ms, i) => put(ms, series.min[i] ?? null, series.max[i] ?? null, series.mean[i] ?? null));
  for (const [ms, value] of tail) put(ms, value, value, value);
  return [x, min, max, mean];
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
