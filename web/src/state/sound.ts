/* Alarm tones by Web Audio, told apart by rhythm; each is one looped buffer, because timers
 * of hidden windows are throttled.  One window of the browser sounds (Web Locks).
 *
 * P1: three quick beeps every 3 s; P2: two every 10 s; P3: one, once; lost server: as P2. */
import { computed, shallowRef, watch } from 'vue';
import { rhythmFor } from './alarm_rules';
import type { Rhythm } from './alarm_rules';
import { activeAlarms } from './alarms';
import { line } from './live';

const STORED = 'heatnet.silenced';
const FLOOD_MS = 600_000;
const FLOOD_N = 10;

const running = shallowRef(false); // the audio context may sound
const leading = shallowRef(!('locks' in navigator));
const quiet = shallowRef<Set<number>>(new Set());
const quietLost = shallowRef(false);
let context: AudioContext | null = null;
let playing: { source: AudioBufferSourceNode; gain: GainNode } | null = null;

const flood = computed(() => {
  const since = Date.now() - FLOOD_MS;
  return [...activeAlarms.value.values()].filter((alarm) => alarm.raised_ms > since).length > FLOOD_N;
});
const rhythm = computed(() =>
  rhythmFor(
    [...activeAlarms.value.values()],
    quiet.value,
    line.value === 'lost' && !quietLost.value,
    flood.value,
  ),
);

export const soundBlocked = computed(() => !running.value);
export const ringing = computed(() => rhythm.value !== null && rhythm.value.everyS > 0);

/* Silence is this browser's, of the alarms that stand now; the next one rings again. */
export function silence(): void {
  quiet.value = new Set(activeAlarms.value.keys());
  if (line.value === 'lost') quietLost.value = true;
  try {
    localStorage.setItem(STORED, JSON.stringify([...quiet.value]));
  } catch {
    // Storage is full or forbidden: this window stays silent, the others ring.
  }
}

function readQuiet(text: string | null): void {
  try {
    const ids: unknown = JSON.parse(text ?? '[]');
    if (Array.isArray(ids)) quiet.value = new Set(ids.filter((id): id is number => typeof id === 'number'));
  } catch {
    quiet.value = new Set();
  }
}

function makeBuffer(audio: AudioContext, shape: Rhythm): AudioBuffer {
  const beepS = 0.14;
  const gapS = 0.1;
  const seconds = shape.everyS || shape.beeps * (beepS + gapS);
  const rate = 22_050;
  const buffer = audio.createBuffer(1, Math.ceil(seconds * rate), rate);
  const data = buffer.getChannelData(0);
  for (let beep = 0; beep < shape.beeps; beep += 1) {
    const start = Math.floor(beep * (beepS + gapS) * rate);
    const n = Math.floor(beepS * rate);
    for (let i = 0; i < n; i += 1) {
      const edge = Math.min(1, i / 200, (n - i) / 200); // no click at either end
      data[start + i] = 0.5 * edge * Math.sin((2 * Math.PI * shape.hz * i) / rate);
    }
  }
  return buffer;
}

function stop(): void {
  playing?.source.stop();
  playing?.source.disconnect();
  playing = null;
}

function play(shape: Rhythm | null): void {
  stop();
  if (!shape || !context || !running.value || !leading.value) return;
  const source = context.createBufferSource();
  const gain = context.createGain();
  source.buffer = makeBuffer(context, shape);
  source.loop = shape.everyS > 0;
  source.connect(gain).connect(context.destination);
  source.start();
  playing = { source, gain };
}

/* Browsers mute until the first key or pointer press, again after every reload; where a policy
 * allows sound, the context runs by itself. */
function open(): AudioContext {
  if (context) return context;
  const made = new AudioContext();
  made.onstatechange = () => {
    running.value = made.state === 'running';
  };
  running.value = made.state === 'running';
  context = made;
  return made;
}

function wake(): void {
  if (!running.value) void open().resume();
}

export function startSound(): void {
  readQuiet(localStorage.getItem(STORED));
  addEventListener('storage', (event) => {
    if (event.key === STORED) readQuiet(event.newValue);
  });
  addEventListener('pointerdown', wake);
  addEventListener('keydown', wake);
  open();
  if ('locks' in navigator) {
    void navigator.locks.request('heatnet-sound', () => {
      leading.value = true;
      return new Promise<void>(() => {});
    });
  }
  watch(line, (state) => {
    if (state === 'live') quietLost.value = false;
  });
  watch(
    () => [JSON.stringify(rhythm.value), running.value, leading.value],
    () => play(rhythm.value),
    { immediate: true },
  );
}
