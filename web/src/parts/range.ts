/* The span of a range bar: the alarm limits and a little beyond; null where a point has no
 * limit on either side. */
import type { TemplatePoint } from '../api/types';

export interface Span {
  least: number;
  most: number;
  low: number; // the normal part
  high: number;
}

type Limits = Pick<TemplatePoint, 'low_low' | 'low' | 'high' | 'high_high' | 'range_low' | 'range_high'>;

export function showSpan(point: Limits): Span | null {
  const low = point.low ?? point.low_low;
  const high = point.high ?? point.high_high;
  if (low === null && high === null) return null;
  const least = point.low_low ?? low ?? point.range_low;
  const most = point.high_high ?? high ?? point.range_high;
  if (least === null || most === null || most <= least) return null;
  const margin = (most - least) * 0.15;
  return {
    least: least - (low === null ? 0 : margin),
    most: most + (high === null ? 0 : margin),
    low: low ?? least,
    high: high ?? most,
  };
}
