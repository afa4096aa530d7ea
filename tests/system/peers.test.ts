// Devices made by others: python3-pymodbus and npm modbus-serial, polled beside the plant.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import * as path from "node:path";
import ModbusRTU from "modbus-serial";
import { Edge, Plant, Server, freePorts, readCatalog, quality, temporaryFolder, type CatalogPoints } from "./lib/city.ts";
import { Program, eventually, root } from "./lib/program.ts";

const folder = temporaryFolder("peers");
const server = new Server(path.join(folder, "server"));
const plant = new Plant(path.join(folder, "plant"));
let edge: Edge;
let pymodbus: Program;
let serial: InstanceType<typeof ModbusRTU.ServerTCP>;
let catalog: CatalogPoints;
let answers = true; // of the modbus-serial device

const catalogCsv = (pymodbusPort: number, serialPort: number): string => `kind,code,name,name_en,type,parent,time_zone
site,PEERS,外厂设备,Devices by others,station,,Asia/Shanghai
kind,code,name,name_en,protocol,picture
template,PY,pymodbus,pymodbus,modbus-tcp,meter
template,MS,modbus-serial,modbus-serial,modbus-tcp,meter
kind,template,key,name,name_en,quantity,unit,address,factor,decimals,range_low,range_high
point,PY,abcd,甲,ABCD,temperature,,holding 0 f32 abcd,,2,,
point,PY,cdab,乙,CDAB,temperature,,holding 2 f32 cdab,,2,,
point,PY,badc,丙,BADC,temperature,,holding 4 f32 badc,,2,,
point,PY,dcba,丁,DCBA,temperature,,holding 6 f32 dcba,,2,,
point,PY,small,小,Small,temperature,,holding 8 i16,0.1,1,,
point,PY,signed,带符号,Signed,number,,holding 9 i32,,0,,
point,PY,unsigned,无符号,Unsigned,number,,holding 11 u32,,0,,
point,PY,bit1,位1,Bit 1,state,,holding 13 u16 bit 1,,0,,
point,PY,bit2,位2,Bit 2,state,,holding 13 u16 bit 2,,0,,
point,PY,bcd,BCD,BCD,number,,holding 14 bcd16,,0,,
point,PY,nan,非数,Not a number,temperature,,holding 15 f32,,1,,
point,PY,double,双精度,Double,number,,holding 20 f64,,3,,
point,PY,hole,空洞,Hole,number,,holding 50 u16,,0,,
point,PY,counter,计数,Counter,number,,holding 100 u16,,0,,
point,PY,coil,线圈,Coil,state,,coil 1 bit,,0,,
point,PY,contact,触点,Contact,state,,discrete 0 bit,,0,,
point,PY,input,输入,Input,number,,input 0 u16,,0,,
point,PY,impossible,不可能,Impossible,temperature,,holding 11 u32,,0,-50,150
point,MS,float,浮点,Float,pressure,bar,holding 10 f32,,3,,
point,MS,counter,计数,Counter,number,,holding 0 u16,,0,,
kind,code,name,name_en,site,template,terminal,address,cycle_s
device,PYDEV,pymodbus,pymodbus,PEERS,PY,T1,127.0.0.1:${pymodbusPort}/7,1
device,MSDEV,modbus-serial,modbus-serial,PEERS,MS,T1,127.0.0.1:${serialPort}/3,1
`;

async function value(code: string): Promise<[number | null, number, number]> {
  const id = catalog.point.get(code);
  assert.ok(id !== undefined, code);
  const answer = await server.get(`/values?points=${id}`);
  const row = answer.values[0];
  return [row[1], row[2], row[3]];
}

before(async () => {
  const ports = await freePorts(2);
  pymodbus = new Program("/usr/bin/python3", [path.join(root, "tests/system/peers/pymodbus_server.py"), String(ports)]);
  await pymodbus.line(/ready/);
  let counter = 0;
  serial = new ModbusRTU.ServerTCP(
    {
      getHoldingRegister: (address: number, unit: number): Promise<number> => {
        if (!answers) return new Promise(() => undefined);
        if (unit !== 3) return Promise.reject({ modbusErrorCode: 0x0b });
        if (address === 0) return Promise.resolve(++counter & 0xffff);
        if (address === 10) return Promise.resolve(0x40b0); // 5.5 as float
        if (address === 11) return Promise.resolve(0x0000);
        return Promise.reject({ modbusErrorCode: 0x02 });
      },
    },
    { host: "127.0.0.1", port: ports + 1, unitID: 3 },
  );
  await server.start();
  edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  await plant.start();
  await server.importCsv(catalogCsv(ports, ports + 1));
  await server.importCsv(await plant.catalog("T1"));
  catalog = await readCatalog(server);
  await edge.start(server.tls);
});

after(async () => {
  await edge.program.stop();
  await plant.program.stop();
  serial.close(() => undefined);
  await pymodbus.stop();
  assert.equal(await server.program.stop(), 0);
});

test("pymodbus: every word order and type is read right", async () => {
  const want: [string, number | null, number][] = [
    ["abcd", 95.25, quality.good],
    ["cdab", 95.25, quality.good],
    ["badc", 95.25, quality.good],
    ["dcba", 95.25, quality.good],
    ["small", -12.3, quality.good],
    ["signed", -123456, quality.good],
    ["unsigned", 123456, quality.good],
    ["bit1", 1, quality.good],
    ["bit2", 0, quality.good],
    ["bcd", 1234, quality.good],
    ["nan", null, quality.notANumber],
    ["double", 123456.789, quality.good],
    ["hole", null, quality.refused],
    ["coil", 1, quality.good],
    ["contact", 1, quality.good],
    ["input", 4711, quality.good],
    ["impossible", 123456, quality.range],
  ];
  for (const [key, number, how] of want)
    await eventually(`${key} is ${number} with quality ${how}`, async () => {
      const [v, q] = await value(`PYDEV.${key}`);
      return v === number && q === how;
    });
});

test("pymodbus: values are read afresh each cycle", async () => {
  const [first, , time] = await value("PYDEV.counter");
  await eventually("a later count", async () => {
    const [next, q, later] = await value("PYDEV.counter");
    return q === quality.good && later > time && next !== first;
  });
});

test("modbus-serial: float in another unit is converted", async () => {
  await eventually("5.5 bar is 0.55 MPa", async () => {
    const [v, q] = await value("MSDEV.float");
    return q === quality.good && v !== null && Math.abs(v - 0.55) < 1e-9;
  });
});

test("a device that falls silent is said so, its neighbours go on, and it comes back", async () => {
  answers = false;
  await eventually("modbus-serial is silent", async () => (await value("MSDEV.counter"))[1] === quality.noAnswer, 30_000);
  const [, , before] = await value("PYDEV.counter");
  await eventually("pymodbus goes on", async () => (await value("PYDEV.counter"))[2] > before + 2000, 30_000);
  const { terminals } = await server.get("/terminals");
  const device = terminals[0].devices.find((d: any) => d.id === catalog.device.get("MSDEV"));
  assert.equal(device.state, "offline");
  const alarms = await server.get("/alarms?state=active");
  assert.ok(
    alarms.alarms.some((a: any) => a.kind === "communication" && a.device === catalog.device.get("MSDEV")),
    "a communication alarm is raised",
  );
  answers = true;
  await eventually("modbus-serial is back", async () => (await value("MSDEV.counter"))[1] === quality.good, 60_000);
  await eventually("its alarm has returned", async () => {
    const { alarms: list } = await server.get("/alarms?state=active");
    const alarm = list.find((a: any) => a.kind === "communication" && a.device === catalog.device.get("MSDEV"));
    return alarm?.returned_ms > 0;
  });
});

test("the plant's stations are polled beside them, all 24", async () => {
  const stations = [...catalog.point.entries()].filter(([code]) => code.endsWith(".secondary_supply_temperature"));
  assert.equal(stations.length, 24);
  for (const [code] of stations)
    await eventually(`${code} is alive`, async () => {
      const [v, q, time] = await value(code);
      return v !== null && q === quality.good && Date.now() - time < 30_000;
    });
});
