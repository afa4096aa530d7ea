// Devices that speak by themselves, through a real mosquitto: plain JSON, Sparkplug B, ChirpStack, Neuron.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { writeFileSync, mkdirSync } from "node:fs";
import * as path from "node:path";
import { createRequire } from "node:module";
import mqtt, { type MqttClient } from "mqtt";
import { Edge, Server, freePorts, readCatalog, quality, temporaryFolder, type CatalogPoints } from "./lib/city.ts";
import { Program, eventually, run } from "./lib/program.ts";

const { get: sparkplugOf } = createRequire(import.meta.url)("sparkplug-payload") as any;
const sparkplug = sparkplugOf("spBv1.0");

const folder = temporaryFolder("mqtt");
const server = new Server(path.join(folder, "server"));
let edge: Edge;
let broker: Program;
let ports = 0; // plain, then TLS with passwords
let publisher: MqttClient;
let catalog: CatalogPoints;
const rebirths: string[] = [];

const eui = "24e124136b502217";
const catalogCsv = (): string => `kind,code,name,name_en,type,parent,time_zone
site,PUSH,自报设备,Devices that speak,station,,Asia/Shanghai
kind,code,name,name_en,protocol,picture
template,J,JSON,JSON,mqtt,meter
template,S,Sparkplug,Sparkplug,mqtt,meter
template,C,ChirpStack,ChirpStack,mqtt,meter
template,N,Neuron,Neuron,mqtt,meter
kind,template,key,name,name_en,quantity,unit,address,factor,decimals,range_low,range_high
point,J,supply,供水,Supply,temperature,,/t/supply,,2,,
point,J,pump,泵,Pump,state,,/pump,,0,,
point,S,supply,供水,Supply,temperature,,primary/supply,,2,,
point,S,flow,流量,Flow,flow,,primary/flow,,2,,
point,C,codec,室温,Room,temperature,,object temperature,,1,-40,80
point,C,bytes,室温二,Room 2,temperature,,data 5 i16le port 85,0.1,1,-40,80
point,C,rssi,信号,Signal,number,,meta rssi,,0,,
point,N,tag,标签,Tag,number,,tag0,,0,,
point,N,bad,坏,Bad,number,,tag1,,0,,
kind,code,name,name_en,site,template,terminal,address,cycle_s
device,JSON1,JSON,JSON,PUSH,J,T1,mqtt:127.0.0.1:${ports}/json/hall/+/values;time=/ts,60
device,SPARK,Sparkplug,Sparkplug,PUSH,S,T1,mqtt:127.0.0.1:${ports}/sparkplug/heat/edge01/station12,60
device,CHIRP,ChirpStack,ChirpStack,PUSH,C,T1,mqtts:127.0.0.1:${ports + 1}/chirpstack/${eui};login=lora,60
device,NEURON,Neuron,Neuron,PUSH,N,T1,mqtt:127.0.0.1:${ports}/neuron//neuron/mqtt/modbus/grp,60
`;

const pem = (name: string): string => path.join(folder, name);

async function openssl(...words: string[]): Promise<void> {
  const made = await run("openssl", words);
  assert.equal(made.code, 0, made.output);
}

async function startBroker(): Promise<void> {
  broker = new Program("/usr/sbin/mosquitto", ["-c", pem("mosquitto.conf")]);
  await broker.line(/mosquitto version .* running/);
}

async function makeBroker(): Promise<void> {
  await openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
    "-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", pem("broker.key"), "-out", pem("broker.pem"));
  writeFileSync(pem("users"), "");
  const made = await run("/usr/bin/mosquitto_passwd", ["-b", pem("users"), "terminal", "s3cret"]);
  assert.equal(made.code, 0, made.output);
  mkdirSync(pem("broker"));
  writeFileSync(pem("mosquitto.conf"), `per_listener_settings true
user root
persistence true
persistence_location ${pem("broker")}/
max_queued_messages 100000
listener ${ports} 127.0.0.1
allow_anonymous true
listener ${ports + 1} 127.0.0.1
allow_anonymous false
password_file ${pem("users")}
certfile ${pem("broker.pem")}
keyfile ${pem("broker.key")}
`);
}

async function connectPublisher(): Promise<void> {
  publisher = await mqtt.connectAsync(`mqtt://127.0.0.1:${ports}`, { reconnectPeriod: 200 });
  publisher.on("message", (topic) => rebirths.push(topic));
  await publisher.subscribeAsync("spBv1.0/+/NCMD/#", { qos: 1 });
}

const say = (topic: string, payload: unknown): Promise<unknown> =>
  publisher.publishAsync(topic, Buffer.isBuffer(payload) ? payload : JSON.stringify(payload), { qos: 1 });

async function value(code: string): Promise<[number | null, number, number]> {
  const answer = await server.get(`/values?points=${catalog.point.get(code)}`);
  const row = answer.values[0];
  return [row[1], row[2], row[3]];
}

async function isValue(code: string, want: number | null, how: number, timeMs?: number): Promise<void> {
  let last: unknown;
  await eventually(`${code} is ${want}, quality ${how}`, async () => {
    const [v, q, t] = (last = await value(code)) as [number | null, number, number];
    return v === want && q === how && (timeMs === undefined || t === timeMs);
  }).catch((error: Error) => assert.fail(`${error.message}; got ${JSON.stringify(last)}\n${edge.program.output.slice(-1500)}`));
}

const seq = { at: 0 };
function spark(message: string, timeMs: number, metrics: unknown[], device = "/station12", skip = 0): Promise<unknown> {
  seq.at = message === "NBIRTH" ? 0 : (seq.at + 1 + skip) % 256;
  const bytes = Buffer.from(sparkplug.encodePayload({ timestamp: timeMs, seq: seq.at, metrics }));
  return say(`spBv1.0/heat/${message}/edge01${message.startsWith("N") ? "" : device}`, bytes);
}

async function birth(timeMs: number): Promise<void> {
  await spark("NBIRTH", timeMs, [{ name: "bdSeq", timestamp: timeMs, type: "UInt64", value: 1 }]);
  await spark("DBIRTH", timeMs, [
    { name: "primary/supply", alias: 1, timestamp: timeMs, type: "Float", value: 90.5 },
    { name: "primary/flow", alias: 2, timestamp: timeMs, type: "Int16", value: -7 },
  ]);
}

before(async () => {
  ports = await freePorts(2);
  await makeBroker();
  await startBroker();
  await server.start();
  edge = new Edge(path.join(folder, "edge"), await server.enrol("T1", path.join(folder, "certificates")));
  mkdirSync(path.join(edge.folder, "logins"), { mode: 0o700 });
  writeFileSync(path.join(edge.folder, "logins", "lora"), `user terminal\npassword s3cret\nauthority ${pem("broker.pem")}\n`, { mode: 0o600 });
  await server.importCsv(catalogCsv());
  catalog = await readCatalog(server);
  await connectPublisher();
  await edge.start(server.tls);
  await edge.program.line(/mqtt_connected broker=mqtt:/);
  await edge.program.line(/mqtt_connected broker="mqtts:/);
});

after(async () => {
  await publisher?.endAsync(true);
  await edge?.program.stop();
  await broker?.stop();
  assert.equal(await server.program.stop(), 0);
});

const t0 = Math.floor(Date.now() / 1000) * 1000 - 600_000;

test("JSON: values arrive with their source time; a part of the points is enough", async () => {
  await say("hall/1/values", { ts: t0, t: { supply: 95.25 }, pump: true });
  await isValue("JSON1.supply", 95.25, quality.good, t0);
  await isValue("JSON1.pump", 1, quality.good, t0);
  await say("hall/1/values", { ts: t0 + 5000, pump: false });
  await isValue("JSON1.pump", 0, quality.good, t0 + 5000);
  await isValue("JSON1.supply", 95.25, quality.good, t0);
  await say("hall/1/values", { ts: t0 - 5000, t: { supply: 10 } }); // late: history only
  await eventually("the late one is in history", async () => {
    const rows = await server.samples(catalog.point.get("JSON1.supply")!);
    return rows.some(([t, v]) => t === t0 - 5000 && v === 10);
  });
  assert.deepEqual((await value("JSON1.supply"))[0], 95.25);
});

test("Sparkplug: a rebirth is asked for at the start, aliases and signs are understood", async () => {
  await eventually("the terminal asked", () => rebirths.includes("spBv1.0/heat/NCMD/edge01"));
  await birth(t0);
  await isValue("SPARK.supply", 90.5, quality.good, t0);
  await isValue("SPARK.flow", -7, quality.good, t0);
  await spark("DDATA", t0 + 1000, [{ alias: 1, timestamp: t0 + 1000, type: "Float", value: 91.5 }]);
  await isValue("SPARK.supply", 91.5, quality.good, t0 + 1000);
  await spark("DDATA", t0 + 2000, [
    { name: "primary/supply", timestamp: t0 - 9000, type: "Float", value: 80, isHistorical: true },
    { name: "primary/flow", timestamp: t0 + 2000, type: "Int16", isNull: true, value: null },
  ]);
  await isValue("SPARK.flow", null, quality.notANumber, t0 + 2000);
  await eventually("the historical one is in history", async () =>
    (await server.samples(catalog.point.get("SPARK.supply")!)).some(([t, v]) => t === t0 - 9000 && v === 80));
});

test("Sparkplug: a sequence gap asks for a rebirth; until then an alias means nothing", async () => {
  rebirths.length = 0;
  await spark("DDATA", t0 + 3000, [{ alias: 1, timestamp: t0 + 3000, type: "Float", value: 1 }], "/station12", 1);
  await eventually("asked again", () => rebirths.length > 0);
  await birth(t0 + 4000);
  await isValue("SPARK.supply", 90.5, quality.good, t0 + 4000);
  const rows = await server.samples(catalog.point.get("SPARK.supply")!);
  assert.ok(!rows.some(([t]) => t === t0 + 3000));
});

test("Sparkplug: a death is no answer, and the device is offline", async () => {
  await spark("DDEATH", t0 + 5000, []);
  await isValue("SPARK.supply", null, quality.noAnswer, t0 + 5000);
  await eventually("offline", async () => {
    const { terminals } = await server.get("/terminals");
    return terminals[0].devices.find((d: any) => d.id === catalog.device.get("SPARK"))?.state === "offline";
  });
});

test("Neuron: values and errors", async () => {
  await say("/neuron/mqtt/modbus/grp", { timestamp: t0, node: "modbus", group: "grp", values: { tag0: 123 }, errors: { tag1: 2014 } });
  await isValue("NEURON.tag", 123, quality.good, t0);
  await isValue("NEURON.bad", null, quality.refused, t0);
});

test("ChirpStack over TLS with a password: codec's object, bytes, signal; a repetition is one", async () => {
  const secure = await mqtt.connectAsync(`mqtts://127.0.0.1:${ports + 1}`, { username: "terminal", password: "s3cret", rejectUnauthorized: false });
  const event = {
    deduplicationId: "d1", time: new Date(t0).toISOString(), deviceInfo: { devEui: eui }, fCnt: 1, fPort: 85,
    data: "AXVkA2fRAARoZQ==", object: { temperature: 20.9 }, rxInfo: [{ rssi: -99 }, { rssi: -86, snr: 7.5 }],
  };
  const topic = `application/17c8/device/${eui}/event/up`;
  for (const again of [1, 2]) await secure.publishAsync(topic, JSON.stringify({ ...event, again }), { qos: 1 });
  await secure.endAsync();
  await isValue("CHIRP.codec", 20.9, quality.good, t0);
  await isValue("CHIRP.bytes", 20.9, quality.good, t0);
  await isValue("CHIRP.rssi", -86, quality.good, t0);
  assert.equal((await server.samples(catalog.point.get("CHIRP.rssi")!)).length, 1);
  assert.ok(!edge.program.output.includes("s3cret"), "no password in the log");
});

test("a wrong address is refused at import with the right form", async () => {
  const wrong = catalogCsv().replace("/json/", "/nothing/").replace("data 5 i16le", "data 5 i17");
  await assert.rejects(server.importCsv(wrong), (error: Error) => /json/.test(error.message) && /data 3 i16le/.test(error.message));
});

test("what is published while the terminal is away, and more than it holds at once, comes later whole", async () => {
  assert.equal(await edge.program.stop(), 0);
  const sent: number[] = [];
  for (let i = 0; i < 300; i++) {
    sent.push(t0 + 10_000 + i * 100);
    await say("hall/2/values", { ts: sent.at(-1), t: { supply: i } });
  }
  await edge.start(server.tls);
  await eventually("all 300 are in history", async () => {
    const got = new Set((await server.samples(catalog.point.get("JSON1.supply")!)).map(([t]) => t));
    return sent.every((t) => got.has(t));
  }, 40_000);
});

test("the broker restarts: the terminal is offline, comes back, and what was said is whole", async () => {
  assert.equal(await broker.stop(), 0);
  await edge.program.line(/mqtt_disconnected broker=mqtt:/);
  await eventually("the device is offline", async () => {
    const { terminals } = await server.get("/terminals");
    return terminals[0].devices.find((d: any) => d.id === catalog.device.get("JSON1"))?.state === "offline";
  });
  await startBroker();
  await eventually("the publisher is back", () => publisher.connected);
  const sent: number[] = [];
  for (let i = 0; i < 50; i++) {
    sent.push(t0 + 100_000 + i * 100);
    await say("hall/3/values", { ts: sent.at(-1), t: { supply: i } });
  }
  await eventually("all 50 are in history", async () => {
    const got = new Set((await server.samples(catalog.point.get("JSON1.supply")!)).map(([t]) => t));
    return sent.every((t) => got.has(t));
  }, 40_000);
});
