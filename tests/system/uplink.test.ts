// The upload by somebody else's terminal: what is stored is what was sent, bit for bit; damaged,
// foreign and repeated frames are each told so, and the raw log knows them all.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import * as path from "node:path";
import * as tls from "node:tls";
import { readFileSync } from "node:fs";
import { Server, readCatalog, temporaryFolder, type TerminalFiles, type CatalogPoints } from "./lib/city.ts";
import { run, binary, eventually } from "./lib/program.ts";
import { Terminal, encodeUpload, crc32c, type Frame } from "./lib/uplink.ts";

const csv = (terminal: string, device: string): string => `kind,code,name,name_en,type,parent,time_zone
site,C,热力公司,Company,company,,Asia/Shanghai
site,S-${device},试验站,Test station,station,C,
kind,code,name,name_en,protocol,picture
template,T,控制器,Controller,modbus-tcp,station
kind,template,key,name,name_en,quantity,address,decimals
point,T,supply,供温,Supply,temperature,holding 0 f32,2
point,T,counter,累计,Counter,heat,holding 2 f64,3
kind,code,name,site,template,terminal,address,cycle_s
device,${device},控制器,S-${device},T,${terminal},127.0.0.1:1502/1,10
`;

const folder = temporaryFolder("uplink");
const server = new Server(path.join(folder, "server"));
let mine: TerminalFiles, other: TerminalFiles;
let catalog: CatalogPoints;
let terminal: Terminal;
const spool = 0x1122334455667788n;
const start = Date.now() - 3_600_000;

const frame = (sequence: number, overrides: Partial<Frame> = {}): Frame => ({
  terminal: "OWN",
  spool,
  sequence,
  transmittedMs: Date.now(),
  blocks: [
    {
      device: catalog.device.get("DEV")!,
      times: [start + sequence * 10_000],
      columns: [
        { point: catalog.point.get("DEV.supply")!, values: [40 + sequence / 100] },
        { point: catalog.point.get("DEV.counter")!, values: [1000 + sequence / 3] },
      ],
    },
  ],
  ...overrides,
});

before(async () => {
  await server.start();
  mine = await server.enrol("OWN", path.join(folder, "own"));
  other = await server.enrol("OTHER", path.join(folder, "other"));
  await server.importCsv(csv("OWN", "DEV"));
  await server.importCsv(csv("OTHER", "FOREIGN"));
  catalog = await readCatalog(server);
  terminal = new Terminal(server.tls, mine);
});

after(async () => {
  terminal.close();
  assert.equal(await server.program.stop(), 0);
});

test("check code fits the published value", () => {
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(Buffer.from("123456789")), 0xe3069283);
});

test("the configuration names device and points", async () => {
  const configuration = await terminal.configuration();
  assert.equal(configuration.terminal, "OWN");
  assert.deepEqual(configuration.devices.map((d: any) => d.code), ["DEV"]);
  assert.deepEqual(configuration.devices[0].points, [
    catalog.point.get("DEV.supply"),
    catalog.point.get("DEV.counter"),
  ]);
  assert.equal(configuration.devices[0].cycle_ms, 10_000);
});

test("what is sent is stored, bit for bit", async () => {
  const hostile = [0, -0, 1e-320, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 9007199254740991, -273.15, 1 / 3, 123456.789];
  const times = hostile.map((_, i) => start - 1_000_000 + i * 1000);
  const answer = await terminal.upload(
    encodeUpload(
      frame(1, {
        blocks: [
          {
            device: catalog.device.get("DEV")!,
            times,
            columns: [
              { point: catalog.point.get("DEV.counter")!, values: hostile },
              {
                point: catalog.point.get("DEV.supply")!,
                values: hostile.map((_, i) => 20 + i / 10),
                qualities: [0, 0, 128, 128, 192, 0, 0, 0, 65, 0],
              },
            ],
          },
        ],
      }),
    ),
  );
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.verdicts.map((v) => [v.sequence, v.result]), [[1, "stored"]]);
  assert.ok(Math.abs(answer.serverMs - Date.now()) < 5000);
  const counter = await eventually("samples are there", async () => {
    const samples = await server.samples(catalog.point.get("DEV.counter")!, times[0], times[9]! + 1);
    return samples.length === 10 && samples;
  });
  counter.forEach(([time, value], i) => {
    assert.equal(time, times[i]);
    assert.ok(Object.is(value, hostile[i]), `row ${i}: ${value} is not ${hostile[i]}`);
  });
  const supply = await server.samples(catalog.point.get("DEV.supply")!, times[0], times[9]! + 1);
  assert.deepEqual(supply.map((s) => s[1]), [20, 20.1, 20.2, 20.3, null, 20.5, 20.6, 20.7, 20.8, 20.9]);
  assert.deepEqual(supply.map((s) => s[2]), [0, 0, 128, 128, 192, 0, 0, 0, 65, 0]);
});

test("a repeated frame is a duplicate, also with other content, and stored once", async () => {
  const first = await terminal.upload(encodeUpload(frame(2)));
  const again = await terminal.upload(encodeUpload(frame(2)));
  assert.equal(first.verdicts[0]!.result, "stored");
  assert.equal(again.verdicts[0]!.result, "duplicate");
});

test("every flipped bit is found, told, and the resent frame is stored right", async () => {
  const clean = frame(3);
  const bits = encodeUpload(clean).length * 8;
  let damaged = 0;
  for (let bit = 0; bit < bits; bit += 7) {
    const answer = await terminal.upload(
      encodeUpload(clean, (bytes) => {
        const at = (bit >> 3) % bytes.length;
        bytes[at] = bytes[at]! ^ (1 << (bit & 7));
      }),
    );
    assert.equal(answer.status, 200);
    assert.equal(answer.verdicts[0]!.result, "damaged", `bit ${bit}`);
    damaged++;
  }
  assert.ok(damaged > 50);
  const resent = await terminal.upload(encodeUpload(clean));
  assert.equal(resent.verdicts[0]!.result, "stored");
  await eventually("the value of frame 3", async () => {
    const samples = await server.samples(catalog.point.get("DEV.supply")!, start + 30_000, start + 30_001);
    return samples.length === 1 && samples[0]![1] === 40.03;
  });
  const log = await server.get("/log?verdict=damaged&limit=1000");
  assert.equal(log.records.length, damaged);
  assert.match(log.records[0].why, /\S/);
});

test("several frames in one upload each get their verdict, in order", async () => {
  const good = encodeUpload(frame(5));
  const bad = encodeUpload(frame(6), (bytes) => void (bytes[10]! ^= 4));
  const good2 = encodeUpload(frame(7));
  const answer = await terminal.upload(Buffer.concat([good, bad, good2]));
  assert.deepEqual(answer.verdicts.map((v) => v.result), ["stored", "damaged", "stored"]);
});

test("a missing sequence number is known", async () => {
  const t = await eventually("terminal's state", async () => {
    const { terminals } = await server.get("/terminals");
    const found = terminals.find((x: any) => x.code === "OWN");
    return found.last_sequence === 7 && found;
  });
  assert.equal(t.missing_sequences, 2); // 4 and 6
});

test("foreign terminal, foreign device and nonsense are refused with a reason", async () => {
  const asOther = new Terminal(server.tls, other);
  const foreign = await asOther.upload(encodeUpload(frame(1)));
  assert.ok(foreign.status === 403 || foreign.verdicts[0]?.result === "refused", JSON.stringify(foreign));
  asOther.close();
  const device = await terminal.upload(
    encodeUpload(
      frame(8, {
        blocks: [
          {
            device: catalog.device.get("FOREIGN")!,
            times: [start],
            columns: [{ point: catalog.point.get("FOREIGN.supply")!, values: [1] }],
          },
        ],
      }),
    ),
  );
  assert.equal(device.verdicts[0]!.result, "refused");
  assert.match(device.verdicts[0]!.text, /\S/);
  assert.deepEqual(await server.samples(catalog.point.get("FOREIGN.supply")!), []);
  const nonsense = await terminal.upload(Buffer.from("not protobuf at all"));
  assert.equal(nonsense.status, 400);
});

test("without, with an unknown and with a disabled certificate nobody gets in", async () => {
  const url = new URL(server.tls);
  const without = await new Promise<string>((resolve) => {
    const socket = tls.connect(
      { host: url.hostname, port: Number(url.port), ca: readFileSync(mine.authority), minVersion: "TLSv1.3" },
      () => socket.write("GET /uplink/v1/configuration HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
    );
    let text = "";
    socket.on("data", (chunk) => (text += chunk));
    socket.on("error", (error) => resolve(String(error)));
    socket.on("close", () => resolve(text));
  });
  assert.doesNotMatch(without, /200 OK/);
  assert.match(without, /40[13]|alert|ECONNRESET|EPROTO/);

  const stranger = path.join(folder, "stranger");
  const made = await run("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
    "-subj", "/CN=OWN", "-keyout", `${stranger}.key`, "-out", `${stranger}.pem`,
  ]);
  assert.equal(made.code, 0, made.output);
  const forged = new Terminal(server.tls, { ...mine, certificate: `${stranger}.pem`, key: `${stranger}.key` });
  const refused = await forged.upload(encodeUpload(frame(50))).catch((error: unknown) => ({ status: 0, text: String(error) }));
  assert.notEqual(refused.status, 200);
  forged.close();

  await server.ask("PATCH", "/terminals/OTHER", { enabled: false });
  const disabled = new Terminal(server.tls, other);
  const shut = await disabled.upload(encodeUpload(frame(1, { terminal: "OTHER" })));
  assert.equal(shut.status, 403);
  disabled.close();
});

test("only TLS 1.3 is spoken", async () => {
  const url = new URL(server.tls);
  const outcome = await new Promise<string>((resolve) => {
    const socket = tls.connect(
      { host: url.hostname, port: Number(url.port), rejectUnauthorized: false, maxVersion: "TLSv1.2" },
      () => resolve("connected"),
    );
    socket.on("error", (error) => resolve(String(error)));
  });
  assert.notEqual(outcome, "connected");
});

test("the raw log shows the frames and verifies", async () => {
  const { records } = await server.get("/log?terminal=OWN&verdict=stored&limit=100");
  assert.deepEqual(records.map((r: any) => r.sequence).sort((a: number, b: number) => a - b), [1, 2, 3, 5, 7]);
  const one = await server.get(`/log/${records[records.length - 1].number}`);
  assert.equal(one.frame.blocks[0].times_ms.length, 10);
  assert.equal(one.sequence, 1);
  const verified = await run(binary("heatnet"), ["--data", server.folder, "log", "verify"]);
  assert.equal(verified.code, 0, verified.output);
});
