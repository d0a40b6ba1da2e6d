// Disks that can be filled and cut off from their power: a small file system in memory, and an ext4 file system on a
// loop device. Both need the right to mount; why a machine cannot make one is said in words. What is written on them,
// and what must be left of it, is the tests'.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const IMAGE_BYTES = 32 * 1024 * 1024;
const CUT_TRIES = 20;

function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
}

/** Tries every step in turn, so that one that fails leaves nothing behind; then throws the first failure. */
function runAll(steps: readonly (() => void)[]): void {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Lazily: databases that were read keep their files until their statements are collected. */
function unmount(path: string): void {
  run("umount", "--lazy", path);
}

/** A file system in memory, as large as it is told to be. */
export class SmallDisk {
  readonly path: string;

  constructor(size: string) {
    this.path = mkdtempSync(join(tmpdir(), "orderwright-small-"));
    try {
      run("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", this.path);
    } catch (error) {
      rmSync(this.path, { recursive: true });
      throw error;
    }
  }

  resize(size: string): void {
    run("mount", "-o", `remount,size=${size}`, this.path);
  }

  close(): void {
    runAll([() => unmount(this.path), () => rmSync(this.path, { recursive: true })]);
  }
}

/** A loop device over an image, and its file system. */
class LoopMount {
  readonly path: string;
  readonly #device: string;

  constructor(image: string, path: string) {
    this.path = path;
    this.#device = run("losetup", "--find", "--show", image);
    try {
      mkdirSync(path);
      // The file system must not sync by itself while a slow machine gets to the cut.
      run("mount", "-o", "commit=300", this.#device, path);
    } catch (error) {
      run("losetup", "--detach", this.#device);
      throw error;
    }
  }

  /** Everything that the device was asked for so far, and what is under way: equal readings say that it rested. */
  activity(): string {
    return readFileSync(`/sys/block/${basename(this.#device)}/stat`, "utf8");
  }

  close(): void {
    // A device that is still in use goes with its last user.
    runAll([() => unmount(this.path), () => run("losetup", "--detach", this.#device)]);
  }
}

/**
 * An ext4 file system whose power can be cut: {@link cut} gives what reached the device, and nothing of what the system
 * still held back in memory. What a drive holds back in a cache of its own is not part of this.
 */
export class LoopDisk {
  readonly #directory: string;
  readonly #image: string;
  readonly #mount: LoopMount;
  readonly #cuts: LoopMount[] = [];

  constructor() {
    this.#directory = mkdtempSync(join(tmpdir(), "orderwright-loop-"));
    this.#image = join(this.#directory, "image");
    try {
      writeFileSync(this.#image, "");
      truncateSync(this.#image, IMAGE_BYTES);
      run("mkfs.ext4", "-q", "-F", this.#image);
      this.#mount = new LoopMount(this.#image, join(this.#directory, "disk"));
    } catch (error) {
      rmSync(this.#directory, { recursive: true });
      throw error;
    }
  }

  get path(): string {
    return this.#mount.path;
  }

  /**
   * Copies the device as it is at one instant, and mounts the copy: the file system recovers as after a power cut.
   * Whoever writes to the disk has to stand still meanwhile.
   *
   * @returns where the copy is mounted, until {@link close}.
   */
  cut(): string {
    const name = `cut-${this.#cuts.length + 1}`;
    const copy = join(this.#directory, `${name}.image`);
    for (let tries = 1; ; tries++) {
      const before = this.#mount.activity();
      run("cp", "--sparse=always", this.#image, copy);
      // The kernel writes when it likes: a copy during which it did is of no single instant.
      if (this.#mount.activity() === before) break;
      if (tries === CUT_TRIES) throw new Error(`The device did not rest for the time of a copy, ${tries} times.`);
    }
    const mount = new LoopMount(copy, join(this.#directory, name));
    this.#cuts.push(mount);
    return mount.path;
  }

  close(): void {
    runAll([
      ...[...this.#cuts, this.#mount].map((mount) => () => mount.close()),
      () => rmSync(this.#directory, { recursive: true }),
    ]);
  }
}

/** @returns why this machine cannot make such a disk; nothing when it can. */
export function whyNot(make: () => { close(): void }): string | undefined {
  try {
    make().close();
    return undefined;
  } catch (error) {
    const { code, path, stderr, message } = error as { code?: string; path?: string; stderr?: string; message: string };
    if (code === "ENOENT") return `${path} is not installed`;
    return (stderr?.trim().split("\n")[0] ?? "") || message;
  }
}
