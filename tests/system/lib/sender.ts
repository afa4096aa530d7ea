// A terminal that keeps books: what it sent, and what the server has said is durable.
import assert from "node:assert/strict";
import { Server, readCatalog, type CatalogPoints, type TerminalFiles } from "./city.ts";
import { pause, random } from "./program.ts";
import { Terminal, encodeUpload } from "./uplink.ts";

const csv = `kind,code,name,name_en,type,parent,time_zone
site,C,热力公司,Company,company,,Asia/Shanghai
site,S,试验站,Test station,station,C,
kind,code,name,name_en,protocol,picture
template,T,控制器,Controller,modbus-tcp,station
kind,template,key,name,name_en,quantity,address,decimals
point,T,counter,累计,Counter,heat,holding 0 f64,3
point,T,noise,供温,Supply,temperature,holding 4 f64,9
kind,code,name,site,template,terminal,address,cycle_s
device,DEV,控制器,S,T,SENDER,127.0.0.1:1502/1,10
`;

const ROWS = 50; // of a frame
const STEP_MS = 100;
const AT_ONCE = 4; // connections, each with a frame in flight

export interface Loss {
  lost: number[]; // acknowledged and not in the raw log
  twice: number[];
}

export class Sender {
  readonly acknowledged = new Set<number>();
  private readonly unsure = new Set<number>(); // sent, no answer: sent again
  private readonly spool: bigint;
  private readonly origin: number;
  private readonly noise: () => number;
  private next = 1;
  private running: Promise<void>[] = [];
  private stopped = true;
  private catalog!: CatalogPoints;
  files!: TerminalFiles;
  lastAnswer = "";

  constructor(seed: number) {
    this.spool = BigInt(seed) + 1n;
    this.noise = random(seed);
    this.origin = Date.now() - 3 * 24 * 3_600_000;
  }

  async introduce(server: Server, folder: string): Promise<void> {
    this.files = await server.enrol("SENDER", folder);
    await server.importCsv(csv);
    this.catalog = await readCatalog(server);
  }

  private frame(sequence: number): Buffer {
    const rows = [...Array(ROWS).keys()];
    return encodeUpload({
      terminal: "SENDER",
      spool: this.spool,
      sequence,
      transmittedMs: Date.now(),
      blocks: [
        {
          device: this.catalog.device.get("DEV")!,
          times: rows.map((i) => this.origin + (sequence * ROWS + i) * STEP_MS),
          columns: [
            { point: this.catalog.point.get("DEV.counter")!, values: rows.map((i) => sequence * 1000 + i) },
            { point: this.catalog.point.get("DEV.noise")!, values: rows.map(() => this.noise() * 100) },
          ],
        },
      ],
    });
  }

  start(server: Server): void {
    this.stopped = false;
    this.running = [...Array(AT_ONCE).keys()].map(() => this.run(server));
  }

  /** No more frames; what is in flight is waited for, at most until its server is killed. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running);
  }

  /** Answers that came after `before` do not count: their frames are sent again. */
  forgetSince(before: ReadonlySet<number>): void {
    for (const sequence of [...this.acknowledged])
      if (!before.has(sequence)) {
        this.acknowledged.delete(sequence);
        this.unsure.add(sequence);
      }
  }

  private async run(server: Server): Promise<void> {
    const terminal = new Terminal(server.tls, this.files);
    while (!this.stopped) {
      const again = [...this.unsure][0];
      const sequence = again ?? this.next++;
      this.unsure.delete(sequence);
      try {
        const answer = await terminal.upload(this.frame(sequence));
        const result = answer.verdicts[0]?.result;
        this.lastAnswer = `${answer.status} ${result ?? answer.text}`;
        if (result === "stored" || result === "duplicate") this.acknowledged.add(sequence);
        else {
          this.unsure.add(sequence);
          await pause(50);
        }
      } catch {
        this.unsure.add(sequence);
        await pause(20);
      }
    }
    terminal.close();
  }

  /** What was acknowledged by `before` and is not in the raw log; of the records since the last check. */
  async compare(server: Server, before: ReadonlySet<number>): Promise<Loss> {
    const seen = new Map<number, number>();
    for (let below = 0; ; ) {
      const page = await server.get(`/log?verdict=stored&limit=1000${below ? `&before=${below}` : ""}`);
      for (const r of page.records) {
        seen.set(Number(r.sequence), (seen.get(Number(r.sequence)) ?? 0) + 1);
        below = r.number;
      }
      if (!page.more) break;
    }
    return {
      lost: [...before].filter((sequence) => !seen.has(sequence)),
      twice: [...seen.entries()].filter(([, n]) => n > 1).map(([sequence]) => sequence),
    };
  }

  /** Every row of every acknowledged frame is in history, once and as it was sent. */
  async compareHistory(server: Server): Promise<string[]> {
    const found = new Map<number, number>();
    const failures: string[] = [];
    const chunk = 2000 * ROWS * STEP_MS;
    const end = this.origin + this.next * ROWS * STEP_MS;
    for (let from = this.origin; from <= end; from += chunk)
      for (const [time, value] of await server.samples(this.catalog.point.get("DEV.counter")!, from, from + chunk)) {
        const row = (time - this.origin) / STEP_MS;
        const sequence = Math.floor(row / ROWS);
        if (value !== sequence * 1000 + (row % ROWS)) failures.push(`${time} has ${value}`);
        found.set(sequence, (found.get(sequence) ?? 0) + 1);
      }
    for (const sequence of this.acknowledged)
      if (found.get(sequence) !== ROWS) failures.push(`frame ${sequence} has ${found.get(sequence) ?? 0} rows`);
    assert.ok(this.acknowledged.size > 0, "nothing was acknowledged: no load");
    return failures;
  }
}
