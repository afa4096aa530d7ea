import { describe, expect, it } from 'vitest';
import { csvBlob } from '../src/api/save';
import { formatBytes, formatDifference, formatNumber, formatPercent, formatWithUnit } from '../src/format/number';
import { dayStart, formatTime, fromText, setTimeZone, spanParts, toText, zoneOffsetMs } from '../src/format/time';

describe('numbers', () => {
  it.each([
    [1.25, 1, '1.3'],
    [-0.04, 1, '0.0'],
    [-12.34, 1, '−12.3'],
    [NaN, 1, '—'],
    [null, 1, '—'],
    [Infinity, 0, '—'],
    [0.8205, 3, '0.821'],
  ])('%s with %i decimals is %s', (value, decimals, text) => {
    expect(formatNumber(value, decimals)).toBe(text);
  });

  it('signs differences, but not zero', () => {
    expect(formatDifference(1.25, 1)).toBe('+1.3');
    expect(formatDifference(-1.25, 1)).toBe('−1.3');
    expect(formatDifference(0.01, 1)).toBe('0.0');
  });

  it('never puts a unit behind nothing', () => {
    expect(formatWithUnit(3, 1, '°C')).toBe('3.0 °C');
    expect(formatWithUnit(null, 1, '°C')).toBe('—');
  });

  it('says 100 % only when nothing is missing', () => {
    expect(formatPercent(8640, 8640)).toBe('100 %');
    expect(formatPercent(863999, 864000)).toBe('99.99 %');
    expect(formatPercent(0, 0)).toBe('—');
  });

  it('counts bytes in powers of 1024', () => {
    expect(formatBytes(512)).toBe('512 B');
    expect(formatBytes(1536)).toBe('1.5 KB');
    expect(formatBytes(200 * 1024 * 1024)).toBe('200 MB');
  });
});

describe('times', () => {
  const ms = Date.UTC(2026, 10, 22, 6, 5, 9);

  it('are shown in the company zone', () => {
    setTimeZone('Asia/Shanghai');
    expect(formatTime(ms, ms)).toBe('11-22 14:05:09');
    expect(formatTime(ms, Date.UTC(2027, 3, 1))).toBe('2026-11-22 14:05:09');
    expect(formatTime(null, ms)).toBe('—');
  });

  it('come back from the input they fill', () => {
    for (const zone of ['Asia/Shanghai', 'Europe/Berlin', 'America/St_Johns', 'UTC']) {
      setTimeZone(zone);
      for (let at = Date.UTC(2026, 0, 1, 0, 30); at < Date.UTC(2027, 0, 1); at += 13 * 86_400_000 + 3_661_000)
        expect(fromText(toText(at)), `${zone} ${at}`).toBe(at);
    }
    for (const wrong of ['nonsense', '', '2026-02-30', '2026-13-01 00:00', '2026-01-01 25:00']) expect(fromText(wrong), wrong).toBeNull();
    expect(fromText('2026-1-5')).toBe(Date.UTC(2026, 0, 5));
  });

  it('know short and long days', () => {
    setTimeZone('Europe/Berlin');
    const spring = Date.UTC(2026, 2, 29, 12);
    expect(dayStart(spring + 86_400_000) - dayStart(spring)).toBe(23 * 3_600_000);
    expect(zoneOffsetMs(spring)).toBe(2 * 3_600_000);
    setTimeZone('Asia/Shanghai');
  });

  it('are given as spans in the largest unit that fits', () => {
    expect(spanParts(90_000)).toEqual({ n: 90, unit: 's' });
    expect(spanParts(3_600_000)).toEqual({ n: 60, unit: 'min' });
    expect(spanParts(3 * 86_400_000)).toEqual({ n: 3, unit: 'd' });
  });
});

describe('CSV', () => {
  it('quotes what needs it and defuses formulas', async () => {
    const text = await csvBlob([['a,b', 'say "x"', '=1+1', -5, null]]).text();
    expect(text.replace('\ufeff', '')).toBe('"a,b","say ""x""",\'=1+1,-5,\r\n');
  });
});
