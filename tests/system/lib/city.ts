// A small city of real programs: server, plant, terminal, each in a folder of its own.
import { mkdtempSync, mkdirSync, rmSync, writeFileSync, readFileSync, chmodSync } from "node:fs";
import * as http from "node:http";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { Program, binary, run, eventually } from "./program.ts";

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** One HTTP request; through a Unix socket when `socket` is given. */
export function request(options: {
  socket?: string;
  url?: string;
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  timeoutMs?: number;
}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const url = options.url === undefined ? undefined : new URL(options.url);
    const outgoing = http.request(
      {
        ...(options.socket === undefined
          ? { host: url!.hostname, port: url!.port, path: url!.pathname + url!.search }
          : { socketPath: options.socket, path: options.path, headers: { host: "localhost" } }),
        method: options.method ?? "GET",
        agent: false,
        timeout: options.timeoutMs ?? 10_000,
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("end", () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: Buffer.concat(chunks).toString("utf8"),
          }),
        );
        incoming.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
    for (const [name, value] of Object.entries(options.headers ?? {})) outgoing.setHeader(name, value);
    outgoing.end(options.body);
  });
}

process.setMaxListeners(0); // each folder is removed at the end

export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), `heatnet-${name}-`));
  chmodSync(folder, 0o700);
  process.on("exit", () => {
    if (process.env["HEATNET_KEEP"] === undefined) rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** `n` neighbouring TCP ports of loopback that are free now. */
export async function freePorts(n: number): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const first = 20000 + Math.floor(Math.random() * 12000);
    const servers: net.Server[] = [];
    try {
      for (let i = 0; i < n; i++) {
        const server = net.createServer();
        await new Promise<void>((resolve, reject) => {
          server.once("error", reject);
          server.listen(first + i, "127.0.0.1", resolve);
        });
        servers.push(server);
      }
      return first;
    } catch {
      continue;
    } finally {
      await Promise.all(servers.map((s) => new Promise((done) => s.close(done))));
    }
  }
  throw new Error("no free ports");
}

export class Server {
  readonly folder: string;
  program!: Program;
  http = "";
  tls = "";
  oneTimePassword: string | undefined;
  environment: Record<string, string> = {};
  private ports: { http: number; tls: number } | undefined;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  get socket(): string {
    return path.join(this.folder, "heatnetd.socket");
  }

  async start(extra: string[] = []): Promise<void> {
    this.ports ??= { http: await freePorts(1), tls: await freePorts(1) };
    this.program = new Program(binary("heatnetd"), [
      "--data", this.folder,
      "--http", `127.0.0.1:${this.ports.http}`,
      "--tls", `127.0.0.1:${this.ports.tls}`,
      ...extra,
    ], { environment: this.environment });
    const ready = await this.program.line(/^ready (http:\S+)(?: (https:\S+))?/m, 30_000);
    this.http = ready[1]!;
    this.tls = ready[2] ?? `https://127.0.0.1:${this.ports.tls}`;
    const password = this.program.output.match(/one-time password: (\S+)/);
    if (password) this.oneTimePassword = password[1];
  }

  /** As the local administrator. */
  async ask<T = any>(method: string, apiPath: string, body?: unknown): Promise<T> {
    const csv = typeof body === "string";
    const answer = await request({
      socket: this.socket,
      path: `/api/v1${apiPath}`,
      method,
      headers: body === undefined ? {} : { "content-type": csv ? "text/csv" : "application/json" },
      ...(body === undefined ? {} : { body: csv ? body : JSON.stringify(body) }),
    });
    if (answer.status >= 400) throw new Error(`${method} ${apiPath}: ${answer.status} ${answer.text}`);
    return (answer.text === "" ? undefined : JSON.parse(answer.text)) as T;
  }

  get<T = any>(apiPath: string): Promise<T> {
    return this.ask<T>("GET", apiPath);
  }

  /** Enrol a terminal: its certificate, key and authority as files; returns the folder. */
  async enrol(code: string, folder: string): Promise<TerminalFiles> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const made = await this.ask("POST", "/terminals", { code, name: code });
    const files = {
      code,
      certificate: path.join(folder, `${code}.pem`),
      key: path.join(folder, `${code}.key`),
      authority: path.join(folder, "authority.pem"),
    };
    writeFileSync(files.certificate, made.certificate, { mode: 0o600 });
    writeFileSync(files.key, made.key, { mode: 0o600 });
    writeFileSync(files.authority, made.authority, { mode: 0o600 });
    return files;
  }

  importCsv(csv: string): Promise<any> {
    return this.ask("POST", "/catalog/import?dry_run=0", csv);
  }

  /** All samples of a point by its code DEVICE.key. */
  async samples(pointId: number, fromMs = 0, toMs = Date.now() + 86400_000): Promise<[number, number | null, number][]> {
    const answer = await this.get(`/points/${pointId}/samples?from=${fromMs}&to=${toMs}&limit=1000000`);
    if (answer.truncated) throw new Error("samples were cut");
    return answer.samples;
  }
}

/** The quality numbers of src/model/quality.h that tests speak of. */
export const quality = { good: 0, rate: 65, correlation: 67, range: 128, counter: 130, noAnswer: 192, refused: 193, notANumber: 194 } as const;

export interface TerminalFiles {
  code: string;
  certificate: string;
  key: string;
  authority: string;
}

export interface CatalogPoints {
  /** DEVICE.key -> point id */
  point: Map<string, number>;
  device: Map<string, number>;
  /** DEVICE -> "21001/1": port and unit, the served log's name for it */
  address: Map<string, string>;
}

export async function readCatalog(server: Server): Promise<CatalogPoints> {
  const catalog = await server.get("/catalog");
  const templates = new Map<number, any>(catalog.templates.map((t: any) => [t.id, t]));
  const point = new Map<string, number>();
  const device = new Map<string, number>();
  const address = new Map<string, string>();
  for (const d of catalog.devices) {
    device.set(d.code, d.id);
    address.set(d.code, d.address.slice(d.address.indexOf(":") + 1));
    const template = templates.get(d.template);
    d.points.forEach((id: number, i: number) => point.set(`${d.code}.${template.points[i].key}`, id));
  }
  return { point, device, address };
}

export class Edge {
  readonly folder: string;
  readonly files: TerminalFiles;
  environment: Record<string, string> = {};
  program!: Program;

  constructor(folder: string, files: TerminalFiles) {
    this.folder = folder;
    this.files = files;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  arguments(server: string, extra: string[] = []): string[] {
    return [
      "--server", server,
      "--terminal", this.files.code,
      "--certificate", this.files.certificate,
      "--key", this.files.key,
      "--authority", this.files.authority,
      "--data", this.folder,
      ...extra,
    ];
  }

  async start(server: string, extra: string[] = []): Promise<void> {
    this.program = new Program(binary("heatnet-edge"), ["run", ...this.arguments(server, extra)], {
      environment: this.environment,
    });
    await this.program.line(/^ready/m, 20_000);
  }
}

export class Plant {
  readonly folder: string;
  readonly servedLog: string;
  readonly control: string;
  program!: Program;
  portBase = 0;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.servedLog = path.join(folder, "served.log");
    this.control = path.join(folder, "plant.socket");
  }

  async start(extra: string[] = []): Promise<void> {
    this.portBase ||= await freePorts(25);
    this.program = new Program(binary("heatnet-plant"), [
      "--port-base", String(this.portBase),
      "--control", this.control,
      "--served-log", this.servedLog,
      ...extra,
    ]);
    await this.program.line(/^ready/m, 20_000);
  }

  async catalog(terminal: string): Promise<string> {
    const made = await run(binary("heatnet-plant"), [
      "catalog", "--port-base", String(this.portBase), "--terminal", terminal,
    ]);
    if (made.code !== 0) throw new Error(made.output);
    return made.output;
  }

  async command(...words: string[]): Promise<string> {
    const done = await run(binary("heatnet-plant"), ["command", "--control", this.control, ...words]);
    if (done.code !== 0) throw new Error(`plant ${words.join(" ")}: ${done.output}`);
    return done.output;
  }

  /** What it answered, as PORT/UNIT COUNTER PLANT_UTC_MS: lines of the served log. */
  served(): { address: string; counter: number; timeMs: number }[] {
    return readFileSync(this.servedLog, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [address, counter, timeMs] = line.split(/\s+/);
        return { address: address!, counter: Number(counter), timeMs: Number(timeMs) };
      });
  }
}

/**
 * Of what a device served, what history does not have.  A reading that the terminal asked for
 * again at once (no answer in time) is not lost when the repetition is there: what counts is
 * each second of plant time in which the device was read.
 */
export function lostReadings<T extends { counter: number; timeMs: number }>(served: T[], stored: Set<number>): T[] {
  const seconds = new Map<number, T[]>();
  for (const row of served) {
    const second = Math.floor(row.timeMs / 1000);
    seconds.set(second, [...(seconds.get(second) ?? []), row]);
  }
  return [...seconds.values()].filter((rows) => !rows.some((row) => stored.has(row.counter))).map((rows) => rows.at(-1)!);
}

/** The plant's catalog without its 600 households, read every `cycleS` seconds. */
export function stationsOnly(csv: string, cycleS?: number): string {
  const lines = csv.split("\n").filter((line) => !/household|home-meter|-H\d\d/i.test(line));
  return (cycleS === undefined ? lines : lines.map((line) => line.replace(/^(device,.*),\d+$/, `$1,${cycleS}`))).join("\n");
}

export async function healthy(server: Server): Promise<void> {
  await eventually("the server is healthy", async () => {
    const status = await server.get("/status");
    return status.state === "ok" || undefined;
  });
}
