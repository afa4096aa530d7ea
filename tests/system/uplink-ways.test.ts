// Two ways to the server: a relay that the test can cut, and the straight one.  Nothing measured is lost by a switch.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import * as net from "node:net";
import * as path from "node:path";
import ModbusRTU from "modbus-serial";
import { Edge, Server, freePorts, readCatalog, quality, temporaryFolder } from "./lib/city.ts";
import { eventually } from "./lib/program.ts";

const folder = temporaryFolder("ways");
const server = new Server(path.join(folder, "server"));
let edge: Edge;
let device: InstanceType<typeof ModbusRTU.ServerTCP>;
let relayPort = 0;
let counter = 0;
let point = 0;

/** The first way: carries bytes to the server until it is cut. */
class Relay {
  private readonly calls = new Set<net.Socket>();
  private listener: net.Server | undefined;

  async open(): Promise<void> {
    const to = Number(new URL(server.tls).port);
    this.listener = net.createServer((call) => {
      const onward = net.connect(to, "127.0.0.1");
      for (const socket of [call, onward]) {
        this.calls.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => (call.destroy(), onward.destroy()));
      }
      call.pipe(onward).pipe(call);
    });
    await new Promise<void>((done) => this.listener!.listen(relayPort, "127.0.0.1", done));
  }

  cut(): void {
    this.listener?.close();
    for (const socket of this.calls) socket.destroy();
    this.calls.clear();
  }
}

const relay = new Relay();

before(async () => {
  const ports = await freePorts(2);
  relayPort = ports;
  device = new ModbusRTU.ServerTCP(
    { getHoldingRegister: (): Promise<number> => Promise.resolve(++counter & 0xffff) },
    { host: "127.0.0.1", port: ports + 1, unitID: 1 },
  );
  await server.start();
  await relay.open();
  edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  await server.importCsv(`kind,code,name,name_en,type,parent,time_zone
site,WAYS,双路,Two ways,station,,Asia/Shanghai
kind,code,name,name_en,protocol,picture
template,C,计数,Counter,modbus-tcp,meter
kind,template,key,name,name_en,quantity,unit,address,factor,decimals
point,C,count,计数,Count,number,,holding 0 u16,,0
kind,code,name,name_en,site,template,terminal,address,cycle_s
device,D,D,D,WAYS,C,T1,127.0.0.1:${ports + 1}/1,1
`);
  point = (await readCatalog(server)).point.get("D.count")!;
  await edge.start(`https://127.0.0.1:${relayPort},${server.tls}@lo`, ["--server-return-s", "2"]);
});

after(async () => {
  relay.cut();
  await edge.program.stop();
  device.close(() => undefined);
  assert.equal(await server.program.stop(), 0);
});

const latest = async (): Promise<number> => (await server.get(`/values?points=${point}`)).values[0][3];

const aLaterOneThan = (time: number): Promise<boolean> =>
  eventually("a later sample", async () => (await latest()) > time, 30_000);

test("the first way is used", async () => {
  await aLaterOneThan(Date.now());
  assert.doesNotMatch(edge.program.output, /switched/);
});

test("when it is cut, the second is taken, and that is an event", async () => {
  relay.cut();
  await aLaterOneThan(Date.now());
  assert.match(edge.program.output, /uplink switched server=https:\/\/127\.0\.0\.1:\d+ interface=lo/);
});

test("the first is taken again when it works, and no sample is lost", async () => {
  await relay.open();
  await eventually("the terminal is back", () =>
    edge.program.output.lastIndexOf(`switched server=https://127.0.0.1:${relayPort} `) >
      edge.program.output.lastIndexOf("interface=lo"), 30_000);
  await aLaterOneThan(Date.now());
  const good = (await server.samples(point)).filter((s) => s[2] === quality.good);
  const values = good.map((s) => s[1]!);
  assert.ok(values.length >= 3);
  values.slice(1).forEach((v, i) => assert.equal(v, values[i]! + 1));
});
