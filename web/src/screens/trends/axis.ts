/* The words under the time axis: no finer than the step between them, the date where it turns. */
import type uPlot from 'uplot';
import { civil } from '../../format/time';
import type { Civil } from '../../format/time';

const two = (n: number): string => String(n).padStart(2, '0');
const DAY_MS = 86_400_000;

function clock(c: Civil, stepMs: number): string {
  const base = `${two(c.hour)}:${two(c.minute)}`;
  return stepMs < 60_000 ? `${base}:${two(c.second)}` : base;
}

export function timeWords(splits: number[], stepMs: number): string[] {
  let before: Civil | null = null;
  return splits.map((ms) => {
    const c = civil(ms);
    const newYear = before === null || before.year !== c.year;
    const newDay = newYear || before?.day !== c.day || before?.month !== c.month;
    before = c;
    if (stepMs >= 28 * DAY_MS) return `${c.year}-${two(c.month)}`;
    const date = `${two(c.month)}-${two(c.day)}`;
    if (stepMs >= DAY_MS) return newYear ? `${c.year}-${date}` : date;
    return newDay ? `${clock(c, stepMs)}\n${date}` : clock(c, stepMs);
  });
}

export const axisTimes: uPlot.Axis.DynamicValues = (_u, splits, _axis, _space, step) => timeWords(splits, step);
