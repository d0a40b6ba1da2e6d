// orderwright/venues: the venue port, for an adapter of your own, and the simulated venues that ship with it.

export type {
  AcknowledgedReport,
  EndedReport,
  ExecutionReport,
  FillCorrectedReport,
  FillReport,
  FillReversedReport,
  ReplacedReport,
  RequestRejectedReport,
} from "../domain/execution-report.ts";
export type { DryRunVenueOptions } from "../venues/dry-run/dry-run-venue.ts";
export { DRY_RUN_CAPABILITIES, DryRunVenue } from "../venues/dry-run/dry-run-venue.ts";
export { PAPER_CAPABILITIES } from "../venues/paper/capabilities.ts";
export { MemoryPaperStore } from "../venues/paper/memory-paper-store.ts";
export type { PaperBatch, PaperState, PaperStore } from "../venues/paper/paper-store.ts";
export type { PaperLatency, PaperVenueOptions } from "../venues/paper/paper-venue.ts";
export { PaperVenue } from "../venues/paper/paper-venue.ts";
export type { SqlitePaperStoreOptions } from "../venues/paper/sqlite-paper-store.ts";
export { SqlitePaperStore } from "../venues/paper/sqlite-paper-store.ts";
export type {
  CancelRequest,
  DeadManCapability,
  DeadManRequest,
  PlaceRequest,
  QueryResult,
  ReplaceRequest,
  SendOutcome,
  UnreadableMessage,
  Venue,
  VenueCapabilities,
  VenueFill,
  VenueListener,
  VenueOrder,
  VenuePosition,
} from "../venues/venue.ts";
