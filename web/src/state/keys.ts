/* Which action a key press is.  No key sends a command to the plant. */
export type KeyAction =
  | { kind: 'go'; path: string }
  | { kind: 'find' }
  | { kind: 'help' }
  | { kind: 'silence' }
  | { kind: 'acknowledge' }
  | { kind: 'step'; step: 1 | -1 };

const PAGES: Record<string, string> = {
  o: '/overview',
  s: '/stations',
  t: '/trends',
  a: '/alarms',
  d: '/data',
};
const G_MS = 1500;
let gAt = -Infinity;

interface Press {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  target: EventTarget | null;
}

function inField(target: EventTarget | null): boolean {
  const element = target as { tagName?: string; isContentEditable?: boolean } | null;
  return ['INPUT', 'SELECT', 'TEXTAREA'].includes(element?.tagName ?? '') || element?.isContentEditable === true;
}

export function keyAction(event: Press, nowMs: number = Date.now()): KeyAction | null {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  if (event.key === 'F8') return { kind: 'silence' };
  if (event.key === 'F9') return { kind: 'acknowledge' };
  if (inField(event.target)) return null;
  const afterG = nowMs - gAt < G_MS;
  gAt = -Infinity;
  if (afterG && PAGES[event.key]) return { kind: 'go', path: PAGES[event.key] as string };
  switch (event.key) {
    case 'g':
      gAt = nowMs;
      return null;
    case '/':
      return { kind: 'find' };
    case '?':
      return { kind: 'help' };
    case ']':
      return { kind: 'step', step: 1 };
    case '[':
      return { kind: 'step', step: -1 };
    default:
      return null;
  }
}
