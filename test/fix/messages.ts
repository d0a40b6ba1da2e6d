// What the messages of a matrix mean: ours (→) go through the engine's front door, the venue's (←) are answers to what
// it was sent while those are outstanding, and words on its stream otherwise; · is what happens without a message.
// What an order must show after each is in matrix.ts.

import { Decimal } from "../../src/domain/decimal.ts";
import type { OrderwrightError } from "../../src/domain/errors.ts";
import type { EndedReport } from "../../src/domain/execution-report.ts";
import type { ExecutionId, VenueOrderId } from "../../src/domain/identifiers.ts";
import type { Order } from "../../src/domain/order.ts";
import type { ReplaceTerms, TimeInForce } from "../../src/domain/order-event.ts";
import type { Result } from "../../src/domain/result.ts";
import type { OrderRequest, ReplaceInput } from "../../src/engine/engine-api.ts";
import { createTestEngine, LIMIT_BUY, START_AT, type TestEngine } from "../../src/engine/testing/test-engine.ts";
import { discrepancies, found, pending, recordOf } from "../../src/engine/testing/venue-answers.ts";
import type { SendOutcome } from "../../src/venues/venue.ts";

export type Message = `${"→" | "←" | "·"} ${string}`;

const DAY_MS = 86_400_000;
const NOBODY = "no-such-order";

type RequestKind = "place" | "cancel" | "replace";

export interface Scene {
  /** The order under test: the one that was submitted last. */
  readonly order: Order | undefined;
  sentCount(): number;
  /** The kinds of the discrepancies on record, oldest first. */
  discrepancies(): readonly string[];
  /** Plays a message until all is quiet. @returns the code with which the engine refused it, if it did. */
  act(message: Message): Promise<string | undefined>;
}

/** Opens an engine whose venue answers nothing until a message says so. */
export async function openScene(): Promise<Scene> {
  const t = await createTestEngine({ config: { settings: { reconcileEveryMs: 0, staleCheckEveryMs: DAY_MS } } });
  const stage = new Stage(t);
  return {
    get order() {
      return stage.current;
    },
    sentCount: () => t.venue.sent.length,
    discrepancies: () => discrepancies(t),
    act: async (message) => {
      for (const [pattern, play] of VERBS) {
        const match = pattern.exec(message);
        if (match === null) continue;
        const result = await play(stage, match.groups ?? {});
        await t.settle();
        return result?.ok === false ? result.error.code : undefined;
      }
      throw new Error(`No verb reads ${JSON.stringify(message)}.`);
    },
  };
}

type Played = Result<unknown, OrderwrightError> | undefined;
type Groups = Readonly<Record<string, string | undefined>>;

class Stage {
  readonly t: TestEngine;
  current: Order | undefined;
  #executions = 0;
  #venueOrderIds = 0;
  readonly #unanswered = new Map<RequestKind, (outcome: SendOutcome) => void>();

  constructor(t: TestEngine) {
    this.t = t;
    t.venue.onPlace = () => this.#hold("place");
    t.venue.onCancel = () => this.#hold("cancel");
    t.venue.onReplace = () => this.#hold("replace");
    t.venue.onOrder = () => (this.current?.isWorking === true ? found(recordOf(this.current)) : { kind: "absent" });
    t.venue.onOpenOrders = () => found(this.current?.isWorking === true ? [recordOf(this.current)] : []);
  }

  get order(): Order {
    if (this.current === undefined) throw new Error("Nothing was submitted yet.");
    return this.current;
  }

  /** Answers an outstanding request. @returns whether there was one. */
  answer(kind: RequestKind, outcome: SendOutcome): boolean {
    const resolve = this.#unanswered.get(kind);
    this.#unanswered.delete(kind);
    resolve?.(outcome);
    return resolve !== undefined;
  }

  async submit(changes: Partial<OrderRequest>): Promise<Played> {
    const result = await this.t.engine.submit({ ...LIMIT_BUY, ...changes });
    if (result.ok) this.current = result.value.order;
    return result;
  }

  replace(terms: ReplaceInput): Promise<Played> {
    return this.t.engine.replace(this.order.id, terms);
  }

  acknowledge(): void {
    const venueOrderId = this.order.venueOrderId ?? (`v${++this.#venueOrderIds}` as VenueOrderId);
    if (!this.answer("place", { kind: "accepted", venueOrderId }))
      this.t.venue.say(this.order, { kind: "acknowledged", venueOrderId });
  }

  ended(status: EndedReport["status"], reason: string): void {
    this.t.venue.say(this.order, { kind: "ended", status, reason });
  }

  replaced(replace: ReplaceTerms): void {
    this.t.venue.say(this.order, { kind: "replaced", replace });
  }

  requestRejected(request: "cancel" | "replace", reason: string): void {
    if (this.answer(request, { kind: "rejected", reason })) return;
    this.t.venue.say(this.order, { kind: "requestRejected", request, reason });
  }

  trade({ quantity = "", price = "100", id = `e${++this.#executions}` }: Groups): void {
    this.t.venue.fill(this.order, quantity, price, id);
  }

  tradeCanceled({ id = "", again }: Groups): void {
    const executionId = id as ExecutionId;
    const worksAgain = again !== undefined;
    this.t.venue.say(this.order, { kind: "fillReversed", executionId, reason: "busted", worksAgain });
  }

  tradeCorrected({ id = "", next = id, quantity = "", price = "", again }: Groups): void {
    const fill = {
      executionId: next as ExecutionId,
      venueOrderId: this.order.venueOrderId ?? ("v1" as VenueOrderId),
      price: Decimal.parse(price),
      quantity: Decimal.parse(quantity),
      liquidity: "maker" as const,
      venueAt: 1,
    };
    this.t.venue.say(this.order, {
      kind: "fillCorrected",
      executionId: id as ExecutionId,
      fill,
      reason: "corrected",
      worksAgain: again !== undefined,
    });
  }

  #hold(kind: RequestKind): Promise<SendOutcome> {
    const { promise, resolve } = pending<SendOutcome>();
    this.#unanswered.set(kind, resolve);
    return promise;
  }
}

/** Plays an answer that only an outstanding request can have. */
function received(stage: Stage, kind: RequestKind): void {
  if (!stage.answer(kind, { kind: "accepted" })) throw new Error(`No ${kind} is outstanding.`);
}

type Play = (stage: Stage, groups: Groups) => Promise<Played> | Played | void;

const AGAIN = "(?<again>, works again)?";

/** Every verb of the matrices, once. */
const VERBS: readonly (readonly [RegExp, Play])[] = [
  [/^→ new (?<quantity>\d+)$/, (stage, { quantity = "" }) => stage.submit({ quantity })],
  [
    /^→ new (?<quantity>\d+) named (?<name>\w+)$/,
    (stage, { quantity = "", name = "" }) => stage.submit({ quantity, clientOrderId: name }),
  ],
  [
    /^→ new (?<quantity>\d+) (?<tif>day|ioc|fok|gtd)$/,
    (stage, { quantity = "", tif }) =>
      stage.submit({
        quantity,
        timeInForce: tif as TimeInForce,
        ...(tif === "gtd" ? { expiresAt: START_AT + DAY_MS } : {}),
      }),
  ],
  [
    /^→ new (?<quantity>\d+) stop limit$/,
    (stage, { quantity = "" }) => stage.submit({ quantity, orderType: "stopLimit", triggerPrice: "110", price: "111" }),
  ],
  [/^→ cancel$/, (stage) => stage.t.engine.cancel(stage.order.id)],
  [/^→ cancel an unknown order$/, (stage) => stage.t.engine.cancel(NOBODY)],
  [/^→ replace (?<quantity>\d+)$/, (stage, { quantity = "" }) => stage.replace({ quantity })],
  [/^→ replace @ (?<price>\d+)$/, (stage, { price = "" }) => stage.replace({ price })],
  [
    /^→ status request$/,
    async (stage) => {
      await stage.t.engine.reconcile();
    },
  ],
  [
    /^→ status request for an unknown order$/,
    async (stage) => {
      stage.current = await stage.t.engine.order(NOBODY);
    },
  ],
  [/^← new$/, (stage) => stage.acknowledge()],
  [/^← triggered$/, (stage) => stage.t.venue.say(stage.order, { kind: "acknowledged", triggered: true })],
  [
    /^← rejected: (?<reason>\w+)$/,
    (stage, { reason = "" }) => {
      if (!stage.answer("place", { kind: "rejected", reason })) stage.ended("rejected", reason);
    },
  ],
  [/^← trade (?<quantity>\d+)(?: @ (?<price>\d+))?(?: as (?<id>\w+))?$/, (stage, groups) => stage.trade(groups)],
  [new RegExp(`^← trade cancel (?<id>\\w+)${AGAIN}$`), (stage, groups) => stage.tradeCanceled(groups)],
  [
    new RegExp(`^← trade correct (?<id>\\w+)(?: as (?<next>\\w+))? to (?<quantity>\\d+) @ (?<price>\\d+)${AGAIN}$`),
    (stage, groups) => stage.tradeCorrected(groups),
  ],
  [/^← pending cancel$/, (stage) => received(stage, "cancel")],
  [/^← canceled$/, (stage) => stage.ended("canceled", "canceled")],
  [/^← expired$/, (stage) => stage.ended("expired", "timeInForce")],
  // No venue here says it: what one says of a day order at the end of the day is that it has expired.
  [/^← done for day$/, (stage) => stage.ended("expired", "timeInForce")],
  [/^← cancel reject: (?<reason>\w+)$/, (stage, { reason = "" }) => stage.requestRejected("cancel", reason)],
  [/^← pending replace$/, (stage) => received(stage, "replace")],
  [/^← replace reject: (?<reason>\w+)$/, (stage, { reason = "" }) => stage.requestRejected("replace", reason)],
  [
    /^← (?:replaced|restated) (?<quantity>\d+)$/,
    (stage, { quantity = "" }) => stage.replaced({ quantity: Decimal.parse(quantity) }),
  ],
  [/^← replaced @ (?<price>\d+)$/, (stage, { price = "" }) => stage.replaced({ price: Decimal.parse(price) })],
  [/^· a day passes$/, (stage) => stage.t.pass(DAY_MS).then(() => undefined)],
  [
    /^· the venue no longer knows the order$/,
    async (stage) => {
      stage.t.venue.onOrder = () => ({ kind: "absent" });
      stage.t.venue.onOpenOrders = () => found([]);
      await stage.t.engine.reconcile();
      await stage.t.pass(60_000);
    },
  ],
];
