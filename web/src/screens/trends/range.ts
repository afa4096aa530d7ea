/* The span of a trend: clamping, panning, zooming; and which loaded data serves a view. */
export interface Range {
  fromMs: number;
  toMs: number;
}

export const SPAN_MS_MIN = 10_000;
export const SPAN_MS_MAX = 10 * 366 * 86_400_000;
const AHEAD = 0.05; // part of the span that may lie in the future

export function clampRange(range: Range, nowMs: number): Range {
  const span = Math.min(Math.max(range.toMs - range.fromMs, SPAN_MS_MIN), SPAN_MS_MAX);
  const middle = (range.fromMs + range.toMs) / 2;
  const latest = nowMs + span * AHEAD;
  const toMs = Math.min(middle + span / 2, latest);
  return { fromMs: Math.round(toMs - span), toMs: Math.round(toMs) };
}

/* factor < 1 zooms in; the instant `atMs` keeps its place. */
export function zoomRange(range: Range, factor: number, atMs: number, nowMs: number): Range {
  const before = range.toMs - range.fromMs;
  const span = Math.min(Math.max(before * factor, SPAN_MS_MIN), SPAN_MS_MAX);
  const part = before > 0 ? (atMs - range.fromMs) / before : 0.5;
  const fromMs = atMs - span * part;
  return clampRange({ fromMs, toMs: fromMs + span }, nowMs);
}

export function panRange(range: Range, byMs: number, nowMs: number): Range {
  return clampRange({ fromMs: range.fromMs + byMs, toMs: range.toMs + byMs }, nowMs);
}

export interface Loaded extends Range {
  stepMs: number; // 0: raw samples
}

function covers(loaded: Loaded, view: Range): boolean {
  return loaded.fromMs <= view.fromMs && loaded.toMs >= view.toMs;
}

function overlapMs(loaded: Loaded, view: Range): number {
  return Math.max(0, Math.min(loaded.toMs, view.toMs) - Math.max(loaded.fromMs, view.fromMs));
}

/* What to draw now: of all that cover the view the finest, else what covers most of it. */
export function bestFor<T extends Loaded>(all: T[], view: Range): T | null {
  let best: T | null = null;
  for (const one of all) {
    if (best === null) best = one;
    else if (covers(one, view) !== covers(best, view)) best = covers(one, view) ? one : best;
    else if (covers(one, view)) best = one.stepMs < best.stepMs ? one : best;
    else if (overlapMs(one, view) > overlapMs(best, view)) best = one;
  }
  return best !== null && overlapMs(best, view) > 0 ? best : null;
}

/* Good enough that nothing need be asked: covers the view, and not coarser than two pixels. */
export function suffices(loaded: Loaded | null, view: Range, widthPx: number): boolean {
  if (!loaded || !covers(loaded, view)) return false;
  return loaded.stepMs <= (2 * (view.toMs - view.fromMs)) / Math.max(widthPx, 1);
}

const BUCKETS_MAX = 4000;

/* What to ask for: the view and half of it on either side, a bucket a pixel. */
export function requestFor(view: Range, widthPx: number, nowMs: number): Range & { buckets: number } {
  const span = view.toMs - view.fromMs;
  const fromMs = Math.round(view.fromMs - span / 2);
  const toMs = Math.round(Math.min(view.toMs + span / 2, Math.max(nowMs, view.toMs)));
  const buckets = Math.round((Math.max(widthPx, 100) * (toMs - fromMs)) / span);
  return { fromMs, toMs, buckets: Math.min(buckets, BUCKETS_MAX) };
}
