// M-Bus meters are found, described by the template that comes with heatnet, read over a TCP gateway
// and over a serial port, and seen on the server.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { Edge, Server, quality, readCatalog, temporaryFolder } from "./lib/city.ts";
import { Bus, Meter, goldenFrame } from "./lib/mbus-bus.ts";
import { Program, binary, eventually, root, run } from "./lib/program.ts";

const folder = temporaryFolder("mbus");
const server = new Server(path.join(folder, "server"));
const kamstrup = new Meter("kamstrup_multical_601", 17);
const sensus = new Meter("sen_pollucom_e", 5);
const water = new Meter("manual_frame3", 9);
const bus = new Bus([kamstrup, sensus, water]);
const port = path.join(folder, "serial");
let cable: Program;
let edge: Edge;

before(async () => {
  await bus.start();
  cable = new Program("socat", [`pty,raw,echo=0,link=${port}`, `tcp:127.0.0.1:${bus.port}`]);
  await eventually("the serial port is there", () => existsSync(port));
  await server.start();
  edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
});

after(async () => {
  await edge.program.stop();
  await server.program.stop();
  await cable.stop();
  bus.stop();
});

test("meters are found by wildcard", { timeout: 60_000 }, async () => {
  const search = await run(binary("heatnet-edge"), ["search", "mbus", `tcp:127.0.0.1:${bus.port}`, "--timeout-ms", "30"]);
  assert.equal(search.code, 0, search.output);
  const lines = search.output.split("\n").filter((line) => /^\d{8}\./.test(line));
  const want = bus.meters.map((m) => Buffer.from(m.frame.subarray(7, 11)).reverse().toString("hex"));
  assert.deepEqual(lines.map((line) => line.slice(0, 8)).sort(), want.sort());
  assert.ok(search.output.includes("06855817.KAM.8.4"), search.output);
});

test("meters are read over gateway and serial port", { timeout: 60_000 }, async () => {
  const template = readFileSync(path.join(root, "docs/templates/mbus.csv"), "utf8");
  const tcp = `tcp:127.0.0.1:${bus.port}`;
  const devices = `
kind,code,name,type,parent,time_zone,area_m2
site,C1,Company,company,,Asia/Shanghai,
site,S1,Station,station,C1,,1000

kind,code,name,site,template,terminal,address,cycle_s
device,HM1,Heat 1,S1,mbus-heat,T1,${tcp}/06855817.KAM,1
device,HM2,Heat 2,S1,mbus-heat,T1,serial:${port}:9600:8E1/5,1
device,WM1,Water,S1,mbus-water,T1,${tcp}/9;every=1h,1
`;
  const wrong = devices.replace("/5,1", "/251,1");
  await assert.rejects(server.importCsv(`${template}\n${wrong}`), /251|address/);
  await server.importCsv(`${template}\n${devices}`);
  const catalog = await readCatalog(server);
  for (const meter of bus.meters) meter.readings = 0; // the search read them too
  await edge.start(server.tls);

  const ids = [...catalog.point.values()].join(",");
  const now = async (): Promise<Map<string, [number | null, number]>> => {
    const { values } = await server.get(`/values?points=${ids}`);
    const byId = new Map<number, any>(values.map((v: any[]) => [v[0], v]));
    return new Map([...catalog.point].map(([name, id]) => [name, [byId.get(id)?.[1] ?? null, byId.get(id)?.[2] ?? -1]]));
  };
  const near = (value: number | null | undefined, want: number): boolean => value != null && Math.abs(value - want) < 1e-9;
  await eventually("all meters have answered", async () => {
    const values = await now();
    return near(values.get("HM1.heat")?.[0], 37351 * 0.0036) && values.get("HM2.heat")?.[1] === quality.good && near(values.get("WM1.volume")?.[0], 12.565);
  }, 30_000);
  const values = await now();
  assert.ok(near(values.get("HM1.supply_temperature")![0], 101.69));
  assert.ok(near(values.get("HM1.power")![0], 34.7));
  assert.ok(near(values.get("HM1.heat_last_period")![0], 33361 * 0.0036));
  assert.equal(values.get("WM1.flow")![1], quality.refused, "the water meter does not send it");

  // The battery meter keeps its budget while the others are read every second.
  await eventually("the others are read on", () => kamstrup.readings > 3 && sensus.readings > 3, 30_000);
  assert.equal(water.readings, 1);
});

test("captures are decoded, one a line", async () => {
  const lines = ["kamstrup_multical_601", "filler"].map((name) => goldenFrame(name).toString("hex"));
  const edgeDecode = new Program(binary("heatnet-edge"), ["decode", "mbus", "-"], { input: "pipe" });
  edgeDecode.child.stdin!.end(`${lines[0]}\n# a remark\n${lines[1]!.toUpperCase()}\nzz\n`);
  assert.equal(await edgeDecode.ended, 1, "one line is no telegram");
  const answers = edgeDecode.output.trim().split("\n").map((line) => JSON.parse(line));
  assert.equal(answers.length, 3);
  assert.equal(answers[0].id, "06855817");
  assert.deepEqual([answers[0].values[2].value, answers[0].values[2].unit], [561.08, "m³"]);
  assert.equal(answers[2].error.class, "type");
});
