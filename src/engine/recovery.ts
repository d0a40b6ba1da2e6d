// The start: fold the journal (snapshot and tail), check the accounts against it, begin a new epoch,
// and mark as unknown what was sent without a journaled outcome. Sends nothing.

import { orderwrightError } from "../domain/errors.ts";
import {
  type AccountId,
  type AccountTag,
  defaultAccountTag,
  isAccountId,
  isAccountTag,
  isOrderIdPrefix,
  type VenueId,
} from "../domain/identifiers.ts";
import type { Order } from "../domain/order.ts";
import type { EventDraft } from "../domain/system-event.ts";
import type { Journal } from "../journal/journal.ts";
import { deadManProblem } from "./dead-man.ts";
import type { EngineConfig } from "./engine-config.ts";
import { readState } from "./engine-snapshot.ts";
import { EngineState, type OrderLoader } from "./engine-state.ts";
import { OrderFinder } from "./order-finder.ts";
import { firstEpoch, nextEpoch } from "./order-ids.ts";
import { Recorder } from "./recorder.ts";
import { limitsToText } from "./risk/limits-json.ts";
import { DEFAULT_SETTINGS, type EngineSettings } from "./settings.ts";

export interface Recovered {
  readonly recorder: Recorder;
  readonly finder: OrderFinder;
  readonly settings: EngineSettings;
  readonly defaultAccount: AccountId;
  readonly previousStopUnclean: boolean;
  /** The event of the snapshot that the fold began with; 0 for none. */
  readonly snapshotSeq: number;
}

/** Recovers, and makes the new epoch durable. @throws {OrderwrightError} `config.invalid`, `journal.*`. */
export async function recover(config: EngineConfig): Promise<Recovered> {
  const settings = { ...DEFAULT_SETTINGS, ...config.settings };
  checkConfig(config, settings);
  const { journal, clock, logger } = config;
  const { state, snapshotSeq } = foldJournal(journal);
  checkAgainstJournal(config, state);
  const previousStopUnclean = !state.stoppedCleanly;
  const recorder = new Recorder({ journal, state, clock, logger, retention: settings });
  noteUnprojected(recorder, journal);
  const finder = new OrderFinder(journal, () => recorder.state);
  recorder.record(openingEvents(config, recorder.state));
  recorder.record(unansweredSends(recorder.state, clock.now()));
  await journal.flush();
  const defaultAccount = (config.defaultAccount ?? config.accounts[0]?.id) as AccountId;
  return { recorder, finder, settings, defaultAccount, previousStopUnclean, snapshotSeq };
}

/** Folds a journal's durable events: from its newest snapshot where one can be read, else from the first. */
export function foldJournal(journal: Journal): { readonly state: EngineState; readonly snapshotSeq: number } {
  const load: OrderLoader = (id, beforeSeq) => new OrderFinder(journal, () => state).fromJournal(id, beforeSeq);
  const snapshot = journal.readSnapshot();
  const stored = snapshot === undefined ? undefined : readState(snapshot.state, load);
  const state = stored ?? new EngineState(load);
  const snapshotSeq = state.seq;
  for (const event of journal.read(snapshotSeq)) state.apply(event);
  return { state, snapshotSeq };
}

/** Rows that a killed process had not written to the readable tables yet are written by this one. */
function noteUnprojected(recorder: Recorder, journal: Journal): void {
  const { state } = recorder;
  if (journal.projectedPosition >= state.seq) return;
  for (const event of journal.read(journal.projectedPosition)) {
    const order = "orderId" in event && event.orderId !== undefined ? state.index.get(event.orderId) : undefined;
    recorder.noteRecovered(event, order);
  }
}

function openingEvents(config: EngineConfig, state: EngineState): EventDraft[] {
  const at = config.clock.now();
  const cause = "engine:start" as const;
  const events: EventDraft[] = [
    {
      type: "epochStarted",
      epoch: state.epoch === 0 ? firstEpoch(config.random) : nextEpoch(state.epoch),
      version: config.version,
      runtimeVersion: config.runtimeVersion,
      durability: config.journal.durability,
      at,
      cause,
    },
  ];
  for (const account of config.accounts) {
    const id = account.id as AccountId;
    if (state.accounts.has(id)) continue;
    events.push({
      type: "accountOpened",
      account: id,
      tag: tagOf(account),
      venue: account.venue as VenueId,
      at,
      cause,
    });
    if (account.limits !== undefined) {
      events.push({
        type: "riskLimitsChanged",
        account: id,
        limits: limitsToText(account.limits),
        by: "configuration",
        at,
        cause,
      });
    }
  }
  return events;
}

/** What was sent, or may have been, and has no journaled outcome, is unknown: never failed, never sent again. */
function unansweredSends(state: EngineState, at: number): EventDraft[] {
  const events: EventDraft[] = [];
  const unknown = (order: Order, subject: "submit" | "cancel" | "replace"): void => {
    events.push({
      type: "orderOutcomeUnknown",
      orderId: order.id,
      subject,
      reason: "no outcome was journaled before the restart",
      at,
      cause: "recovery:start",
    });
  };
  for (const order of state.index.openOrders()) {
    if (order.status === "submitted" && !order.outcomeUnknown) unknown(order, "submit");
    if (order.pendingCancel?.outcomeUnknown === false) unknown(order, "cancel");
    if (order.pendingReplace?.outcomeUnknown === false) unknown(order, "replace");
  }
  return events;
}

function tagOf(account: { readonly id: string; readonly tag?: string }): AccountTag {
  return (account.tag ?? defaultAccountTag(account.id as AccountId)) as AccountTag;
}

/** Checks what needs no journal. @throws `config.invalid` with every problem. */
function checkConfig(config: EngineConfig, settings: EngineSettings): void {
  const problems: string[] = [];
  const venues = new Set<string>(config.venues.map((venue) => venue.id));
  const seen = new Map<string, string>();
  if (config.accounts.length === 0) problems.push("accounts: at least one is needed");
  if (!isOrderIdPrefix(settings.orderIdPrefix))
    problems.push(`settings.orderIdPrefix: ${JSON.stringify(settings.orderIdPrefix)} is not 3 alphanumerics`);
  for (const account of config.accounts) {
    if (!isAccountId(account.id))
      problems.push(`accounts: ${JSON.stringify(account.id)} is not 1 to 32 characters of [A-Za-z0-9_-]`);
    if (!venues.has(account.venue))
      problems.push(`accounts.${account.id}.venue: no venue ${JSON.stringify(account.venue)} is configured`);
    for (const venue of config.venues) {
      const problem = venue.id === account.venue ? deadManProblem(account, venue) : undefined;
      if (problem !== undefined) problems.push(problem);
    }
    const tag = tagOf(account);
    if (!isAccountTag(tag)) problems.push(`accounts.${account.id}.tag: ${JSON.stringify(tag)} is not 8 alphanumerics`);
    const holder = seen.get(tag);
    if (holder !== undefined)
      problems.push(`accounts.${account.id}.tag: ${tag} is the tag of ${holder} too; name another`);
    seen.set(tag, account.id);
  }
  if (config.defaultAccount !== undefined && !config.accounts.some((account) => account.id === config.defaultAccount)) {
    problems.push(`defaultAccount: no account ${JSON.stringify(config.defaultAccount)} is configured`);
  }
  refuse(problems);
}

/** The journal fixed each account's tag and venue: order ids and fills depend on them. */
function checkAgainstJournal(config: EngineConfig, state: EngineState): void {
  const problems: string[] = [];
  const tags = new Map(Array.from(state.accounts.values(), (account) => [account.tag as string, account.id as string]));
  for (const account of config.accounts) {
    const known = state.accounts.get(account.id as AccountId);
    const tag = tagOf(account);
    if (known === undefined) {
      const holder = tags.get(tag);
      if (holder !== undefined)
        problems.push(`accounts.${account.id}.tag: ${tag} belongs to ${holder} in this journal; name another`);
      continue;
    }
    if (known.tag !== tag)
      problems.push(`accounts.${account.id}.tag: this journal knows it as ${known.tag}, not ${tag}`);
    if (known.venue !== account.venue)
      problems.push(`accounts.${account.id}.venue: this journal knows it on ${known.venue}, not on ${account.venue}`);
  }
  refuse(problems);
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw orderwrightError(
    "config.invalid",
    `The configuration has ${problems.length} problem(s): ${problems.join("; ")}.`,
    { problems },
  );
}
