/* Numbers as people read them: fixed decimals, U+2212 for minus, a dash for nothing. */
export const NONE = '—';

export function formatNumber(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const text = value.toFixed(Math.min(Math.max(decimals, 0), 10));
  if (!text.startsWith('-')) return text;
  return Number(text) === 0 ? text.slice(1) : '−' + text.slice(1);
}

/* With a sign even when positive, for differences. */
export function formatDifference(value: number | null | undefined, decimals: number): string {
  const text = formatNumber(value, decimals);
  if (text === NONE || text.startsWith('−') || Number(text) === 0) return text;
  return '+' + text;
}

export function formatWithUnit(value: number | null | undefined, decimals: number, unit: string): string {
  const text = formatNumber(value, decimals);
  return unit && text !== NONE ? `${text} ${unit}` : text;
}

const grouped = new Intl.NumberFormat('en-US');

export function formatCount(value: number | null | undefined): string {
  return value === null || value === undefined ? NONE : grouped.format(value).replace('-', '−');
}

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return NONE;
  let size = bytes;
  let unit = 0;
  while (Math.abs(size) >= 1024 && unit < BYTE_UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${formatNumber(size, unit === 0 || size >= 100 ? 0 : 1)} ${BYTE_UNITS[unit]}`;
}

/* "100 %" only when nothing is missing: a rounded 99.996 must not look whole. */
export function formatPercent(received: number, expected: number): string {
  if (expected <= 0) return NONE;
  const percent = (100 * received) / expected;
  const floored = Math.floor(percent * 100) / 100;
  return `${percent >= 100 ? '100' : floored.toFixed(2)} %`;
}
