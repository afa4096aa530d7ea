/* Times in the company's zone, 24 h, ISO-like.  One cached formatter a zone: making one for
 * every call is a thousand times slower. */
export interface Civil {
  year: number;
  month: number; // 1..12
  day: number;
  hour: number;
  minute: number;
  second: number;
}

let zone = 'Asia/Shanghai';
let formatter = makeFormatter(zone);
const offsets = new Map<number, number>();

function makeFormatter(name: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

export function setTimeZone(name: string): void {
  if (name === zone) return;
  formatter = makeFormatter(name);
  offsets.clear();
  zone = name;
}

export function timeZone(): string {
  return zone;
}

function readParts(ms: number): Civil {
  const parts: Record<string, number> = {};
  for (const part of formatter.formatToParts(ms)) parts[part.type] = Number(part.value);
  const take = (name: string): number => parts[name] ?? 0;
  return {
    year: take('year'),
    month: take('month'),
    day: take('day'),
    hour: take('hour'),
    minute: take('minute'),
    second: take('second'),
  };
}

/* Zones change their offset at quarters of an hour only, and asking Intl costs some 15 µs: a page
 * of live values shows a hundred times a second. */
const QUARTER_MS = 900_000;
const OFFSETS_MAX = 4096;

/* Local minus UTC in ms at that instant. */
export function zoneOffsetMs(ms: number): number {
  const quarter = Math.floor(ms / QUARTER_MS);
  const known = offsets.get(quarter);
  if (known !== undefined) return known;
  const start = quarter * QUARTER_MS;
  const c = readParts(start);
  const offset = Date.UTC(c.year, c.month - 1, c.day, c.hour, c.minute, c.second) - start;
  if (offsets.size >= OFFSETS_MAX) offsets.clear();
  offsets.set(quarter, offset);
  return offset;
}

export function civil(ms: number): Civil {
  const local = new Date(ms + zoneOffsetMs(ms));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
  };
}

/* The instant at which local clocks show that; a doubled hour gives one of the two. */
export function instant(c: Civil): number {
  const asUtc = Date.UTC(c.year, c.month - 1, c.day, c.hour, c.minute, c.second);
  const guess = asUtc - zoneOffsetMs(asUtc);
  return asUtc - zoneOffsetMs(guess);
}

const two = (n: number): string => String(n).padStart(2, '0');

/* 11-22 14:05:09, with the year when it is not this one. */
export function formatTime(ms: number | null | undefined, nowMs: number = Date.now()): string {
  if (ms === null || ms === undefined) return '—';
  const c = civil(ms);
  const year = c.year === civil(nowMs).year ? '' : `${c.year}-`;
  return `${year}${two(c.month)}-${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)}`;
}

export function formatClock(ms: number): string {
  const c = civil(ms);
  return `${two(c.hour)}:${two(c.minute)}:${two(c.second)}`;
}

export function formatDay(ms: number): string {
  const c = civil(ms);
  return `${c.year}-${two(c.month)}-${two(c.day)}`;
}

/* As people type it, in the company's zone. */
export function toText(ms: number): string {
  return `${formatDay(ms)} ${formatClock(ms)}`;
}

const TYPED = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*$/;

export function fromText(text: string): number | null {
  const m = TYPED.exec(text);
  if (!m) return null;
  const part = (i: number): number => Number(m[i] ?? 0);
  const c = { year: part(1), month: part(2), day: part(3), hour: part(4), minute: part(5), second: part(6) };
  const ms = instant(c);
  const back = civil(ms); // a date that does not exist comes back as another
  const clock = c.hour < 24 && c.minute < 60 && c.second < 60;
  return clock && back.month === c.month && back.day === c.day ? ms : null;
}

export function dayStart(ms: number): number {
  const c = civil(ms);
  return instant({ ...c, hour: 0, minute: 0, second: 0 });
}

/* The largest unit that fits, as a number and a word of the language files. */
export function spanParts(ms: number): { n: number; unit: 's' | 'min' | 'h' | 'd' } {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 120) return { n: s, unit: 's' };
  if (s < 7200) return { n: Math.floor(s / 60), unit: 'min' };
  if (s < 172800) return { n: Math.floor(s / 3600), unit: 'h' };
  return { n: Math.floor(s / 86400), unit: 'd' };
}

export function formatSpan(ms: number): string {
  const { n, unit } = spanParts(ms);
  return `${n} ${unit}`;
}
