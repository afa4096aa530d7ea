// A UPS behind a real upsd with its driver dummy-ups.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { existsSync, writeFileSync, mkdirSync } from "node:fs";
import * as path from "node:path";
import { Edge, Server, freePorts, readCatalog, quality, temporaryFolder, type CatalogPoints } from "./lib/city.ts";
import { Program, eventually } from "./lib/program.ts";

const dummy = "/lib/nut/dummy-ups";
const missing = existsSync(dummy) && existsSync("/lib/nut/upsd") ? false : "nut-server is not installed";
const folder = temporaryFolder("nut");
const server = new Server(path.join(folder, "server"));
const environment = { NUT_CONFPATH: folder, NUT_STATEPATH: folder, NUT_ALTPIDPATH: folder, NUT_PIDPATH: folder };
let edge: Edge;
let programs: Program[] = [];
let catalog: CatalogPoints;
let port = 0;

async function startUps(): Promise<void> {
  const driver = new Program(dummy, ["-D", "-a", "ups1", "-u", "root"], { environment });
  await driver.line(/Driver initialization completed|dstate_init|sock_connect|upsdrv_updateinfo/);
  const upsd = new Program("/lib/nut/upsd", ["-D", "-u", "root"], { environment });
  await upsd.line(/listening on 127/);
  programs = [driver, upsd];
}

before(async () => {
  if (missing) return;
  port = await freePorts(1);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "ups.conf"), `[ups1]\n driver = dummy-ups\n port = ${path.join(folder, "ups1.dev")}\n`);
  writeFileSync(path.join(folder, "ups1.dev"), "battery.charge: 57\ninput.voltage: 221.5\nups.status: OB DISCHRG\ndevice.mfr: Maker\n");
  writeFileSync(path.join(folder, "upsd.conf"), `LISTEN 127.0.0.1 ${port}\nSTATEPATH ${folder}\n`, { mode: 0o600 });
  writeFileSync(path.join(folder, "upsd.users"), "", { mode: 0o600 });
  await startUps();
  await server.start();
  edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  await server.importCsv(`kind,code,name,name_en,type,parent,time_zone
site,ROOM,机房,Machine room,station,,Asia/Shanghai
kind,code,name,name_en,protocol,picture
template,UPS,UPS,UPS,nut,meter
kind,template,key,name,name_en,quantity,unit,address,factor,decimals,range_low,range_high
point,UPS,charge,电量,Charge,number,,battery.charge,,0,,
point,UPS,battery,电池供电,On battery,state,,status OB,,0,,
point,UPS,low,电量低,Battery low,state,,status LB,,0,,
point,UPS,maker,厂家,Maker,number,,device.mfr,,0,,
point,UPS,none,无,None,number,,no.such.thing,,0,,
kind,code,name,name_en,site,template,terminal,address,cycle_s
device,U1,UPS,UPS,ROOM,UPS,T1,127.0.0.1:${port}/ups1,1
device,U9,UPS,UPS,ROOM,UPS,T1,127.0.0.1:${port}/ups9,1
`);
  catalog = await readCatalog(server);
  await edge.start(server.tls);
});

after(async () => {
  if (missing) return;
  await edge?.program.stop();
  for (const program of programs) await program.stop();
  assert.equal(await server.program.stop(), 0);
});

async function isValue(code: string, want: number | null, how: number): Promise<void> {
  await eventually(`${code} is ${want}, quality ${how}`, async () => {
    const answer = await server.get(`/values?points=${catalog.point.get(code)}`);
    return answer.values[0][1] === want && answer.values[0][2] === how;
  });
}

test("variables and words of the status are points", { skip: missing }, async () => {
  await isValue("U1.charge", 57, quality.good);
  await isValue("U1.battery", 1, quality.good);
  await isValue("U1.low", 0, quality.good);
  await isValue("U1.maker", null, 195);
  await isValue("U1.none", null, quality.refused);
});

test("a UPS that upsd does not know is offline and says why", { skip: missing }, async () => {
  await isValue("U9.charge", null, quality.noAnswer);
  const { terminals } = await server.get("/terminals");
  const device = terminals[0].devices.find((d: any) => d.id === catalog.device.get("U9"));
  assert.match(device.error, /UNKNOWN-UPS/);
});

test("upsd goes and comes back", { skip: missing }, async () => {
  for (const program of programs) await program.stop();
  await isValue("U1.charge", null, quality.noAnswer);
  await startUps();
  await isValue("U1.charge", 57, quality.good);
});
