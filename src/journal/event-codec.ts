// How events are stored: positional JSON, one array per event, a chunk of them per commit. Pure.
// An event is [tag, at, venueAt or null, cause, ...fields]; a chunk is [version, event, event, ...], and an event's seq
// is its place. Fields and tags are in event-layout.ts. Reading is strict and never guesses.

import { orderwrightError } from "../domain/errors.ts";
import { CAUSE_KINDS, type Cause } from "../domain/order-event.ts";
import type { DomainEventType, EventDraft, RecordedEvent } from "../domain/system-event.ts";
import { FieldFault, fieldsOf, number, readFields, text, writeFields } from "./event-field.ts";
import { EVENT_LAYOUTS } from "./event-layout.ts";

/** The version of the chunk's own form. A reader refuses any other. */
const CHUNK_VERSION = 1;
/** How many values come before an event's own fields. */
const META_LENGTH = 4;

interface EventCode {
  readonly type: DomainEventType;
  /** The tag with its quotes and the bracket before it. */
  readonly opening: string;
  readonly fields: ReturnType<typeof fieldsOf>;
}

const CODES = Object.entries(EVENT_LAYOUTS).map(
  ([type, [tag, layout]]) =>
    [
      tag,
      { type: type as DomainEventType, opening: `["${tag}",`, fields: fieldsOf(layout) } satisfies EventCode,
    ] as const,
);
const CODE_BY_TAG: ReadonlyMap<unknown, EventCode> = new Map(CODES);
const CODE_BY_TYPE: ReadonlyMap<DomainEventType, EventCode> = new Map(CODES.map(([, code]) => [code.type, code]));
const KNOWN_CAUSES: ReadonlySet<string> = new Set(CAUSE_KINDS);
const causeText = text();

/**
 * Writes the events of one commit.
 *
 * @throws {FieldFault} when an event does not have its type's shape: a fault of the writer.
 */
export function encodeChunk(events: readonly EventDraft[]): string {
  let chunk = `[${CHUNK_VERSION}`;
  for (const event of events) chunk += `,${encodeEvent(event)}`;
  return `${chunk}]`;
}

function encodeEvent(event: EventDraft): string {
  const code = CODE_BY_TYPE.get(event.type);
  if (code === undefined) throw new FieldFault(`The event type ${event.type} has no layout.`);
  const venueAt = event.venueAt === undefined ? "null" : number.write(event.venueAt);
  const fields = writeFields(code.fields, event);
  return `${code.opening}${number.write(event.at)},${venueAt},${causeText.write(event.cause)}${fields}]`;
}

/** A commit's events as they are stored: parsed, and decoded one by one when asked for. */
export interface Chunk {
  readonly firstSeq: number;
  readonly count: number;
  /** @throws {OrderwrightError} `journal.corrupt`, naming `seq`. */
  event(seq: number): RecordedEvent;
}

/**
 * Opens a stored chunk.
 *
 * @param firstSeq - the position of its first event.
 * @throws {OrderwrightError} `journal.corrupt` when it is not a chunk of a version that this release knows.
 */
export function openChunk(stored: string, firstSeq: number): Chunk {
  const entries = parseChunk(stored, firstSeq);
  return {
    firstSeq,
    count: entries.length - 1,
    event: (seq) => decodeEvent(entries[seq - firstSeq + 1], seq),
  };
}

/** Reads all events of a stored chunk. @throws {OrderwrightError} `journal.corrupt`, naming the seq. */
export function decodeChunk(stored: string, firstSeq: number): RecordedEvent[] {
  const chunk = openChunk(stored, firstSeq);
  return Array.from({ length: chunk.count }, (_, index) => chunk.event(firstSeq + index));
}

function parseChunk(stored: string, firstSeq: number): readonly unknown[] {
  let entries: unknown;
  try {
    entries = JSON.parse(stored);
  } catch (error) {
    throw corrupt(firstSeq, `The chunk is not JSON (${error instanceof Error ? error.message : String(error)}).`);
  }
  if (!Array.isArray(entries)) throw corrupt(firstSeq, "The chunk is not an array.");
  if (entries[0] !== CHUNK_VERSION) {
    throw corrupt(
      firstSeq,
      `The chunk is of version ${JSON.stringify(entries[0])}; this release reads ${CHUNK_VERSION}.`,
    );
  }
  return entries;
}

function decodeEvent(entry: unknown, seq: number): RecordedEvent {
  if (!Array.isArray(entry)) throw corrupt(seq, "The event is not an array.");
  const code = CODE_BY_TAG.get(entry[0]);
  if (code === undefined) throw corrupt(seq, `The tag ${JSON.stringify(entry[0])} is not known to this release.`);
  try {
    const event: Record<string, unknown> = { type: code.type, seq, at: number.read(entry[1]) };
    const venueAt: unknown = entry[2];
    if (venueAt !== null) event["venueAt"] = number.read(venueAt);
    event["cause"] = readCause(entry[3]);
    return readFields(code.fields, entry, META_LENGTH, event) as unknown as RecordedEvent;
  } catch (error) {
    throw error instanceof FieldFault ? corrupt(seq, `${code.type}: ${error.message}`) : error;
  }
}

function readCause(json: unknown): Cause {
  const cause = causeText.read(json);
  if (!KNOWN_CAUSES.has(cause.slice(0, cause.indexOf(":")))) {
    throw new FieldFault(`${JSON.stringify(cause)} is not a cause such as command:... or report:... .`);
  }
  return cause as Cause;
}

function corrupt(seq: number, reason: string): Error {
  return orderwrightError(
    "journal.corrupt",
    `The journal cannot be read at position ${seq}. ${reason} Restore the file from a backup, or use the release that wrote it.`,
    { seq },
  );
}
