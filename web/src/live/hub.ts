/* The one event stream of a browser, shared by its windows.
 *
 * Windows name the points they show; the hub keeps one stream for the union, narrows it only
 * after a while (opening costs more than a few idle points), and hands each window what it
 * asked for.  Reconnects after 1 s, doubled to 30 s, with jitter. */
import type { Ask, LiveRow, Tell } from './messages';

const BEAT_LOST_MS = 10_000;
const NARROW_AFTER_MS = 60_000;
const GATHER_MS = 60; // the parts of a window ask one after another
const START_MS = 500; // points follow as soon as the catalog is known: one stream, not two
const RETRY_MS_MAX = 30_000;
/* Beyond this many the list would be longer than the request line may be. */
const LISTED_POINTS_MAX = 1_500;

export interface HubPort {
  tell(message: Tell): void;
}

interface Client {
  port: HubPort;
  points: Set<number>;
}

export class Hub {
  private clients = new Map<HubPort, Client>();
  private source: EventSource | null = null;
  private streamPoints = new Set<number>();
  private streamAll = false;
  private newest = new Map<number, LiveRow>();
  private serverMs = 0;
  private heardAt = 0;
  private lost = true;
  private retryMs = 1000;
  private openTimer: ReturnType<typeof setTimeout> | undefined;
  private narrowTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    setInterval(() => this.checkBeat(), 1000);
  }

  /* Opens no stream: a window joins before it knows whether anybody is signed in. */
  join(port: HubPort): void {
    this.clients.set(port, { port, points: new Set() });
    port.tell(this.lost ? { kind: 'lost' } : { kind: 'open' });
  }

  leave(port: HubPort): void {
    this.clients.delete(port);
    if (this.clients.size === 0) this.close();
  }

  ask(port: HubPort, ask: Ask): void {
    if (ask.kind === 'bye') return this.leave(port);
    if (!this.clients.has(port)) this.join(port);
    if (ask.kind === 'start') {
      if (!this.source && !this.openTimer) this.openSoon(START_MS);
      return;
    }
    if (ask.kind === 'retry') {
      this.retryMs = 1000;
      return this.openSoon(0);
    }
    this.setPoints(port, ask.points);
  }

  private setPoints(port: HubPort, points: number[]): void {
    const client = this.clients.get(port);
    if (!client) return;
    const fresh = points.filter((point) => !client.points.has(point));
    client.points = new Set(points);
    const known = fresh.map((point) => this.newest.get(point)).filter((row): row is LiveRow => row !== undefined);
    if (known.length > 0) port.tell({ kind: 'values', t: this.serverMs, v: known });
    if (this.streamAll) return;
    if (points.some((point) => !this.streamPoints.has(point))) this.openSoon(GATHER_MS);
    else this.narrowLater();
  }

  private union(): Set<number> {
    const all = new Set<number>();
    for (const client of this.clients.values()) for (const point of client.points) all.add(point);
    return all;
  }

  private narrowLater(): void {
    if (this.narrowTimer) return;
    this.narrowTimer = setTimeout(() => {
      this.narrowTimer = undefined;
      if (this.union().size * 2 < this.streamPoints.size) this.openSoon(0);
    }, NARROW_AFTER_MS);
  }

  private openSoon(delayMs: number): void {
    if (this.openTimer) clearTimeout(this.openTimer);
    this.openTimer = setTimeout(() => {
      this.openTimer = undefined;
      this.open();
    }, delayMs);
  }

  private close(): void {
    this.source?.close();
    this.source = null;
    if (this.openTimer) clearTimeout(this.openTimer);
    this.openTimer = undefined;
  }

  private open(): void {
    const union = this.union();
    this.source?.close();
    this.streamPoints = union;
    this.streamAll = union.size > LISTED_POINTS_MAX;
    for (const point of this.newest.keys()) if (!union.has(point)) this.newest.delete(point);
    const points = this.streamAll ? 'all' : [...union].join(',');
    const source = new EventSource(`/api/v1/live?alarms=1${points ? '&points=' + points : ''}`);
    this.source = source;
    this.heardAt = Date.now();
    source.onopen = () => this.opened();
    source.onerror = () => this.failed(source);
    this.listen(source, 'values', (data) => this.takeValues(data as { t: number; v: LiveRow[] }));
    this.listen(source, 'alarms', (data) => this.tellAll({ kind: 'alarms', ...(data as object) } as Tell));
    this.listen(source, 'catalog', (data) => this.tellAll({ kind: 'catalog', ...(data as object) } as Tell));
    this.listen(source, 'beat', (data) => this.takeBeat(data as { t: number }));
    this.listen(source, 'end', (data) => this.ended((data as { code: string }).code));
  }

  private listen(source: EventSource, name: string, take: (data: unknown) => void): void {
    source.addEventListener(name, (event) => {
      if (source !== this.source) return;
      this.heard();
      take(JSON.parse((event as MessageEvent<string>).data));
    });
  }

  private heard(): void {
    this.heardAt = Date.now();
    if (this.lost) this.opened();
  }

  private opened(): void {
    this.heardAt = Date.now();
    this.lost = false;
    this.retryMs = 1000;
    this.tellAll({ kind: 'open' });
  }

  private takeValues(data: { t: number; v: LiveRow[] }): void {
    this.serverMs = data.t;
    for (const row of data.v) if (this.streamAll ? true : this.streamPoints.has(row[0])) this.newest.set(row[0], row);
    for (const client of this.clients.values()) {
      const rows = data.v.filter((row) => client.points.has(row[0]));
      if (rows.length > 0) client.port.tell({ kind: 'values', t: data.t, v: rows });
    }
  }

  private takeBeat(data: { t: number }): void {
    this.serverMs = data.t;
    this.tellAll({ kind: 'beat', t: data.t });
  }

  private checkBeat(): void {
    if (!this.source || this.lost || Date.now() - this.heardAt < BEAT_LOST_MS) return;
    this.retry();
  }

  private retry(): void {
    this.source?.close();
    this.source = null;
    this.newest.clear();
    if (!this.lost) {
      this.lost = true;
      this.tellAll({ kind: 'lost' });
    }
    this.openSoon(this.retryMs * (0.75 + Math.random() / 2));
    this.retryMs = Math.min(this.retryMs * 2, RETRY_MS_MAX);
  }

  /* EventSource does not say why it failed; the session does. */
  private failed(source: EventSource): void {
    if (source !== this.source) return;
    source.close();
    fetch('/api/v1/session', { credentials: 'same-origin' }).then(
      (answer) => {
        if (source !== this.source) return;
        if (answer.status === 204) this.ended('signed_out');
        else this.retry();
      },
      () => {
        if (source === this.source) this.retry();
      },
    );
  }

  private ended(code: string): void {
    if (code === 'shutdown') return this.retry();
    this.close();
    this.lost = true;
    this.newest.clear();
    this.tellAll({ kind: 'end', code });
  }

  private tellAll(message: Tell): void {
    for (const client of this.clients.values()) client.port.tell(message);
  }
}
