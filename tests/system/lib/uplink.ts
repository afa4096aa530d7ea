// A second implementation of the upload, written from docs/uplink.md alone: no generated code,
// no library but Node's own.  If it and the C terminal disagree, one of them or the document lies.
import * as https from "node:https";
import { readFileSync } from "node:fs";
import type { TerminalFiles } from "./city.ts";

// --- protobuf wire format: varints, length-delimited fields, fixed numbers ---------------------

function varint(value: bigint): number[] {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return out;
}

const zigzag = (value: bigint): bigint => BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));

class Message {
  private readonly parts: number[] = [];

  number(field: number, value: bigint | number): this {
    this.parts.push(...varint(BigInt(field) << 3n), ...varint(BigInt(value)));
    return this;
  }
  fixed32(field: number, value: number): this {
    this.parts.push(...varint((BigInt(field) << 3n) | 5n));
    for (let i = 0; i < 4; i++) this.parts.push((value >>> (8 * i)) & 0xff);
    return this;
  }
  fixed64(field: number, value: bigint): this {
    this.parts.push(...varint((BigInt(field) << 3n) | 1n));
    for (let i = 0n; i < 8n; i++) this.parts.push(Number((value >> (8n * i)) & 0xffn));
    return this;
  }
  bytes(field: number, value: Uint8Array): this {
    this.parts.push(...varint((BigInt(field) << 3n) | 2n), ...varint(BigInt(value.length)), ...value);
    return this;
  }
  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value, "utf8"));
  }
  packed(field: number, values: bigint[]): this {
    return this.bytes(field, Uint8Array.from(values.flatMap(varint)));
  }
  end(): Buffer {
    return Buffer.from(this.parts);
  }
}

interface Field {
  number: number;
  value: bigint;
  bytes: Buffer;
}

function fields(message: Buffer): Field[] {
  const out: Field[] = [];
  let at = 0;
  const take = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = take();
    const field: Field = { number: Number(tag >> 3n), value: 0n, bytes: Buffer.alloc(0) };
    switch (Number(tag & 7n)) {
      case 0:
        field.value = take();
        break;
      case 1:
        field.value = message.readBigUInt64LE(at);
        at += 8;
        break;
      case 2: {
        const n = Number(take());
        field.bytes = message.subarray(at, at + n);
        at += n;
        break;
      }
      case 5:
        field.value = BigInt(message.readUInt32LE(at));
        at += 4;
        break;
      default:
        throw new Error(`wire type of tag ${tag}`);
    }
    out.push(field);
  }
  return out;
}

// --- the check code ----------------------------------------------------------------------------

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  return c >>> 0;
});

export function crc32c(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = (table[(c ^ byte) & 0xff]! ^ (c >>> 8)) >>> 0;
  return (c ^ 0xffffffff) >>> 0;
}

// --- frames ------------------------------------------------------------------------------------

export interface Column {
  point: number;
  values: number[];
  qualities?: number[];
}

export interface Block {
  device: number;
  times: number[];
  columns: Column[];
}

export interface Frame {
  terminal: string;
  spool: bigint;
  sequence: number;
  transmittedMs: number;
  blocks: Block[];
  status?: { device: number; state: 1 | 2 | 3; sinceMs: number; error?: string }[];
}

/** The smallest power of ten that makes all of them integers again, or 64 for bit patterns. */
function scaleOf(values: number[]): number {
  for (let scale = 0; scale <= 9; scale++) {
    const fits = values.every((v) => {
      const n = Math.round(v * 10 ** scale);
      return Number.isSafeInteger(n) && n / 10 ** scale === v && !Object.is(v, -0);
    });
    if (fits) return scale;
  }
  return 64;
}

function bitsOf(value: number): bigint {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleLE(value);
  return buffer.readBigInt64LE();
}

function encodeBlock(block: Block): Buffer {
  const times = block.times.map((t, i) => zigzag(BigInt(i === 0 ? t : t - block.times[i - 1]!)));
  const scales: bigint[] = [];
  const values: bigint[] = [];
  const qualities: number[] = [];
  for (const column of block.columns) {
    const scale = scaleOf(column.values);
    scales.push(BigInt(scale));
    let last = 0n;
    for (const v of column.values) {
      if (scale === 64) {
        values.push(zigzag(bitsOf(v)));
      } else {
        const n = BigInt(Math.round(v * 10 ** scale));
        values.push(zigzag(n - last));
        last = n;
      }
    }
    for (let i = 0; i < column.values.length; i++) qualities.push(column.qualities?.[i] ?? 0);
  }
  const runs: bigint[] = [];
  if (qualities.some((q) => q !== 0))
    for (let i = 0; i < qualities.length; ) {
      let n = 1;
      while (qualities[i + n] === qualities[i]) n++;
      runs.push(BigInt(n), BigInt(qualities[i]!));
      i += n;
    }
  const message = new Message()
    .number(1, block.device)
    .packed(2, times)
    .packed(3, block.columns.map((c) => BigInt(c.point)))
    .packed(4, scales)
    .packed(5, values);
  if (runs.length > 0) message.packed(6, runs);
  return message.end();
}

export function encodeFrame(frame: Frame): Buffer {
  const message = new Message()
    .number(1, 1)
    .text(2, frame.terminal)
    .fixed64(3, frame.spool)
    .number(4, frame.sequence)
    .number(5, frame.transmittedMs);
  for (const s of frame.status ?? [])
    message.bytes(
      6,
      new Message().number(1, s.device).number(2, s.state).number(3, s.sinceMs).text(8, s.error ?? "").end(),
    );
  for (const block of frame.blocks) message.bytes(7, encodeBlock(block));
  return message.end();
}

/** An Upload of one envelope; `damage` may alter the frame's bytes behind the check code's back. */
export function encodeUpload(frame: Frame, damage?: (bytes: Buffer) => void): Buffer {
  const bytes = encodeFrame(frame);
  const check = crc32c(bytes);
  if (damage) damage(bytes);
  return new Message().bytes(1, new Message().bytes(1, bytes).fixed32(2, check).end()).end();
}

export const results = ["unspecified", "stored", "duplicate", "damaged", "refused", "later"] as const;

export interface Verdict {
  sequence: number;
  result: (typeof results)[number];
  text: string;
}

export interface UploadAnswer {
  status: number;
  verdicts: Verdict[];
  serverMs: number;
  configuration: number;
  text: string;
}

export function decodeAnswer(body: Buffer): Omit<UploadAnswer, "status" | "text"> {
  const out = { verdicts: [] as Verdict[], serverMs: 0, configuration: 0 };
  for (const field of fields(body)) {
    if (field.number === 1) {
      const verdict: Verdict = { sequence: 0, result: "unspecified", text: "" };
      for (const inner of fields(field.bytes)) {
        if (inner.number === 1) verdict.sequence = Number(inner.value);
        if (inner.number === 2) verdict.result = results[Number(inner.value)] ?? "unspecified";
        if (inner.number === 3) verdict.text = inner.bytes.toString("utf8");
      }
      out.verdicts.push(verdict);
    }
    if (field.number === 2) out.serverMs = Number(field.value);
    if (field.number === 3) out.configuration = Number(field.value);
  }
  return out;
}

export class Terminal {
  private readonly agent: https.Agent;
  private readonly server: string;

  constructor(server: string, files: TerminalFiles, tls: https.AgentOptions = {}) {
    this.server = server;
    this.agent = new https.Agent({
      cert: readFileSync(files.certificate),
      key: readFileSync(files.key),
      ca: readFileSync(files.authority),
      minVersion: "TLSv1.3",
      keepAlive: true,
      ...tls,
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private ask(method: string, path: string, body?: Buffer): Promise<{ status: number; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const outgoing = https.request(
        this.server + path,
        {
          agent: this.agent,
          method,
          timeout: 15_000,
          headers: body === undefined ? {} : { "content-type": "application/x-protobuf", "content-length": body.length },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
          incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks) }));
          incoming.on("error", reject);
        },
      );
      outgoing.on("error", reject);
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
      outgoing.end(body);
    });
  }

  async upload(body: Buffer): Promise<UploadAnswer> {
    const answer = await this.ask("POST", "/uplink/v1/frames", body);
    if (answer.status !== 200)
      return { status: answer.status, verdicts: [], serverMs: 0, configuration: 0, text: answer.body.toString("utf8") };
    return { status: 200, text: "", ...decodeAnswer(answer.body) };
  }

  async configuration(): Promise<any> {
    const answer = await this.ask("GET", "/uplink/v1/configuration");
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body.toString("utf8")}`);
    return JSON.parse(answer.body.toString("utf8"));
  }
}
