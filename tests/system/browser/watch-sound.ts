// Runs in the page before the application: hears what it plays.  An analyser beside the speaker
// tells silence from tone, so that a tone that "plays" but makes no sound does not count.
export interface Heard {
  starts: { loop: boolean; seconds: number }[];
  playing: number; // sources started and not stopped
  sounding: boolean[]; // every 200 ms: was there sound in the last 0.7 s?
}

export function watchSound(): void {
  const heard: Heard = { starts: [], playing: 0, sounding: [] };
  Object.assign(globalThis, { heard });
  const start = AudioBufferSourceNode.prototype.start;
  const stop = AudioBufferSourceNode.prototype.stop;
  AudioBufferSourceNode.prototype.start = function (this: AudioBufferSourceNode): void {
    heard.starts.push({ loop: this.loop, seconds: this.buffer?.duration ?? 0 });
    heard.playing++;
    const analyser = (this.context as AudioContext).createAnalyser();
    analyser.fftSize = 32768;
    this.connect(analyser);
    const wave = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(wave);
      heard.sounding.push(wave.some((sample) => Math.abs(sample) > 0.05));
    }, 200);
    this.addEventListener("ended", () => clearInterval(timer));
    start.call(this);
  };
  AudioBufferSourceNode.prototype.stop = function (this: AudioBufferSourceNode): void {
    heard.playing--;
    stop.call(this);
  };
}

/** How often silence turned into sound. */
export function bursts(sounding: boolean[]): number {
  return sounding.filter((on, i) => on && sounding[i - 1] === false).length;
}
