// The text of a capture file, gzip or plain, piece by piece. What a line means is in capture-line.ts.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { createGunzip } from "node:zlib";
import { OrderwrightError } from "../../domain/errors.ts";

/** Small, since what was read of the file is what tells how far a tape has come. */
const CHUNK_BYTES = 16 * 1024;
/** No public message comes near it; a file without newlines must not fill the memory. */
const MAX_LINE_LENGTH = 8 * 1024 * 1024;

/** What is known of a file before its first line is read. */
export interface CaptureFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly isGzip: boolean;
}

/** Reads the file once for its digest. @throws {OrderwrightError} `marketData.unreadable`. */
export async function inspectCaptureFile(path: string): Promise<CaptureFile> {
  try {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
    return { path, bytes, sha256: hash.digest("hex"), isGzip: await startsAsGzip(path) };
  } catch (cause) {
    throw unreadable(path, `The file cannot be read: ${reasonOf(cause)}`, cause);
  }
}

/** Hears how many bytes of the file were read so far. */
export type ProgressListener = (bytesRead: number) => void;

/**
 * Reads the lines of the file, some at a time, without their newlines.
 *
 * @throws {OrderwrightError} `marketData.unreadable` when the gzip data end too early or are damaged.
 *   All complete lines before that place were returned then.
 */
export async function* readLines(file: CaptureFile, progress: ProgressListener): AsyncGenerator<string[], void, void> {
  const decoder = new StringDecoder("utf8");
  const pieces = file.isGzip ? gunzip(readFile(file, progress)) : readFile(file, progress);
  let rest = "";
  let count = 0;
  try {
    for await (const piece of pieces) {
      const lines = (rest + decoder.write(piece)).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > MAX_LINE_LENGTH) {
        throw unreadable(file.path, `Line ${count + lines.length + 1} is longer than ${MAX_LINE_LENGTH} characters`);
      }
      count += lines.length;
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    if (error instanceof OrderwrightError) throw error;
    throw unreadable(file.path, `${reasonOf(error)}, after line ${count}`, error);
  }
  // A file may end without a newline; a line that was cut is refused as malformed by whoever reads it.
  rest += decoder.end();
  if (rest !== "") yield [rest];
}

export function unreadable(path: string, problem: string, cause?: unknown): OrderwrightError {
  return new OrderwrightError("marketData.unreadable", `${problem} (${path}).`, { file: path }, { cause });
}

async function* readFile(file: CaptureFile, progress: ProgressListener): AsyncGenerator<Buffer, void, void> {
  let bytesRead = 0;
  for await (const chunk of createReadStream(file.path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    bytesRead += chunk.length;
    progress(bytesRead);
    yield chunk;
  }
}

/**
 * Decompresses, awaiting each write: a piped stream that fails drops what it had decompressed
 * and not yet handed on, and the place of the failure would depend on timing.
 */
async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  const stream = createGunzip();
  let pieces: Buffer[] = [];
  let failure: unknown;
  stream.on("data", (piece: Buffer) => pieces.push(piece));
  stream.on("error", (error) => {
    failure = error;
  });
  const closed = new Promise<void>((resolve) => stream.once("close", resolve));
  const take = (): Buffer[] => {
    const taken = pieces;
    pieces = [];
    return taken;
  };
  try {
    for await (const chunk of chunks) {
      await Promise.race([closed, new Promise<void>((resolve) => stream.write(chunk, () => resolve()))]);
      yield* take();
      if (failure !== undefined) break;
    }
    stream.end();
    await closed;
    yield* take();
    if (failure !== undefined) throw gzipProblem(failure);
  } finally {
    stream.destroy();
  }
}

function gzipProblem(failure: unknown): Error {
  const code = (failure as { code?: string }).code;
  const problem =
    code === "Z_BUF_ERROR" ? "The gzip data end too early" : `The gzip data are damaged (${reasonOf(failure)})`;
  return new Error(problem, { cause: failure });
}

async function startsAsGzip(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
