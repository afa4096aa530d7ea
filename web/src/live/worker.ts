/* The shared worker: one hub for all windows of this browser. */
import { Hub } from './hub';
import type { Ask } from './messages';

const hub = new Hub();
const scope = self as unknown as { onconnect: (event: MessageEvent) => void };

scope.onconnect = (event) => {
  const port = event.ports[0];
  if (!port) return;
  const client = { tell: (message: unknown) => port.postMessage(message) };
  port.onmessage = (message: MessageEvent<Ask>) => hub.ask(client, message.data);
  hub.join(client);
};
