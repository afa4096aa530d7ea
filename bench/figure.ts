// What every benchmark prints, and how it looks into a process.
import { readFileSync } from "node:fs";

export function figure(name: string, value: number, unit: string, peer?: { name: string; value: number }): void {
  const digits = (x: number): string => (Math.abs(x) >= 100 ? x.toFixed(0) : x.toPrecision(3));
  let line = `figure ${name} ${digits(value)} ${unit}`;
  if (peer) line += ` peer ${peer.name} ${digits(peer.value)} ratio ${digits(value / peer.value)}`;
  console.log(line);
}

/** User + system CPU seconds of a process so far. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const rest = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(rest[11]) + Number(rest[12])) / 100; // clock ticks of 10 ms
}

/** Resident memory in MB: now, or the highest ever. */
export function residentMb(pid: number, which: "VmRSS" | "VmHWM" = "VmRSS"): number {
  const found = readFileSync(`/proc/${pid}/status`, "utf8").match(new RegExp(`${which}:\\s+(\\d+) kB`));
  return Number(found![1]) / 1024;
}

export function percentile(values: number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))]!;
}
