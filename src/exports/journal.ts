// orderwright/journal: the journal port and its implementations, to read a journal or to build an engine on one.

export type { EventDraft } from "../domain/system-event.ts";
export type { Difference, VerifyReport, VerifySource } from "../engine/verify.ts";
export { verifyFold } from "../engine/verify.ts";
export type { Durability, Journal, JournalListener, Snapshot } from "../journal/journal.ts";
export { DURABILITIES } from "../journal/journal.ts";
export type { MemoryJournalOptions } from "../journal/memory/memory-journal.ts";
export { MemoryJournal } from "../journal/memory/memory-journal.ts";
export type { FillRow, OrderRow, PositionRow, ProjectionRows, ProjectionSource } from "../journal/projection.ts";
export type { JournalReader } from "../journal/sqlite/journal-reader.ts";
export { openJournalReader } from "../journal/sqlite/journal-reader.ts";
export type { SqliteJournalOptions } from "../journal/sqlite/sqlite-journal.ts";
export { SqliteJournal } from "../journal/sqlite/sqlite-journal.ts";
