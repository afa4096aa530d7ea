// A reading is judged by its limits and by its neighbours: marked, kept, explained, alarmed.
import { test, after } from "node:test";
import assert from "node:assert/strict";
import * as path from "node:path";
import { Edge, Server, freePorts, quality, readCatalog, temporaryFolder } from "./lib/city.ts";
import { Device } from "./lib/device.ts";
import { eventually } from "./lib/program.ts";

const folder = temporaryFolder("validation");
const server = new Server(path.join(folder, "server"));
await server.start();
const device = new Device(await freePorts(1), 12);
const catalog = [
  "kind,code,name,name_en,type,parent,time_zone",
  "site,S,试验站,Test station,station,,Asia/Shanghai",
  "kind,code,name,name_en,protocol,picture",
  "template,T,热表,Heat meter,modbus-tcp,meter",
  "kind,template,key,name,name_en,quantity,address,factor,range_high,rate_high,rules",
  "point,T,supply,供水,Supply,temperature,holding 0 u16,0.1,150,,above back 1",
  "point,T,back,回水,Return,temperature,holding 1 u16,0.1,,,",
  "point,T,flow,流量,Flow,flow,holding 2 u16,0.01,,,needs pump 0.1",
  "point,T,power,功率,Power,power,holding 3 u16,,,,heat flow supply back 10 5",
  "point,T,energy,热量,Energy,heat,holding 4 u32,0.01,,1,rises",
  "point,T,pump,水泵,Pump,state,holding 6 u16,,,,",
  "kind,code,name,site,template,terminal,address,cycle_s",
  `device,D,热表,S,T,T1,127.0.0.1:${device.port}/1,1`,
];
device.registers.set([800, 600, 1000, 229, 0, 5000, 1]); // 10 m³/h over 20 K: 229 kW
const edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
await server.importCsv(catalog.join("\n") + "\n");
await edge.start(server.tls);
const { point } = await readCatalog(server);
const id = (key: string): number => point.get(`D.${key}`)!;

after(async () => {
  await edge.program.stop();
  device.close();
  await server.program.stop();
});

async function marked(key: string, wanted: number): Promise<{ value: number; timeMs: number }> {
  return eventually(`${key} has quality ${wanted}`, async () => {
    const [row] = (await server.get(`/values?points=${id(key)}`)).values;
    return row && row[2] === wanted ? { value: row[1], timeMs: row[3] } : undefined;
  });
}

const verdict = (key: string, timeMs: number): Promise<any> => server.get(`/points/${id(key)}/verdict?time=${timeMs}`);

test("all is well at first", async () => {
  for (const key of ["supply", "back", "flow", "power", "energy", "pump"]) await marked(key, quality.good);
});

test("a rule of the import that cannot be is refused with its line", async () => {
  const wrong = catalog.map((line) => line.replace("above back 1", "above bakc 1"));
  await assert.rejects(server.importCsv(wrong.join("\n") + "\n"), /no point \\"bakc\\"/);
});

test("a meter that contradicts flow and temperatures", async () => {
  device.registers[3] = 400;
  const { value, timeMs } = await marked("power", quality.correlation);
  assert.equal(value, 400, "the reading is kept");
  const why = await verdict("power", timeMs);
  assert.equal(why.rule, "heat");
  assert.equal(why.measured, 400);
  assert.equal(why.sign, "<=");
  assert.ok(why.limit > 229 && why.limit < 275, String(why.limit));
  await eventually("an alarm says so", async () =>
    (await server.get("/alarms?state=active")).alarms.some((a: any) => a.point === id("power") && a.kind === "implausible"),
  );
  device.registers[3] = 229;
  await marked("power", quality.good);
});

test("swapped sensors, flow without a pump", async () => {
  device.registers.set([600, 800]);
  device.registers[6] = 0;
  const { timeMs } = await marked("supply", quality.correlation);
  assert.deepEqual(
    (({ rule, other, measured, limit, unit }) => ({ rule, other, measured, limit, unit }))(await verdict("supply", timeMs)),
    { rule: "above", other: "back", measured: 60, limit: 79, unit: "°C" },
  );
  await marked("flow", quality.correlation);
  device.registers.set([800, 600]);
  device.registers[6] = 1;
  await marked("supply", quality.good);
});

test("a register that falls is bad and no total counts it", async () => {
  device.registers[5] = 0;
  const { value, timeMs } = await marked("energy", quality.counter);
  assert.equal(value, 0);
  const why = await verdict("energy", timeMs);
  assert.deepEqual([why.rule, why.limit, why.measured], ["rises", 50, 0]);
  device.registers[5] = 5001;
  await marked("energy", quality.good);
  const to = Date.now() + 60_000;
  const trend = await server.get(`/trend?points=${id("energy")}&from=${to - 600_000}&to=${to}&buckets=1`);
  const [row] = trend.series[0].rows;
  assert.equal(row[1], 50, "the least is what the register really had");
});

test("out of range", async () => {
  device.registers[0] = 1501;
  const { timeMs } = await marked("supply", quality.range);
  const why = await verdict("supply", timeMs);
  assert.deepEqual([why.rule, why.limit, why.unit], ["range_high", 150, "°C"]);
  device.registers[0] = 800;
  await marked("supply", quality.good);
});
