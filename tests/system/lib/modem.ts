// A modem in transparent mode: dials the terminal, registers, beats, and carries bytes to a bus over TCP.
import * as net from "node:net";

export class Modem {
  private readonly call: net.Socket;
  private readonly bus: net.Socket;
  private readonly beat: NodeJS.Timeout;
  private readonly beats: Buffer;
  ended = false;

  constructor(terminalPort: number, registration: string, heartbeat: string, busPort: number) {
    this.beats = Buffer.from(heartbeat);
    this.bus = net.connect(busPort, "127.0.0.1");
    this.call = net.connect(terminalPort, "127.0.0.1", () => this.call.write(registration));
    for (const socket of [this.bus, this.call]) socket.on("error", () => undefined);
    this.call.setNoDelay(true);
    this.call.on("data", (bytes) => this.bus.write(bytes));
    // Each answer comes cut in two with a heartbeat before and behind it.
    this.bus.on("data", (bytes) => {
      const cut = Math.min(3, bytes.length);
      this.call.write(Buffer.concat([this.beats, bytes.subarray(0, cut)]));
      this.call.write(Buffer.concat([bytes.subarray(cut), this.beats]));
    });
    this.beat = setInterval(() => this.call.write(this.beats), 100);
    this.call.on("close", () => {
      this.ended = true;
      this.hangUp();
    });
  }

  hangUp(): void {
    clearInterval(this.beat);
    this.call.destroy();
    this.bus.destroy();
  }
}
