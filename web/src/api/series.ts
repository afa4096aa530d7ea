/* A trend series as points in time, raw or in steps alike. */
import type { TrendSeries } from './types';

export interface Series {
  raw: boolean;
  timeMs: number[];
  min: (number | null)[];
  max: (number | null)[];
  mean: (number | null)[];
  bad: number[]; // samples of bad quality at that step; raw: 0 or 1
}

export function readSeries(series: TrendSeries): Series {
  const at = (name: string): number => series.columns.indexOf(name as TrendSeries['columns'][number]);
  const raw = at('value') >= 0;
  const out: Series = { raw, timeMs: [], min: [], max: [], mean: [], bad: [] };
  const time = at('time_ms');
  const cols = raw ? { value: at('value'), quality: at('quality') } : { value: at('mean'), quality: at('bad_n') };
  const minAt = at('min');
  const maxAt = at('max');
  for (const row of series.rows) {
    const quality = row[cols.quality] ?? 0;
    const value = row[cols.value] ?? null;
    const usable = raw ? quality < 128 : true; // bad samples are shown as marks, not as a line
    out.timeMs.push(row[time] ?? 0);
    out.mean.push(usable ? value : null);
    out.min.push(raw ? (usable ? value : null) : (row[minAt] ?? null));
    out.max.push(raw ? (usable ? value : null) : (row[maxAt] ?? null));
    out.bad.push(raw ? (usable ? 0 : 1) : quality);
  }
  return out;
}
