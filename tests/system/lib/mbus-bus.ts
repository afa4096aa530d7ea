// An M-Bus with meters, behind a TCP gateway: written from EN 13757-2, with real meters' answers.
import { readFileSync } from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { root } from "./program.ts";

const golden = path.join(root, "tests/golden/mbus/test-frames");

export function goldenFrame(name: string): Buffer {
  return Buffer.from(readFileSync(path.join(golden, `${name}.hex`), "utf8").replace(/\s/g, ""), "hex");
}

function withCheckSum(frame: Buffer): Buffer {
  frame[frame.length - 2] = frame.subarray(4, frame.length - 2).reduce((sum, byte) => sum + byte, 0) & 0xff;
  return frame;
}

export class Meter {
  readonly primary: number;
  readonly frame: Buffer;
  selected = false;
  readings = 0;

  constructor(name: string, primary: number) {
    this.primary = primary;
    this.frame = goldenFrame(name);
    this.frame[5] = primary;
    withCheckSum(this.frame);
  }

  /** What the meter says to one request. */
  answer(request: Buffer): Buffer | undefined {
    const long = request[0] === 0x68;
    const control = request[long ? 4 : 1]!;
    const address = request[long ? 5 : 2]!;
    if (long && address === 253 && request[6] === 0x52) {
      const wanted = request.subarray(7, 15);
      this.selected = [...wanted].every((want, i) => {
        const have = this.frame[7 + i]!;
        if (want === 0xff) return true;
        if (i >= 4) return want === have;
        return [4, 0].every((shift) => ((want >> shift) & 15) === 15 || ((want >> shift) & 15) === ((have >> shift) & 15));
      });
      return this.selected ? Buffer.from([0xe5]) : undefined;
    }
    if (address !== this.primary && !(address === 253 && this.selected)) return undefined;
    if ((control & 0xdf) !== 0x5b) return Buffer.from([0xe5]);
    this.readings++;
    return this.frame;
  }
}

export class Bus {
  readonly meters: Meter[];
  private readonly server: net.Server;
  private readonly sockets = new Set<net.Socket>();

  constructor(meters: Meter[]) {
    this.meters = meters;
    this.server = net.createServer((socket) => this.serve(socket));
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }

  private serve(socket: net.Socket): void {
    let waiting = Buffer.alloc(0);
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      waiting = Buffer.concat([waiting, chunk]);
      for (;;) {
        const whole = waiting[0] === 0x10 ? 5 : waiting.length > 1 ? waiting[1]! + 6 : Infinity;
        if (waiting.length === 0 || waiting.length < whole) return;
        const request = waiting.subarray(0, whole);
        waiting = waiting.subarray(whole);
        const answer = this.overlay(this.meters.map((m) => m.answer(request)).filter((a) => a !== undefined));
        if (answer.length > 0) socket.write(answer);
      }
    });
  }

  /** Several who speak at once are heard as one muddle. */
  private overlay(answers: Buffer[]): Buffer {
    const longest = Math.max(0, ...answers.map((a) => a.length));
    return Buffer.from(Array.from({ length: longest }, (_, i) => answers.reduce((sum, a) => sum & (a[i] ?? 0xff), 0xff)));
  }
}
