// Samples a second through the whole path, acknowledged only when durable: TLS, check code, raw
// log with fsync, live table, alarms, history.  Beside it, in the same run, what Debian packages
// of the same trade: InfluxDB 1.6 (durable: fsync before it answers) and VictoriaMetrics (answers
// before its data is on disk), fed the same number of samples over plain HTTP.
import * as http from "node:http";
import * as path from "node:path";
import { mkdirSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { Server, freePorts, temporaryFolder } from "../tests/system/lib/city.ts";
import { Program, bin, eventually, run } from "../tests/system/lib/program.ts";
import { cpuSeconds, figure, residentMb } from "./figure.ts";

const devices = 50;
const points = 40;

function catalogCsv(): string {
  const rows = ["kind,code,name,name_en,type,parent,time_zone", "site,CITY,城市,City,company,,Asia/Shanghai"];
  for (let d = 0; d < devices; d++) rows.push(`site,S${d},站${d},Station ${d},station,CITY,`);
  rows.push("kind,code,name,name_en,protocol,picture", "template,T,模板,Template,modbus-tcp,station");
  rows.push("kind,template,key,name,name_en,quantity,address,decimals,low,high,dead_band,delay_s");
  for (let p = 0; p < points; p++)
    rows.push(`point,T,p${p},点${p},Point ${p},temperature,holding ${2 * p} f32,1,-200,900,1,10`);
  rows.push("kind,code,name,site,template,terminal,address,cycle_s");
  for (let d = 0; d < devices; d++) rows.push(`device,D${d},设备${d},S${d},T,LOAD,127.0.0.1:${10000 + d}/1,10`);
  return rows.join("\n") + "\n";
}

interface Load {
  name: string;
  frames: number;
  rows: number; // of 40 points each
  connections: number;
}

const loads: Load[] = [
  { name: "frames_of_20000", frames: 400, rows: 500, connections: 4 },
  { name: "frames_of_1000", frames: 2000, rows: 25, connections: 8 },
  { name: "frames_of_40", frames: 8000, rows: 1, connections: 16 },
];

interface Result {
  perSecond: number;
  cpuPerMillion: number;
}

async function ours(load: Load): Promise<Result> {
  const folder = temporaryFolder("bench");
  const server = new Server(path.join(folder, "server"));
  await server.start();
  const files = await server.enrol("LOAD", path.join(folder, "certificates"));
  await server.importCsv(catalogCsv());
  const pid = server.program.child.pid!;
  const before = cpuSeconds(pid);
  const done = await run(
    path.join(bin, "upload_bench"),
    [server.tls, files.certificate, files.key, files.authority, "LOAD",
     String(load.frames), String(load.rows), String(load.connections)],
    300_000,
  );
  const found = done.output.match(/samples (\d+) of (\d+) seconds ([\d.]+)/);
  if (done.code !== 0 || !found || found[1] !== found[2]) throw new Error(`upload_bench: ${done.output}`);
  const samples = Number(found[1]);
  await eventually("all is applied", async () => (await server.get("/status")).samples >= samples, 120_000, 200);
  const cpu = cpuSeconds(pid) - before;
  figure(`resident_heatnetd_${load.name}`, residentMb(pid, "VmHWM"), "MB");
  await server.program.stop();
  return { perSecond: samples / Number(found[3]), cpuPerMillion: (cpu / samples) * 1e6 };
}

function walkLines(load: Load): Buffer[] {
  const bodies: Buffer[] = [];
  const values = Array.from({ length: devices }, () => Array.from({ length: points }, (_, p) => 400 + 10 * p));
  let state = 1;
  const step = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state % 5) - 2;
  };
  for (let i = 0; i < load.frames; i++) {
    const device = i % devices;
    const lines: string[] = [];
    for (let r = 0; r < load.rows; r++) {
      const row = values[device]!;
      const fields = row.map((v, p) => `p${p}=${((row[p] = v + step()) / 10).toFixed(1)}`);
      const time = 1700000000000 + (Math.floor(i / devices) * load.rows + r) * 10000;
      lines.push(`hp,device=D${device} ${fields.join(",")} ${time}`);
    }
    bodies.push(Buffer.from(lines.join("\n")));
  }
  return bodies;
}

async function feed(port: number, target: string, bodies: Buffer[], connections: number): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const begin = process.hrtime.bigint();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < bodies.length) {
      const body = bodies[next++]!;
      await new Promise<void>((resolve, reject) => {
        const outgoing = http.request(
          { host: "127.0.0.1", port, path: target, method: "POST", agent, headers: { "content-length": body.length } },
          (incoming) => {
            incoming.resume();
            incoming.on("end", () => (incoming.statusCode! < 300 ? resolve() : reject(new Error(`status ${incoming.statusCode}`))));
          },
        );
        outgoing.on("error", reject);
        outgoing.end(body);
      });
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  agent.destroy();
  return Number(process.hrtime.bigint() - begin) / 1e9;
}

async function peer(name: string, program: Program, port: number, target: string, load: Load): Promise<Result> {
  const bodies = walkLines(load);
  const samples = load.frames * load.rows * points;
  const before = cpuSeconds(program.child.pid!);
  const seconds = await feed(port, target, bodies, load.connections);
  const cpu = cpuSeconds(program.child.pid!) - before;
  await program.stop();
  return { perSecond: samples / seconds, cpuPerMillion: (cpu / samples) * 1e6 };
}

function installed(command: string): boolean {
  try {
    execFileSync("which", [command], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

async function influx(load: Load): Promise<Result | undefined> {
  if (!installed("influxd")) return undefined;
  const folder = temporaryFolder("influx");
  const port = await freePorts(2);
  const program = new Program("influxd", ["-config", "/dev/null"], {
    environment: {
      INFLUXDB_META_DIR: `${folder}/meta`, INFLUXDB_DATA_DIR: `${folder}/data`, INFLUXDB_DATA_WAL_DIR: `${folder}/wal`,
      INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`, INFLUXDB_BIND_ADDRESS: `127.0.0.1:${port + 1}`,
      INFLUXDB_REPORTING_DISABLED: "true", INFLUXDB_MONITOR_STORE_ENABLED: "false", INFLUXDB_HTTP_LOG_ENABLED: "false",
      INFLUXDB_HTTP_MAX_BODY_SIZE: "0", INFLUXDB_LOGGING_LEVEL: "error",
    },
  });
  await eventually("influxd answers", () => feed(port, "/query?q=CREATE%20DATABASE%20hp", [Buffer.from("")], 1), 30_000, 200);
  return peer("influxdb", program, port, "/write?db=hp&precision=ms", load);
}

async function victoria(load: Load): Promise<Result | undefined> {
  if (!installed("victoria-metrics")) return undefined;
  const folder = temporaryFolder("victoria");
  const port = await freePorts(1);
  mkdirSync(folder, { recursive: true });
  const program = new Program("victoria-metrics", [
    `-storageDataPath=${folder}`, `-httpListenAddr=127.0.0.1:${port}`, "-retentionPeriod=100y", "-loggerLevel=ERROR",
  ]);
  await eventually("victoria-metrics answers", () => feed(port, "/write?precision=ms", [Buffer.from("ready x=1")], 1), 30_000, 200);
  return peer("victoria-metrics", program, port, "/write?precision=ms", load);
}

for (const load of loads) {
  const own = await ours(load);
  const peers: [string, Result | undefined][] = [
    ["influxdb-1.6-durable", await influx(load)],
    ["victoria-metrics-1.79-not-durable", await victoria(load)],
  ];
  let printed = false;
  for (const [name, result] of peers) {
    if (!result) continue;
    figure(`ingest_${load.name}`, own.perSecond, "samples/s", { name, value: result.perSecond });
    figure(`ingest_cpu_${load.name}`, own.cpuPerMillion, "CPU-s/M", { name, value: result.cpuPerMillion });
    printed = true;
  }
  if (!printed) {
    figure(`ingest_${load.name}`, own.perSecond, "samples/s");
    figure(`ingest_cpu_${load.name}`, own.cpuPerMillion, "CPU-s/M");
  }
}
process.exit(0);
