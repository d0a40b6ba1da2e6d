// Writes a capture so that the file is a whole gzip file after every flush, however the process ends.
// Where the messages come from is record.ts's.

import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { OrderwrightError } from "../../domain/errors.ts";
import { formatCaptureLine } from "./capture-line.ts";

const compress = promisify(gzip);

/**
 * Collects lines and appends them, at each flush, as a gzip member of its own.
 *
 * A gzip file is a sequence of members: any prefix that ends between two of them is a whole file.
 * A kill therefore loses what came since the last flush, and nothing before it.
 */
export class CaptureWriter {
  readonly path: string;
  readonly #file: FileHandle;
  #pending = "";
  #lines = 0;
  #bytes = 0;
  #flushing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** @throws {OrderwrightError} `marketData.unwritable` when the file exists already, or cannot be made. */
  static async open(path: string): Promise<CaptureWriter> {
    try {
      return new CaptureWriter(path, await open(path, "wx"));
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }

  get lines(): number {
    return this.#lines;
  }

  /** What is in the file, compressed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Characters that wait for the next flush. */
  get pendingLength(): number {
    return this.#pending.length;
  }

  /** Adds a message, which becomes one line. */
  add(receivedNs: bigint, message: string): void {
    // A newline in JSON is white space between two tokens: a string holds it escaped.
    this.#pending += formatCaptureLine(receivedNs, message.replace(/[\r\n]+/g, " "));
    this.#lines++;
  }

  /** Writes what waits. Calls are served one after the other. @throws {OrderwrightError} `marketData.unwritable`. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#writePending());
    return this.#flushing;
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file.close();
    }
  }

  async #writePending(): Promise<void> {
    const text = this.#pending;
    if (text === "") return;
    this.#pending = "";
    try {
      const member = await compress(text);
      await this.#file.appendFile(member);
      this.#bytes += member.length;
    } catch (cause) {
      throw unwritable(this.path, cause);
    }
  }
}

export function unwritable(path: string, cause: unknown): OrderwrightError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OrderwrightError(
    "marketData.unwritable",
    `The recording ${path} cannot be written: ${reason}. A recording needs a new file on a disk with room.`,
    { file: path },
    { cause },
  );
}
