/* Trend data of one set of points: what is loaded stays and is drawn at once; what is missing
 * is asked for when the view rests, and the way out is fetched ahead. */
import { shallowRef } from 'vue';
import { api } from '../../api/client';
import { readSeries } from '../../api/series';
import type { Series } from '../../api/series';
import type { Trend } from '../../api/types';
import { bestFor, requestFor, suffices } from './range';
import type { Loaded, Range } from './range';

export interface DataSet extends Loaded {
  series: Map<number, Series>;
}

const KEPT_MAX = 24;
const REST_MS = 90;

export class TrendLoader {
  readonly shown = shallowRef<DataSet | null>(null);
  readonly loading = shallowRef(false);
  readonly error = shallowRef<unknown>(null);
  private kept: DataSet[] = [];
  private points: number[] = [];
  private view: Range = { fromMs: 0, toMs: 1 };
  private widthPx = 1000;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stop: AbortController | null = null;
  private readonly nowMs: () => number;

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  setPoints(points: number[]): void {
    if (points.join() === this.points.join()) return;
    const known = points.every((point) => this.points.includes(point));
    this.points = points;
    if (!known) this.kept = [];
    this.look(this.view, this.widthPx);
  }

  /* Show this range: at once with what is there, soon with what fits it. */
  look(view: Range, widthPx: number): void {
    this.view = view;
    this.widthPx = widthPx;
    const best = bestFor(this.kept, view);
    if (best) this.shown.value = best;
    else if (this.kept.length === 0) this.shown.value = null;
    if (this.timer) clearTimeout(this.timer);
    if (this.points.length === 0) {
      this.shown.value = null;
      return;
    }
    if (!suffices(best, view, widthPx)) this.timer = setTimeout(() => void this.load(view), best ? REST_MS : 0);
  }

  /* The present has moved on: what reaches into it is old. */
  refresh(): void {
    void this.load(this.view);
  }

  close(): void {
    this.stop?.abort();
    if (this.timer) clearTimeout(this.timer);
  }

  private async load(view: Range): Promise<void> {
    this.stop?.abort();
    const stop = new AbortController();
    this.stop = stop;
    this.loading.value = true;
    try {
      await this.fetch(requestFor(view, this.widthPx, this.nowMs()), stop.signal);
      this.error.value = null;
      if (stop !== this.stop) return;
      this.shown.value = bestFor(this.kept, this.view);
      void this.fetchAhead(view, stop.signal);
    } catch (failed) {
      if (!(failed instanceof DOMException)) this.error.value = failed;
    } finally {
      if (stop === this.stop) this.loading.value = false;
    }
  }

  private async fetch(request: Range & { buckets: number }, signal: AbortSignal): Promise<void> {
    const points = this.points;
    const query = { points: points.join(','), from: request.fromMs, to: request.toMs, buckets: request.buckets };
    const trend = await api.get<Trend>('/trend', query, signal);
    if (points !== this.points) return;
    const series = new Map(trend.series.map((one) => [one.point, readSeries(one)]));
    const stepMs = trend.raw ? 0 : (trend.to_ms - trend.from_ms) / request.buckets;
    const set: DataSet = { fromMs: request.fromMs, toMs: request.toMs, stepMs, series };
    /* A newer set of the same step replaces what it covers. */
    this.kept = this.kept.filter(
      (old) => !(old.fromMs >= set.fromMs && old.toMs <= set.toMs && old.stepMs >= set.stepMs),
    );
    this.kept.push(set);
    if (this.kept.length > KEPT_MAX) this.kept.shift();
  }

  private async fetchAhead(view: Range, signal: AbortSignal): Promise<void> {
    const span = view.toMs - view.fromMs;
    const wide = { fromMs: view.fromMs - span * 3, toMs: Math.min(view.toMs + span * 3, this.nowMs()) };
    const best = bestFor(this.kept, wide);
    if (best && best.fromMs <= wide.fromMs && best.toMs >= wide.toMs) return;
    try {
      await this.fetch({ ...wide, buckets: Math.min(4000, this.widthPx * 2) }, signal);
    } catch {
      // Only ahead of need: when it is needed it is asked for again, with its error.
    }
  }
}
