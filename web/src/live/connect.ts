/* A window's line to the hub: in a shared worker, or in the one window that holds a lock and
 * serves the others by broadcast, or, where neither is there, in this window alone. */
import { Hub } from './hub';
import type { HubPort } from './hub';
import type { Ask, Tell } from './messages';

export interface Line {
  ask(message: Ask): void;
}

export function connect(take: (message: Tell) => void): Line {
  if (typeof SharedWorker !== 'undefined') return connectWorker(take);
  if (typeof BroadcastChannel !== 'undefined' && 'locks' in navigator) return connectBroadcast(take);
  return connectAlone(take);
}

function connectWorker(take: (message: Tell) => void): Line {
  const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'heatnet-live' });
  worker.port.onmessage = (event: MessageEvent<Tell>) => take(event.data);
  worker.port.start();
  return { ask: (message) => worker.port.postMessage(message) };
}

function connectAlone(take: (message: Tell) => void): Line {
  const hub = new Hub();
  const port: HubPort = { tell: take };
  hub.join(port);
  return { ask: (message) => hub.ask(port, message) };
}

const CHANNEL = 'heatnet-live';

interface Up {
  from: string;
  ask: Ask;
}

interface Down {
  to: string;
  tell: Tell;
}

/* The window asks again whenever a leader appears, because a new leader knows nobody. */
function connectBroadcast(take: (message: Tell) => void): Line {
  const me = `${Date.now()}-${Math.random()}`;
  const channel = new BroadcastChannel(CHANNEL);
  let last: Ask = { kind: 'points', points: [] };
  let started = false;
  channel.onmessage = (event: MessageEvent<Down | { leader: true }>) => {
    if ('leader' in event.data) {
      channel.postMessage({ from: me, ask: last } satisfies Up);
      if (started) channel.postMessage({ from: me, ask: { kind: 'start' } } satisfies Up);
    } else if ('to' in event.data && event.data.to === me) take(event.data.tell);
  };
  void navigator.locks.request(CHANNEL, () => {
    lead();
    return new Promise<void>(() => {}); // held until the window closes
  });
  return {
    ask: (message) => {
      if (message.kind === 'points') last = message;
      if (message.kind === 'start') started = true;
      channel.postMessage({ from: me, ask: message } satisfies Up);
    },
  };
}

function lead(): void {
  const hub = new Hub();
  const ports = new Map<string, HubPort>();
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (event: MessageEvent<Up>) => {
    if (!('from' in event.data)) return;
    const { from, ask } = event.data;
    let port = ports.get(from);
    if (!port) {
      port = { tell: (tell) => channel.postMessage({ to: from, tell } satisfies Down) };
      ports.set(from, port);
    }
    hub.ask(port, ask);
    if (ask.kind === 'bye') ports.delete(from);
  };
  channel.postMessage({ leader: true });
}
