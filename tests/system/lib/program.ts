// A real process under test: its output kept, its end awaited, killed without mercy on request.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
export const bin = process.env["HEATNET_BIN"] ?? path.join(root, "build/release/bin");

export function binary(name: string): string {
  const file = path.join(bin, name);
  if (!existsSync(file)) throw new Error(`${file} is missing: build the release preset first`);
  return file;
}

export interface Options {
  readonly environment?: Record<string, string>;
  readonly input?: "pipe";
}

const KEPT_BYTES = 400_000;

export class Program {
  readonly name: string;
  readonly child: ChildProcess;
  output = ""; // stdout and stderr as they came, the last KEPT_BYTES
  ended: Promise<number | string>; // exit code, or the name of the signal
  private over: number | string | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(command: string, args: string[], options: Options = {}) {
    this.name = path.basename(command);
    this.child = spawn(command, args, {
      stdio: [options.input ?? "ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.environment },
      cwd: root,
    });
    const keep = (text: string): void => {
      this.output = (this.output + text).slice(-KEPT_BYTES);
      for (const listener of [...this.listeners]) listener();
    };
    for (const stream of [this.child.stdout!, this.child.stderr!]) stream.setEncoding("utf8").on("data", keep);
    this.ended = new Promise((resolve) => {
      const end = (result: number | string): void => {
        this.over = result;
        for (const listener of [...this.listeners]) listener();
        resolve(result);
      };
      this.child.on("error", (error) => end(String(error)));
      this.child.on("close", (code, signal) => end(code ?? signal ?? "gone"));
    });
    running.add(this);
    void this.ended.then(() => running.delete(this));
  }

  get alive(): boolean {
    return this.over === undefined;
  }

  /** The first match in the output from now on or before; fails with the output's end. */
  async line(pattern: RegExp, timeoutMs = 20_000): Promise<RegExpMatchArray> {
    const found = await waitFor(
      () => this.output.match(pattern) ?? (this.alive ? undefined : "ended"),
      timeoutMs,
      (wake) => {
        this.listeners.add(wake);
        return () => this.listeners.delete(wake);
      },
    );
    if (found === undefined || found === "ended")
      throw new Error(
        `${this.name}: no ${pattern} (${found ?? "in time"}; ended with ${this.over}):\n${this.output.slice(-3000)}`,
      );
    return found as RegExpMatchArray;
  }

  /** kill -9 and wait until it is gone. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** SIGTERM; the exit code, after SIGKILL if it will not go. */
  async stop(timeoutMs = 10_000): Promise<number | string> {
    if (!this.alive) return this.ended;
    this.child.kill("SIGTERM");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), timeoutMs);
    const result = await this.ended;
    clearTimeout(timer);
    return result;
  }
}

const running = new Set<Program>();
process.on("exit", () => {
  for (const program of running) program.child.kill("SIGKILL");
});

async function waitFor<T>(
  look: () => T | undefined,
  timeoutMs: number,
  subscribe: (wake: () => void) => () => void,
): Promise<T | undefined> {
  const first = look();
  if (first !== undefined) return first;
  return new Promise((resolve) => {
    const finish = (value: T | undefined): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve(value);
    };
    const unsubscribe = subscribe(() => {
      const value = look();
      if (value !== undefined) finish(value);
    });
    const timer = setTimeout(() => finish(undefined), timeoutMs);
  });
}

/** Ask again and again until the answer is not undefined or false. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 20_000,
  everyMs = 50,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms; last: ${String(last)}`);
    await pause(everyMs);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Run to the end: code and output. */
export async function run(
  command: string,
  args: string[],
  timeoutMs = 30_000,
): Promise<{ code: number | string; output: string }> {
  const program = new Program(command, args);
  const timer = setTimeout(() => program.signal("SIGKILL"), timeoutMs);
  const code = await program.ended;
  clearTimeout(timer);
  return { code, output: program.output };
}

/** A repeatable random number generator (mulberry32); print the seed on failure. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
