import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchEffect, nextTick } from 'vue';
import { Hub } from '../src/live/hub';
import type { Tell } from '../src/live/messages';
import { ABSENT, LiveStore } from '../src/live/store';

describe('store', () => {
  it('keeps the newest value and grows', () => {
    const store = new LiveStore((flush) => flush());
    store.take([[5000, 1.5, 0, 100]]);
    store.take([[5000, null, 192, 200]]);
    expect(store.value(5000)).toBeNaN();
    expect(store.quality(5000)).toBe(192);
    expect(store.timeMs(5000)).toBe(200);
    expect(store.quality(7)).toBe(ABSENT);
    expect(store.quality(1_000_000)).toBe(ABSENT);
  });

  it('tells only who depends, once a frame', async () => {
    let flush = (): void => {};
    const store = new LiveStore((run) => {
      flush = run;
    });
    let runs = 0;
    watchEffect(() => {
      store.depend(1);
      runs += 1;
    });
    store.take([[1, 1, 0, 1]]);
    store.take([[1, 2, 0, 2]]);
    store.take([[2, 2, 0, 2]]);
    flush();
    await nextTick();
    expect(runs).toBe(2);
    store.take([[2, 3, 0, 3]]);
    flush();
    await nextTick();
    expect(runs).toBe(2);
  });
});

class FakeSource {
  static all: FakeSource[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  private readonly takers = new Map<string, (event: { data: string }) => void>();
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    FakeSource.all.push(this);
  }

  addEventListener(name: string, take: (event: { data: string }) => void): void {
    this.takers.set(name, take);
  }

  send(name: string, data: unknown): void {
    this.takers.get(name)?.({ data: JSON.stringify(data) });
  }

  close(): void {
    this.closed = true;
  }

  static get last(): FakeSource {
    const last = FakeSource.all[FakeSource.all.length - 1];
    if (!last) throw new Error('no stream was opened');
    return last;
  }
}

describe('hub', () => {
  let heard: Tell[];
  const port = { tell: (message: Tell): void => void heard.push(message) };

  beforeEach(() => {
    heard = [];
    FakeSource.all = [];
    vi.useFakeTimers();
    vi.stubGlobal('EventSource', FakeSource);
    vi.stubGlobal('fetch', () => Promise.resolve({ status: 200 }));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  function ready(): Hub {
    const hub = new Hub();
    hub.join(port);
    hub.ask(port, { kind: 'points', points: [1, 2] });
    vi.advanceTimersByTime(100);
    FakeSource.last.onopen?.();
    return hub;
  }

  it('opens no stream for a window that only joined, one when it starts, and no second', () => {
    const hub = new Hub();
    hub.join(port);
    vi.advanceTimersByTime(1000);
    expect(FakeSource.all.length).toBe(0);
    hub.ask(port, { kind: 'start' });
    hub.ask(port, { kind: 'points', points: [1] });
    vi.advanceTimersByTime(100);
    hub.ask(port, { kind: 'start' });
    vi.advanceTimersByTime(1000);
    expect(FakeSource.all.map((source) => source.url)).toEqual(['/api/v1/live?alarms=1&points=1']);
  });

  it('asks for the union of its windows and hands each its own', () => {
    const hub = ready();
    const other: Tell[] = [];
    const second = { tell: (message: Tell): void => void other.push(message) };
    hub.join(second);
    hub.ask(second, { kind: 'points', points: [2, 3] });
    vi.advanceTimersByTime(100);
    expect(new URL(FakeSource.last.url, 'http://x').searchParams.get('points')).toBe('1,2,3');
    FakeSource.last.send('values', { t: 9, v: [[1, 1, 0, 1], [2, 2, 0, 2], [3, 3, 0, 3]] });
    expect(heard.filter((m) => m.kind === 'values').flatMap((m) => (m.kind === 'values' ? m.v : []))).toEqual([[1, 1, 0, 1], [2, 2, 0, 2]]);
    expect(other.filter((m) => m.kind === 'values').flatMap((m) => (m.kind === 'values' ? m.v : []))).toEqual([[2, 2, 0, 2], [3, 3, 0, 3]]);
  });

  it('answers at once with what it knows and keeps the stream for a part of its points', () => {
    const hub = ready();
    FakeSource.last.send('values', { t: 9, v: [[1, 7, 0, 1]] });
    const streams = FakeSource.all.length;
    const late: Tell[] = [];
    const second = { tell: (message: Tell): void => void late.push(message) };
    hub.ask(second, { kind: 'points', points: [1] });
    vi.advanceTimersByTime(1000);
    expect(late.some((m) => m.kind === 'values' && m.v[0]?.[1] === 7)).toBe(true);
    expect(FakeSource.all.length).toBe(streams);
  });

  it('says that data is lost after ten silent seconds, and tries again', () => {
    ready();
    vi.advanceTimersByTime(9000);
    FakeSource.last.send('beat', { t: 1 });
    vi.advanceTimersByTime(9500);
    expect(heard.some((m) => m.kind === 'lost')).toBe(true); // the first message, before the stream stood
    heard = [];
    vi.advanceTimersByTime(2000);
    expect(heard.map((m) => m.kind)).toContain('lost');
    const before = FakeSource.all.length;
    vi.advanceTimersByTime(2000);
    expect(FakeSource.all.length).toBe(before + 1);
    FakeSource.last.onopen?.();
    expect(heard.map((m) => m.kind)).toContain('open');
  });

  it('passes the end on and stays closed', () => {
    ready();
    FakeSource.last.send('end', { code: 'signed_out' });
    expect(heard[heard.length - 1]).toEqual({ kind: 'end', code: 'signed_out' });
    const streams = FakeSource.all.length;
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.all.length).toBe(streams);
  });
});
