// Disks of the test's own that lose power: ext4 in a sparse file on a loop device.  Needs root.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { root } from "./program.ts";
import { temporaryFolder } from "./city.ts";

const made = new Map<string, string>();

/** A program (or library to preload) of tests/system/peers, built on first use. */
export function peer(name: string, library = false): string {
  const known = made.get(name);
  if (known !== undefined) return known;
  const out = path.join(temporaryFolder("peer"), library ? `${name}.so` : name);
  const how = library ? ["-shared", "-fPIC"] : [];
  execFileSync("cc", ["-O1", "-Wall", ...how, "-o", out, path.join(root, "tests/system/peers", `${name}.c`)]);
  made.set(name, out);
  return out;
}

/** Why power cannot be cut here; undefined: it can. */
export function noPowerCuts(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root (mount, loop devices)";
  for (const [command, ...args] of [["mkfs.ext4", "-V"], ["losetup", "-f"], ["cc", "--version"]])
    if (spawnSync(command!, args).status !== 0) return `'${command} ${args.join(" ")}' does not work here`;
  const disk = new Disk("probe", 16);
  try {
    disk.format();
    disk.mount();
    disk.cut();
  } catch (error) {
    return `no power cut on a loop device here: ${String(error)}`;
  } finally {
    disk.unmount();
  }
  return undefined;
}

export class Disk {
  readonly image: string;
  readonly folder: string;
  private mounted = false;

  /** `where`: the folder that holds the image; sparse, so it may be smaller. */
  constructor(name: string, megabytes: number, where = temporaryFolder(`disk-${name}`)) {
    this.image = path.join(where, "image");
    this.folder = path.join(temporaryFolder(`mount-${name}`), "disk");
    mkdirSync(this.folder, { mode: 0o700 });
    writeFileSync(this.image, "");
    truncateSync(this.image, megabytes << 20);
    process.prependListener("exit", () => this.unmount()); // before the folder is removed
  }

  format(): void {
    execFileSync("mkfs.ext4", ["-q", "-F", "-b", "4096", "-E", "lazy_itable_init=0,lazy_journal_init=0", this.image]);
  }

  mount(): void {
    execFileSync("mount", ["-o", "loop", this.image, this.folder]);
    this.mounted = true;
    execFileSync("chmod", ["700", this.folder]);
  }

  /** What was written until now is a durable beginning. */
  sync(): void {
    execFileSync("sync", ["-f", this.folder]);
  }

  /** From here on nothing reaches the image.  Kill who uses it, then unmount and mount. */
  cut(): void {
    execFileSync(peer("cut_power"), [this.folder, this.image]);
  }

  unmount(): void {
    if (!this.mounted) return;
    this.mounted = false;
    const lazy = spawnSync("umount", [this.folder]).status === 0 ? undefined : spawnSync("umount", ["-l", this.folder]);
    if (lazy !== undefined && lazy.status !== 0) throw new Error(`${this.folder} stays mounted`);
  }
}
