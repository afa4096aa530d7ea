// Buses with several Modbus RTU devices by others behind one line: a serial port (two ptys joined by socat), RTU over
// TCP, a modem that dials in.  One device of each bus is dead.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { Edge, Server, freePorts, readCatalog, quality, temporaryFolder, type CatalogPoints } from "./lib/city.ts";
import { Modem } from "./lib/modem.ts";
import { Program, binary, eventually, pause, root, run } from "./lib/program.ts";

const folder = temporaryFolder("lines");
const server = new Server(path.join(folder, "server"));
const near = path.join(folder, "bus-near"); // the terminal's end of the cable
const far = path.join(folder, "bus-far");
const timeoutMs = 400;
const registration = "REG:13800001111";
const heartbeat = "HEART";
const programs: Program[] = [];
let edge: Edge;
let catalog: CatalogPoints;
let modem: Modem;
let modemPort = 0;
let busPort = 0;

const buses = ["SER", "TCP", "MOD"] as const;

function catalogCsv(): string {
  const lines = { SER: `serial:${near}:19200:8N1`, TCP: `tcp:127.0.0.1:${busPort}`, MOD: "modem:13800001111" };
  const devices = buses.flatMap((bus) =>
    [1, 2, 9].map((unit) => `device,${bus}${unit},${bus}${unit},${bus}${unit},LINES,RTU,T1,${lines[bus]}/${unit};max=60;gap=8,1`),
  );
  return `kind,code,name,name_en,type,parent,time_zone
site,LINES,总线,Buses,station,,Asia/Shanghai
kind,code,name,name_en,protocol,picture
template,RTU,RTU,RTU,modbus-rtu,meter
kind,template,key,name,name_en,quantity,unit,address,factor,decimals
point,RTU,abcd,甲,ABCD,temperature,,holding 0 f32,,2
point,RTU,cdab,乙,CDAB,temperature,,holding 2 f32 cdab,,2
point,RTU,badc,丙,BADC,temperature,,holding 4 f32 badc,,2
point,RTU,dcba,丁,DCBA,temperature,,holding 6 f32 dcba,,2
point,RTU,unit,单元,Unit,number,,holding 8 u16,,0
point,RTU,signed,带符号,Signed,number,,holding 9 i32,,0
point,RTU,bcd,BCD,BCD,number,,holding 11 bcd16,,0
point,RTU,long,长,Long,number,,holding 12 i64,,0
point,RTU,bit,位,Bit,state,,holding 11 u16 bit 2,,0
point,RTU,hole,空洞,Hole,number,,holding 60 u16,,0
point,RTU,coil,线圈,Coil,state,,coil 1,,0
point,RTU,contact,触点,Contact,state,,discrete 0,,0
point,RTU,input,输入,Input,number,,input 0 u16,,0
kind,code,name,name_en,site,template,terminal,address,cycle_s
${devices.join("\n")}
`;
}

const want: [string, number | null, number][] = [
  ["abcd", 95.25, quality.good],
  ["cdab", 95.25, quality.good],
  ["badc", 95.25, quality.good],
  ["dcba", 95.25, quality.good],
  ["signed", -123456, quality.good],
  ["bcd", 1234, quality.good],
  ["long", -5000000000, quality.good],
  ["bit", 1, quality.good],
  ["hole", null, quality.refused],
  ["coil", 1, quality.good],
  ["contact", 1, quality.good],
  ["input", 4711, quality.good],
];

async function value(code: string): Promise<[number | null, number, number]> {
  const id = catalog.point.get(code);
  assert.ok(id !== undefined, code);
  const row = (await server.get(`/values?points=${id}`)).values[0];
  return [row[1], row[2], row[3]];
}

async function start(program: string, words: string[], ready: RegExp | undefined): Promise<Program> {
  const started = new Program(program, words);
  programs.push(started);
  if (ready) await started.line(ready, 20_000);
  return started;
}

before(async () => {
  const ports = await freePorts(2);
  [busPort, modemPort] = [ports, ports + 1];
  const peer = path.join(root, "tests/system/peers/pymodbus_rtu_server.py");
  await start("/usr/bin/socat", [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], undefined);
  await eventually("socat has made its ptys", async () => existsSync(near) && existsSync(far));
  await Promise.all([
    start("/usr/bin/python3", [peer, "serial", far], /ready/),
    start("/usr/bin/python3", [peer, "tcp", String(busPort)], /ready/),
    server.start(),
  ]);
  edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  await server.importCsv(catalogCsv());
  catalog = await readCatalog(server);
  await edge.start(server.tls, [
    "--timeout-ms", String(timeoutMs),
    "--modem-listen", `127.0.0.1:${modemPort}`,
    "--modem-registration", "REG:{digits:11}",
    "--modem-heartbeat", heartbeat,
  ]);
  modem = new Modem(modemPort, registration, heartbeat, busPort);
});

after(async () => {
  modem.hangUp();
  await edge.program.stop();
  for (const program of programs) await program.stop();
  assert.equal(await server.program.stop(), 0);
});

for (const bus of buses)
  test(`${bus}: both devices of the bus are read right`, async () => {
    for (const unit of [1, 2]) {
      await eventually(`unit ${unit} tells its number`, async () => (await value(`${bus}${unit}.unit`))[0] === unit, 30_000);
      for (const [key, number, how] of want)
        await eventually(`${key} is ${number}, quality ${how}`, async () => {
          const [v, q] = await value(`${bus}${unit}.${key}`);
          return v === number && q === how;
        });
    }
  });

test("a dead device costs its bus one time-out per back-off step, no more", async () => {
  const from = Date.now();
  await pause(8000);
  const to = Date.now();
  for (const bus of buses) {
    const id = catalog.point.get(`${bus}2.unit`)!;
    const good = (await server.samples(id, from, to)).filter((s) => s[2] === quality.good).map((s) => s[0]);
    const longest = Math.max(...good.slice(1).map((t, i) => t - good[i]!));
    assert.ok(good.length >= 4, `${bus}: ${good.length} samples in 8 s`);
    assert.ok(longest <= 3000, `${bus}: ${longest} ms between two samples`);
    const dead = await server.samples(catalog.point.get(`${bus}9.unit`)!, from, to);
    // Steps of 1, 2, 4, 8 s ...: at most four tries fall into 8 s.
    assert.ok(dead.length <= 4, `${bus}: the dead device was asked ${dead.length} times`);
    assert.ok(dead.every((s) => s[2] === quality.noAnswer));
  }
});

test("a modem that dials anew goes on at once, and its old call is hung up", async () => {
  const old = modem;
  modem = new Modem(modemPort, registration, heartbeat, busPort);
  await eventually("the old call has ended", async () => old.ended);
  const now = Date.now();
  await eventually("a later sample", async () => {
    const [v, q, time] = await value("MOD1.unit");
    return v === 1 && q === quality.good && time > now;
  }, 20_000);
  await eventually("the status names it", async () => {
    const { output } = await run(binary("heatnet-edge"), ["status", "--data", edge.folder]);
    return /modem 13800001111 +connected/.test(output) && /modems_replaced +1/.test(output);
  }, 20_000);
});

test("a wrong line is an error of its row that shows the right form", async () => {
  const wrong = catalogCsv().replace(`serial:${near}:19200:8N1/1`, `serial:${near}:19201:8N1/1`);
  await assert.rejects(server.importCsv(wrong), /115200.*serial:PATH:SPEED:MODE/);
});
