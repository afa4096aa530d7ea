/* The newest value of every point this window knows, in typed arrays by point number.
 *
 * Changes of a batch are gathered and shown together; a reader depends on the version of its point
 * only, so a change costs one component. */
import { shallowRef } from 'vue';
import type { ShallowRef } from 'vue';
import type { LiveRow } from './messages';

export const ABSENT = 255; // quality of a point never heard of

export class LiveStore {
  private values = new Float64Array(1024);
  private times = new Float64Array(1024);
  private qualities = new Uint8Array(1024).fill(ABSENT);
  private versions = new Map<number, ShallowRef<number>>();
  private changed = new Set<number>();
  private flushing = false;
  private readonly schedule: (flush: () => void) => void;

  constructor(schedule: (flush: () => void) => void) {
    this.schedule = schedule;
  }

  take(rows: LiveRow[]): void {
    for (const [point, value, quality, timeMs] of rows) {
      if (point >= this.values.length) this.grow(point);
      this.values[point] = value ?? NaN;
      this.times[point] = timeMs ?? 0;
      this.qualities[point] = quality;
      this.changed.add(point);
    }
    if (this.changed.size === 0 || this.flushing) return;
    this.flushing = true;
    this.schedule(() => this.flush());
  }

  value(point: number): number {
    return this.values[point] ?? NaN;
  }

  timeMs(point: number): number {
    return this.times[point] ?? 0;
  }

  quality(point: number): number {
    return this.qualities[point] ?? ABSENT;
  }

  /* Read in a computed or template to be told of changes of this point. */
  depend(point: number): number {
    let version = this.versions.get(point);
    if (!version) {
      version = shallowRef(0);
      this.versions.set(point, version);
    }
    return version.value;
  }

  private flush(): void {
    this.flushing = false;
    for (const point of this.changed) {
      const version = this.versions.get(point);
      if (version) version.value += 1;
    }
    this.changed.clear();
  }

  private grow(point: number): void {
    const n = Math.max(this.values.length * 2, point + 1);
    const values = new Float64Array(n).fill(NaN);
    const times = new Float64Array(n);
    const qualities = new Uint8Array(n).fill(ABSENT);
    values.set(this.values);
    times.set(this.times);
    qualities.set(this.qualities);
    this.values = values;
    this.times = times;
    this.qualities = qualities;
  }
}
