// Each law that holds at every instant, kept once and broken once by a scripted sequence: a law that cannot be broken
// watches nothing. Whether the engine keeps them is simulator.test.ts.

import { beforeEach, describe, expect, test } from "vitest";
import { Decimal } from "../../domain/decimal.ts";
import type { AccountId, OrderId, RequestId } from "../../domain/identifiers.ts";
import type { EventDraft } from "../../domain/system-event.ts";
import {
  acknowledged,
  canceled,
  created,
  epochStarted,
  exampleOrderId,
  main,
  partlyFilled,
  validated,
} from "../../journal/testing/example-events.ts";
import { VirtualClock } from "../../runtime/virtual-clock.ts";
import { Coverage } from "../coverage.ts";
import { type Profile, profileOf } from "../profile.ts";
import { type BookedOrder, ExchangeBooks } from "../venue/books.ts";
import { Laws, type WatchedProcess } from "./laws.ts";

const START_AT = 1_700_000_000_000;
const SEND_BUDGET_MS = 2_000;
const MESSAGES = { count: 3, windowMs: 1_000 };
const at = START_AT;
const first = exampleOrderId(1);
const byPerson = { by: "person", reason: "a drill", at, cause: "operator:person" } as const;
const killed = { type: "killSwitchEngaged", restingOrders: "keep", ...byPerson } as const;
const lifted = { type: "killSwitchLifted", ...byPerson } as const;

/** A world in which only what the script says happens. */
class Script {
  readonly clock = new VirtualClock(START_AT);
  readonly profile: Profile;
  readonly books: ExchangeBooks;
  readonly laws: Laws;
  readonly process: { -readonly [K in keyof WatchedProcess]: WatchedProcess[K] } = {
    isStreamUp: true,
    wallOffsetMs: 0,
    lastJumpAt: Number.NEGATIVE_INFINITY,
    heardSeq: undefined,
  };
  #seq = 0;

  constructor(changes: Partial<Profile> = {}) {
    this.profile = {
      ...profileOf(1),
      readLagMs: 0,
      orphanPolicy: "observe",
      maxPosition: undefined,
      maxOpenOrders: undefined,
      ...changes,
    };
    this.books = new ExchangeBooks(this.clock, this.profile);
    this.laws = new Laws({
      world: this.clock,
      profile: this.profile,
      books: () => this.books,
      coverage: new Coverage(),
      sendBudgetMs: SEND_BUDGET_MS,
      messages: MESSAGES,
    });
    this.record(epochStarted(1));
  }

  /** Brings events to the disk. */
  record(...drafts: readonly EventDraft[]): void {
    this.laws.synced(
      drafts.map((draft) => ({ ...draft, seq: ++this.#seq })),
      this.process,
    );
  }

  /** An order of ours on disk, about to leave. */
  submit(n = 1): void {
    this.record(created(n), validated(n), submitted(n));
  }

  write(kind: "place" | "cancel" | "replace", id: string = first): void {
    this.laws.watchOf(this.process).written(kind, main, id as OrderId);
  }

  answer(outcome: "accepted" | "notSent" | "unknown"): void {
    const reason = "scripted";
    const told = outcome === "accepted" ? { kind: outcome, venueAt: at } : { kind: outcome, reason };
    this.laws.watchOf(this.process).answered("place", first, told);
  }

  /** The exchange has an order by the id of the n-th of ours. */
  place(n = 1, changes: Partial<BookedOrder> = {}): void {
    const order = { ...atVenue(n), ...changes };
    this.books.put(order);
    this.books.name(order.account, exampleOrderId(n), order.matchingId);
    this.laws.placed(order);
  }

  pass(ms: number): Promise<void> {
    return this.clock.advanceTo(this.clock.now() + ms, async () => undefined);
  }
}

type Case = readonly [
  law: string,
  what: string,
  breaks: (script: Script) => unknown,
  keeps: (script: Script) => unknown,
  changes?: Partial<Profile>,
];

/** What breaks each law, and what comes closest to it and is right. */
const CASES: readonly Case[] = [
  [
    "I1 one live attempt",
    "an order is written again after nobody knew what became of it",
    (script) => (script.submit(), script.write("place"), script.answer("unknown"), script.write("place")),
    (script) => (script.submit(), script.write("place"), script.answer("notSent"), script.write("place")),
  ],
  [
    "I1 one live attempt",
    "one id becomes two orders at the venue",
    (script) => (script.submit(), script.place(), script.place(1, { matchingId: "m2", venueId: "v2" })),
    (script) => (
      script.submit(), script.place(1, { status: "rejected" }), script.place(1, { matchingId: "m2", venueId: "v2" })
    ),
  ],
  [
    "I2 write-ahead send",
    "an order is written that is not on disk",
    (script) => script.write("place"),
    (script) => (script.submit(), script.write("place")),
  ],
  [
    "I2 write-ahead send",
    "an order is written before its intent to be sent is on disk",
    (script) => (script.record(created(1), validated(1)), script.write("place")),
    (script) => (script.submit(), script.write("place")),
  ],
  [
    "I2 write-ahead send",
    "a replace is written that is not on disk",
    (script) => (script.submit(), script.record(acknowledged(1, "v1")), script.write("replace")),
    (script) => (script.submit(), script.record(acknowledged(1, "v1"), replaceRequested(1)), script.write("replace")),
  ],
  [
    "I2 nothing leaves late",
    "an order leaves after its time",
    async (script) => (script.submit(), await script.pass(SEND_BUDGET_MS + 1), script.write("place")),
    async (script) => (script.submit(), await script.pass(SEND_BUDGET_MS), script.write("place")),
  ],
  [
    "I3 ids are unique",
    "an id is given twice",
    (script) => script.record(created(1), created(1)),
    (script) => script.record(created(1), created(2)),
  ],
  [
    "I3 ids are unique",
    "an id does not belong to the epoch that gives it",
    (script) => script.record(epochStarted(2), created(1)),
    (script) => script.record(created(1), epochStarted(2)),
  ],
  [
    "I4 fills count once",
    "an execution is booked twice",
    (script) => (script.submit(), script.record(acknowledged(1, "v1"), partlyFilled(1), partlyFilled(1))),
    (script) => (script.submit(), script.record(acknowledged(1, "v1"), partlyFilled(1), partlyFilled(1, "v2"))),
  ],
  [
    "I7 a confirmed end is final",
    "a request follows an end",
    (script) => (script.submit(), script.record(canceled(1, "v1"), cancelRequested(1))),
    (script) => (script.submit(), script.record(cancelRequested(1), canceled(1, "v1"))),
  ],
  [
    "I10 an end is true",
    "an order ends here and works at the venue",
    (script) => (script.submit(), script.place(), script.record(canceled(1, "v1"))),
    (script) => (script.submit(), script.place(1, { status: "canceled" }), script.record(canceled(1, "v1"))),
  ],
  [
    "I10 absence is proven",
    "an order that the venue has is concluded never to have arrived",
    (script) => (
      script.submit(), script.write("place"), script.place(1, { status: "canceled" }), script.record(notPlaced(1))
    ),
    (script) => (
      script.submit(), script.write("place"), script.place(1, { status: "rejected" }), script.record(notPlaced(1))
    ),
  ],
  [
    "I10 absence is proven",
    "an order arrives after it was concluded that it never would",
    (script) => (script.submit(), script.write("place"), script.record(notPlaced(1)), script.place()),
    (script) => (script.submit(), script.write("place"), script.place()),
  ],
  [
    "I15 position is the sum of fills",
    "a position is shown that the fills do not make",
    (script) => (
      script.submit(),
      script.record(acknowledged(1, "v1"), partlyFilled(1)),
      script.laws.positionShown(main, "BTC/USDT", Decimal.one)
    ),
    (script) => (
      script.submit(),
      script.record(acknowledged(1, "v1"), partlyFilled(1)),
      script.laws.positionShown(main, "BTC/USDT", Decimal.parse("0.25"))
    ),
  ],
  [
    "I17 acknowledged means durable",
    "a caller is told of an order that is not on disk",
    (script) => script.laws.acknowledged(first),
    (script) => (script.submit(), script.laws.acknowledged(first)),
  ],
  [
    "I17 acknowledged means durable",
    "a subscriber hears what is not on disk",
    (script) => script.laws.heard({ ...created(1), seq: 2 }, script.process),
    (script) => script.laws.heard({ ...epochStarted(1), seq: 1 }, script.process),
  ],
  [
    "I18 idempotent commands",
    "a repeated command becomes another order",
    (script) => script.laws.repeated(first, exampleOrderId(2)),
    (script) => script.laws.repeated(first, first),
  ],
  [
    "I19 nothing is sent after a kill",
    "an order leaves while the kill switch is engaged",
    (script) => (script.submit(), script.record(killed), script.write("place")),
    (script) => (script.submit(), script.record(killed, lifted), script.write("place")),
  ],
  [
    "I19 nothing is sent after a kill",
    "an order leaves while its account is halted",
    (script) => (script.submit(), script.record({ ...killed, account: main }), script.write("place")),
    (script) => (script.submit(), script.record({ ...killed, account: "other" as AccountId }), script.write("place")),
  ],
  [
    "I20 freshness",
    "an order leaves while the stream is cut",
    (script) => (script.submit(), (script.process.isStreamUp = false), script.write("place")),
    (script) => (script.submit(), (script.process.isStreamUp = false), script.write("cancel")),
  ],
  [
    "I23 integrity",
    "an event is missing on disk",
    (script) => script.laws.synced([{ ...created(1), seq: 3 }], script.process),
    (script) => script.laws.synced([{ ...created(1), seq: 2 }], script.process),
  ],
  [
    "I25 limits",
    "more orders are open than may be",
    (script) => (script.submit(1), script.submit(2)),
    (script) => (script.submit(1), script.record(canceled(1, "v1")), script.submit(2)),
    { maxOpenOrders: 1 },
  ],
  [
    "I25 limits",
    "what is open may take the position over its limit",
    (script) => (script.submit(1), script.submit(2), script.submit(3), script.submit(4), script.submit(5)),
    (script) => (script.submit(1), script.submit(2), script.submit(3), script.submit(4)),
    { maxPosition: 2 },
  ],
  [
    "I26 foreign orders are left alone",
    "the cancel of somebody else's order is written",
    (script) => script.write("cancel", "by-hand-1"),
    (script) => (script.laws.mayCancelAnything(), script.write("cancel", "by-hand-1")),
  ],
  [
    "I28 message budget",
    "more is written within a window than may be",
    (script) => Array.from({ length: MESSAGES.count + 1 }, () => script.write("cancel")),
    (script) => Array.from({ length: MESSAGES.count }, () => script.write("cancel")),
  ],
  [
    "I30 one writer",
    "an epoch begins that is not after the last one",
    (script) => script.record(epochStarted(1)),
    (script) => script.record(epochStarted(2)),
  ],
  [
    "I34 ordering",
    "a subscriber misses an event",
    (script) => (script.submit(), hear(script, 1, 3)),
    (script) => (script.submit(), hear(script, 1, 2, 3)),
  ],
];

describe.each(CASES.map((each) => [each[0], each] as const))("%s", (law, [, what, breaks, keeps, changes]) => {
  let script: Script;
  beforeEach(() => {
    script = new Script(changes);
  });

  test(`is broken where ${what}`, async () => {
    await breaks(script);
    expect(script.laws.violation?.law).toBe(law);
  });

  test("is kept by what comes closest to it", async () => {
    await keeps(script);
    expect(script.laws.violation).toBeUndefined();
  });
});

test("the first broken law stands", () => {
  const { laws } = new Script();
  laws.broken("first", "it");
  laws.broken("second", "it too");
  expect(laws.violation).toEqual({ law: "first", text: "it" });
});

function hear(script: Script, ...seqs: readonly number[]): void {
  for (const seq of seqs) script.laws.heard({ ...created(1), seq }, script.process);
}

function submitted(n: number): EventDraft {
  return { type: "orderSubmitted", orderId: exampleOrderId(n), at, cause: "command:scripted" };
}

function cancelRequested(n: number): EventDraft {
  const orderId = exampleOrderId(n);
  return {
    type: "cancelRequested",
    orderId,
    requestId: "r1" as RequestId,
    reason: "asked",
    at,
    cause: "command:scripted",
  };
}

function replaceRequested(n: number): EventDraft {
  const replace = { price: Decimal.parse("64000") };
  const orderId = exampleOrderId(n);
  return { type: "replaceRequested", orderId, requestId: "r1" as RequestId, replace, at, cause: "command:scripted" };
}

function notPlaced(n: number): EventDraft {
  const orderId = exampleOrderId(n);
  return { type: "orderExpired", orderId, reason: "notPlaced", inferred: true, at, cause: "reconcile:scripted" };
}

function atVenue(n: number): BookedOrder {
  return {
    venueId: `v${n}`,
    matchingId: `m${n}`,
    clientId: exampleOrderId(n),
    account: main,
    instrument: "BTC/USDT",
    side: "buy",
    type: "limit",
    tif: "gtc",
    quantity: Decimal.parse("0.5"),
    price: Decimal.parse("65000.1"),
    postOnly: false,
    reduceOnly: false,
    status: "working",
    cumulative: Decimal.zero,
    cost: Decimal.zero,
    placedAt: at,
    at,
  };
}
