/* Ask now, again every so often while the screen stands, and when what is asked changes. */
import { onBeforeUnmount, shallowRef, watch } from 'vue';
import type { ShallowRef, WatchSource } from 'vue';

export interface Loading<T> {
  value: ShallowRef<T | null>;
  error: ShallowRef<unknown>;
  load: () => Promise<void>;
}

export function useLoad<T>(ask: (signal: AbortSignal) => Promise<T>, on: WatchSource[], everyMs: number): Loading<T> {
  const value = shallowRef<T | null>(null);
  const error = shallowRef<unknown>(null);
  let stop: AbortController | null = null;

  async function load(): Promise<void> {
    stop?.abort();
    const mine = new AbortController();
    stop = mine;
    try {
      value.value = await ask(mine.signal);
      error.value = null;
    } catch (failed) {
      if (!(failed instanceof DOMException)) error.value = failed;
    }
  }

  watch(
    on,
    () => {
      value.value = null;
      void load();
    },
  );
  void load();
  const timer = everyMs > 0 ? setInterval(() => !document.hidden && void load(), everyMs) : undefined;
  onBeforeUnmount(() => {
    if (timer) clearInterval(timer);
    stop?.abort();
  });
  return { value, error, load };
}
