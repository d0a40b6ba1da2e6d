// Everybody else at the exchange: a crowd that quotes around a wandering price and takes what is there, a person who
// trades on our account by hand, and an operator who looks at what waits for one.

import { Decimal } from "../../domain/decimal.ts";
import type { Order } from "../../domain/order.ts";
import type { CaseOpened, RecordedEvent } from "../../domain/system-event.ts";
import type { Engine } from "../../engine/engine.ts";
import type { CaseDecision } from "../../engine/engine-api.ts";
import { randomFor } from "../faults.ts";
import { ACCOUNTS, INSTRUMENTS } from "../scene.ts";
import type { BookedOrder } from "../venue/books.ts";
import type { World } from "../world.ts";

/** Orders that the crowd keeps per instrument. */
const DEPTH = 30;
/** Once nobody asks for anything new, the market goes on more slowly. */
const QUIET_FACTOR = 20;
const LOOK_EVERY_MS = 5_000;
/** After this long nothing that was sent can still be on its way. */
const LONGEST_DELAY_MS = 60_000;
/** An operator lets the machine try first. */
const PATIENCE_MS = 20_000;

export function startCrowd(world: World): void {
  const random = randomFor(world.seed, "crowd");
  const resting: string[] = [];
  const act = (): void => {
    for (const { id } of INSTRUMENTS) {
      world.wander(id, random.nextInteger(3) - 1);
      const takes = random.next() < 0.35;
      const side = random.next() < 0.5 ? "buy" : "sell";
      const away = takes ? -10 : 1 + random.nextInteger(8);
      const price = world.priceNear(id, side === "buy" ? -away : away);
      const quantity = ((1 + random.nextInteger(1_500)) / 1_000).toFixed(3);
      const tif = takes ? "ioc" : "gtc";
      const placed = world.exchange.placeDirectly({
        op: "place",
        account: "crowd",
        instrument: id,
        side,
        type: "limit",
        tif,
        quantity,
        price,
      });
      if (placed !== undefined && !takes) resting.push(placed);
    }
    while (resting.length > DEPTH * INSTRUMENTS.length) world.exchange.cancelDirectly(resting.shift() as string);
    world.exchange.expire();
    if (world.isQuiet) return; // what is executed in the last moment cannot be agreed on in the last moment
    world.clock.schedule(world.profile.crowdEveryMs * (world.isWindingDown ? QUIET_FACTOR : 1), act);
  };
  act();
}

/** A person who trades on the same account by other means. */
export function startPerson(world: World): void {
  const random = randomFor(world.seed, "person");
  const act = (): void => {
    if (world.isWindingDown) return;
    if (world.faults.strikes("personTrades")) {
      const instrument = INSTRUMENTS[random.nextInteger(INSTRUMENTS.length)] ?? INSTRUMENTS[0];
      const account = ACCOUNTS[0];
      const side = random.next() < 0.5 ? "buy" : "sell";
      const price = world.priceNear(instrument.id, side === "buy" ? -15 : 15);
      const named = random.next() < 0.5 ? { clientId: `by-hand-${random.nextInteger(1_000_000)}` } : {};
      world.exchange.placeDirectly({
        op: "place",
        account,
        instrument: instrument.id,
        side,
        type: "limit",
        tif: "gtc",
        quantity: "0.1",
        price,
        ...named,
      });
    }
    world.clock.schedule(3_000, act);
  };
  act();
}

/** A person who works through the operator queue, knowing what is true at the venue. */
export function startOperator(world: World): void {
  const look = (): void => {
    world.process.inside((engine) => {
      for (const opened of engine.cases()) {
        const since = world.laws.model.casesOpenedAt.get(opened.caseId) ?? world.clock.now();
        if (world.clock.now() - since < PATIENCE_MS) continue;
        void engine.decideCase(opened.caseId, decisionOf(world, engine, opened), {
          by: "operator",
          reason: "looked at it",
        });
      }
    });
    world.clock.schedule(LOOK_EVERY_MS, look);
  };
  world.clock.schedule(LOOK_EVERY_MS, look);
}

function decisionOf(world: World, engine: Engine, { about, kind }: RecordedEvent<CaseOpened>): CaseDecision {
  // Nobody can ask the venue any more: whoever knows what rests there says that nothing of it does.
  if (kind === "historyGap") return "ended";
  const order = about === undefined ? undefined : engine.find(about);
  if (order === undefined || order.isTerminal) return "dismiss";
  const { books } = world.exchange;
  const byName = books.named(order.account, order.id);
  // One that was taken over has the id of whoever placed it.
  const byVenueId = order.venueOrderId === undefined ? undefined : books.byVenueId(order.venueOrderId);
  const theirs = byName.length > 0 || byVenueId === undefined ? byName : [byVenueId];
  const works = theirs.some((each) => each.status === "working");
  // A request may still be on its way: a careful person waits out any delay before calling an order absent.
  const submittedAt = world.laws.model.orders.get(order.id)?.submittedAt ?? order.createdAt;
  if (world.clock.now() - submittedAt < LONGEST_DELAY_MS) return "dismiss";
  // It works: what is unknown is a request that has not arrived by now.
  if (works && hasArrived(order, theirs)) return "dismiss";
  if (works)
    return order.pendingCancel?.outcomeUnknown === true || order.pendingReplace?.outcomeUnknown === true
      ? "notPlaced"
      : "dismiss";
  const isForgetful = world.profile.historyMs !== undefined;
  if (order.status === "submitted") return isForgetful || theirs.length === 0 ? "notPlaced" : "dismiss";
  const executed = theirs.reduce((sum, each) => sum.add(each.cumulative), Decimal.zero);
  return isForgetful || executed.eq(order.cumulativeQuantity) ? "ended" : "dismiss";
}

/** Whether the venue has carried the replace out: then the reconciler will see that, and a person says nothing. */
function hasArrived({ pendingReplace }: Order, theirs: readonly BookedOrder[]): boolean {
  if (pendingReplace === undefined) return false;
  const { price, quantity } = pendingReplace.replace;
  return theirs.some(
    (each) =>
      (price === undefined || each.price?.eq(price) === true) &&
      (quantity === undefined || each.quantity?.eq(quantity) === true),
  );
}
