// One line of a capture: `<receive time in ns> <message as the venue sent it>`. Read and written here,
// so that what the recorder writes is what the reader reads. The message's meaning is in *-wire.ts.

import { OrderwrightError } from "../../domain/errors.ts";
import type { Instant } from "../../domain/time.ts";

/** Digits of nanoseconds since the epoch, from 2001 to 2286. */
const NS_DIGITS = 19;
const NS_PER_MS = 1_000_000;
/** How much of a bad line an error shows. */
const EXCERPT_LENGTH = 120;

/** A line whose JSON was parsed and not yet understood. */
export interface CaptureLine {
  /** From 1. */
  readonly number: number;
  /** The receive time. A double holds it to a quarter of a microsecond. */
  readonly at: Instant;
  readonly message: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Why a line cannot be used. The reader adds where it stands. */
export class LineProblem extends Error {
  override readonly name = "LineProblem";
}

/** @throws {OrderwrightError} `marketData.malformed` when the line is not of the documented format. */
export function parseCaptureLine(file: string, number: number, text: string): CaptureLine {
  if (!isDigits(text, NS_DIGITS) || text[NS_DIGITS] !== " ") {
    throw malformed(file, number, text, "it does not begin with 19 digits (nanoseconds since the epoch) and a space");
  }
  let message: unknown;
  try {
    message = JSON.parse(text.slice(NS_DIGITS + 1));
  } catch (cause) {
    throw malformed(file, number, text, "what follows the time is not complete JSON", cause);
  }
  if (!isRecord(message)) throw malformed(file, number, text, "what follows the time is not a JSON object");
  const at = Number(text.slice(0, NS_DIGITS - 6)) + Number(text.slice(NS_DIGITS - 6, NS_DIGITS)) / NS_PER_MS;
  return { number, at, message, text };
}

/** Writes a line with its newline. `message` is one line of JSON. */
export function formatCaptureLine(receivedNs: bigint, message: string): string {
  return `${receivedNs.toString().padStart(NS_DIGITS, "0")} ${message}\n`;
}

export function malformed(
  file: string,
  line: number,
  text: string,
  problem: string,
  cause?: unknown,
): OrderwrightError {
  const excerpt = text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
  return new OrderwrightError(
    "marketData.malformed",
    `Line ${line} of ${file} is not a line of a capture: ${problem}. A line is "<ns> <message>" with a message of a supported stream.`,
    { file, line, problem, excerpt },
    { cause },
  );
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isDigits(text: string, count: number): boolean {
  if (text.length < count) return false;
  for (let index = 0; index < count; index++) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return true;
}
