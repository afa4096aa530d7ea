/* Who is signed in and what they may do. */
import { computed, shallowRef } from 'vue';
import { api, clientState } from '../api/client';
import type { Right, Session } from '../api/types';

export const session = shallowRef<Session | null>(null);
/* Why the sign-in page is shown: a code of the stream or API, or ''. */
export const endReason = shallowRef('');

/* True once the server has said whether it knows us. */
export const sessionKnown = shallowRef(false);

export const signedIn = computed(() => session.value !== null && !session.value.must_change_password);

export function may(right: Right): boolean {
  return session.value?.rights.includes(right) ?? false;
}

function keep(next: Session | null): void {
  session.value = next;
  clientState.csrfToken = next?.csrf_token ?? '';
}

let asking: Promise<boolean> | null = null;

/* True when the server knows us.  Throws when it cannot be asked.  Who asks meanwhile shares
 * the answer. */
export function resumeSession(): Promise<boolean> {
  asking ??= askSession().finally(() => {
    asking = null;
  });
  return asking;
}

async function askSession(): Promise<boolean> {
  const known = (await api.get<Session | undefined>('/session')) ?? null; // no content: nobody
  keep(known);
  sessionKnown.value = true;
  return known !== null;
}

export async function signIn(name: string, password: string): Promise<void> {
  keep(await api.post<Session>('/session', { name, password }));
  endReason.value = '';
}

export async function changePassword(old: string, next: string): Promise<void> {
  await api.post('/session/password', { old, new: next });
  await resumeSession();
}

export async function signOut(): Promise<void> {
  try {
    await api.remove('/session');
  } finally {
    keep(null);
  }
}

export function forgetSession(reason: string): void {
  keep(null);
  endReason.value = reason;
}
