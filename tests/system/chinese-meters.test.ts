// Eight makers' CJ/T 188 heat meters and a DL/T 645 meter on one line, from their sheets' bytes to the server's values.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { Edge, Server, readCatalog, quality, temporaryFolder, type CatalogPoints } from "./lib/city.ts";
import { eventually, root, run, binary } from "./lib/program.ts";

const golden = (name: string): any => JSON.parse(readFileSync(path.join(root, "tests/golden", name), "utf8"));
const heatMeters: any[] = golden("cjt188/heat_read_answers.json").vectors;
const energyMeter: any = golden("dlt645/frames.json").vectors.find((v: any) => v.id === "energy-1234.56");

const folder = temporaryFolder("chinese-meters");
const server = new Server(path.join(folder, "server"));
let edge: Edge;
let catalog: CatalogPoints;
let line: net.Server;
const sockets = new Set<net.Socket>();

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replace(/^(FE)+/, ""), "hex");

/** The sum and the end behind a telegram. */
function closed(telegram: Buffer): Buffer {
  let sum = 0;
  for (const byte of telegram) sum += byte;
  return Buffer.concat([telegram, Buffer.from([sum & 0xff, 0x16])]);
}

/** What the meters say to a request on their line; nothing when it is for none. */
function answer(request: Buffer): Buffer | undefined {
  const start = request.indexOf(0x68);
  const at = request.subarray(start);
  if (at[7] === 0x68 && at[8] === 0x11) {
    const meter = bytesOf(energyMeter.frame);
    if (!at.subarray(1, 7).equals(meter.subarray(1, 7)) || !at.subarray(10, 14).equals(meter.subarray(10, 14))) return undefined;
    return meter;
  }
  for (const vector of heatMeters) {
    const meter = bytesOf(vector.frame);
    const offset = vector.dialect.includes("+33") ? 0x33 : 0;
    const asked = [(at[11]! - offset) & 0xff, (at[12]! - offset) & 0xff].sort().join();
    if (!at.subarray(2, 9).equals(meter.subarray(2, 9)) || at[9] !== 1) continue;
    if (asked !== [0x1f, 0x90].sort().join()) return undefined;
    at.copy(meter, 11, 11, 14); // identifier and sequence come back as they were asked
    return Buffer.concat([Buffer.from([0xfe, 0xfe]), closed(meter.subarray(0, meter.length - 2))]);
  }
  return undefined;
}

const isHighFirst = (vector: any): boolean => vector.dialect.startsWith("BE");

function addressOf(vector: any): string {
  const wire: string = vector.expected.address_wire;
  return isHighFirst(vector) ? `${wire};dialect=be` : wire.match(/../g)!.reverse().join("");
}

before(async () => {
  line = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", (request: Buffer) => {
      const said = answer(request);
      if (said) socket.write(said);
    });
  });
  await new Promise<void>((resolve) => line.listen(0, "127.0.0.1", resolve));
  const { port } = line.address() as net.AddressInfo;
  await server.start();
  edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  for (const name of ["cjt188.csv", "dlt645.csv"])
    await server.importCsv(readFileSync(path.join(root, "docs/templates", name), "utf8"));
  await server.importCsv(
    [
      "kind,code,name,type",
      "site,S1,表,station",
      "kind,template,key,name,quantity,address",
      "kind,code,name,protocol",
      "template,energy,电表,dlt645",
      "kind,template,key,name,quantity,address",
      "point,energy,total,电能,electricity,forward_active_energy",
      "kind,code,name,site,template,terminal,address,cycle_s",
      ...heatMeters.map((v, i) => `device,H${i},${v.id},S1,cjt188-heat,T1,tcp:127.0.0.1:${port}/${addressOf(v)},2`),
      `device,E1,电表,S1,energy,T1,tcp:127.0.0.1:${port}/${energyMeter.expected.address},2`,
      "",
    ].join("\n"),
  );
  catalog = await readCatalog(server);
  await edge.start(server.tls, ["--timeout-ms", "400"]);
});

after(async () => {
  await edge.program.stop();
  for (const socket of sockets) socket.destroy();
  line.close();
  assert.equal(await server.program.stop(), 0);
});

async function value(code: string): Promise<[number | null, number]> {
  const id = catalog.point.get(code);
  assert.ok(id !== undefined, code);
  const answerRow = (await server.get(`/values?points=${id}`)).values[0];
  return [answerRow[1], answerRow[2]];
}

const factors: Record<string, number> = { kWh: 0.0036, kW: 1, "m3/h": 1, m3: 1, L: 0.001, degC: 1 };

test("every maker's values arrive in the catalog's units, whatever the dialect", async () => {
  const keys: [string, string][] = [
    ["heat", "current_heat"],
    ["power", "power"],
    ["flow", "flow"],
    ["volume", "volume"],
    ["supply_temperature", "supply_temp"],
    ["return_temperature", "return_temp"],
  ];
  for (const [i, vector] of heatMeters.entries())
    for (const [key, field] of keys) {
      const want = vector.expected.fields[field];
      await eventually(`${vector.id} ${key} is ${want.value} ${want.unit}`, async () => {
        const [v, q] = await value(`H${i}.${key}`);
        if (want.value === null) return v === null && q === quality.notANumber;
        return q === quality.good && v !== null && Math.abs(v - want.value * factors[want.unit]!) < 1e-6;
      }, 60_000);
    }
});

test("a DL/T 645 meter on the same line is read in turn", async () => {
  await eventually("1234.56 kWh", async () => {
    const [v, q] = await value("E1.total");
    return v === 1234.56 && q === quality.good;
  });
});

test("a wrong address is an error of its line that shows the right form", async () => {
  await assert.rejects(
    server.importCsv("kind,code,name,site,template,terminal,address\ndevice,H9,x,S1,cjt188-heat,T1,tcp:127.0.0.1:1/1234;dialect=klingon\n"),
    /dialect is auto, or std unit-first be plus33/,
  );
  await assert.rejects(
    server.importCsv("kind,code,name,site,template,terminal,address\ndevice,E9,x,S1,energy,T1,tcp:127.0.0.1:1/12x\n"),
    /1 to 12 digits/,
  );
});

test("heatnet-edge decode says the same of every telegram", async () => {
  for (const vector of heatMeters) {
    const { code, output } = await run(binary("heatnet-edge"), ["decode", "cjt188", vector.frame]);
    assert.equal(code, 0, output);
    const said = JSON.parse(output);
    const supply = said.values.find((v: any) => v.name === "supply_temperature");
    assert.equal(supply.value, vector.expected.fields.supply_temp.value, vector.id);
  }
  const bad = golden("cjt188/frames.json").vectors.find((v: any) => v.valid === false);
  const { code, output } = await run(binary("heatnet-edge"), ["decode", "cjt188", bad.frame]);
  assert.equal(code, 1);
  assert.match(output, /the check code is wrong/);
});
