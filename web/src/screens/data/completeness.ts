/* Cells of the completeness matrix. */
export type Cell = 'idle' | 'none' | 'part' | 'whole';

export function cellOf(received: number, expected: number): Cell {
  if (expected <= 0) return 'idle';
  if (received <= 0) return 'none';
  return received >= expected ? 'whole' : 'part';
}

/* At most this many columns fit a screen; the newest count. */
const COLUMNS_MAX = 31;

export function cutSteps(steps: number[][]): [number, number, number][] {
  return steps.slice(-COLUMNS_MAX).map(([ms = 0, received = 0, expected = 0]) => [ms, received, expected]);
}
