// When the wire has healed and time has passed, both sides must agree: no order unknown, none doubled, none forgotten,
// every execution booked once. What may honestly remain is named where it is let pass.

import type { Order } from "../../domain/order.ts";
import { orderToJson } from "../../domain/order-json.ts";
import type { Engine } from "../../engine/engine.ts";
import { ACCOUNTS, INSTRUMENTS } from "../scene.ts";
import type { BookedExecution, BookedOrder } from "../venue/books.ts";
import type { World } from "../world.ts";

export function checkQuiescence(world: World): void {
  const { laws, process } = world;
  const { engine } = process;
  const broken = (text: string): void => laws.broken("I16 convergence", text);
  if (engine === undefined || engine.status().phase !== "ready") {
    broken(`no engine is ready at the end: ${engine?.status().phase ?? "none runs"}`);
    return;
  }
  checkOpenOrders(world, engine, broken);
  checkExecutions(world, broken);
  checkPositions(world, engine);
  checkFold(world, engine);
}

/** Works at one side, works at the other, and as far. */
function checkOpenOrders(world: World, engine: Engine, broken: (text: string) => void): void {
  const { books } = world.exchange;
  for (const order of engine.activeOrders()) {
    const theirs = atVenue(world, order);
    // Taken over without an id of its own, it cannot be asked for by name: that it is gone is never concluded.
    if (order.origin === "EXTERNAL" && order.clientOrderId === undefined && theirs?.status !== "working") continue;
    if (order.outcomeUnknown || order.pendingCancel !== undefined || order.pendingReplace !== undefined)
      broken(`${order.id} is ${order.status} with something outstanding: ${outstandingOf(order)}`);
    else if (theirs?.status !== "working")
      broken(`${order.id} is ${order.status} here and ${theirs?.status ?? "absent"} at the venue`);
    else if (
      !theirs.cumulative.eq(order.cumulativeQuantity) ||
      (theirs.quantity !== undefined && order.quantity?.eq(theirs.quantity) !== true)
    )
      broken(
        `${order.id}: ${order.cumulativeQuantity} of ${order.quantity} here, ${theirs.cumulative} of ${theirs.quantity} at the venue`,
      );
    else if (theirs.price !== undefined && order.price?.eq(theirs.price) !== true)
      broken(`${order.id}: at ${order.price} here, at ${theirs.price} at the venue`);
  }
  for (const theirs of books.orders()) {
    const seen =
      theirs.clientId === undefined ? undefined : world.laws.model.orders.get(theirs.clientId as Order["id"]);
    if (theirs.status === "working" && seen?.order.isTerminal === true && !seen.decidedByPerson)
      broken(`${theirs.clientId} is ${seen.order.status} here and works at the venue`);
  }
}

function atVenue(world: World, order: Order): BookedOrder | undefined {
  const { books } = world.exchange;
  const found = order.venueOrderId === undefined ? undefined : books.byVenueId(order.venueOrderId);
  return found ?? books.named(order.account, order.id).at(-1);
}

function outstandingOf(order: Order): string {
  const parts = [
    ...(order.outcomeUnknown ? ["the outcome of its submit"] : []),
    ...(order.pendingCancel === undefined ? [] : ["a cancel"]),
    ...(order.pendingReplace === undefined ? [] : ["a replace"]),
  ];
  return parts.join(" and ");
}

/** Every execution of an order of ours is booked once, and nothing is booked that was not executed. */
function checkExecutions(world: World, broken: (text: string) => void): void {
  const { model } = world.laws;
  const { books } = world.exchange;
  const theirs = new Map<string, BookedExecution>();
  for (const execution of books.executions())
    if (!execution.isBusted) theirs.set(`${execution.venueId}/${execution.executionId}`, execution);
  const isForgetful = world.profile.historyMs !== undefined || world.profile.totalsOnly;
  const explained = new Set<string>();
  for (const { order, fills } of model.orders.values()) {
    for (const [key, fill] of fills) {
      const execution = theirs.get(key);
      explained.add(key);
      if (fill.inferred === true && isForgetful) continue;
      if (execution === undefined) broken(`${order.id} has booked ${key}, which the venue never executed`);
      else if (!execution.quantity.eq(fill.quantity) || !execution.price.eq(fill.price))
        broken(
          `${key} is ${fill.quantity} at ${fill.price} here, ${execution.quantity} at ${execution.price} at the venue`,
        );
    }
  }
  if (isForgetful) {
    checkTotals(world, broken);
    return;
  }
  for (const [key, execution] of theirs) {
    const isOurs = execution.clientId !== undefined && model.orders.has(execution.clientId as Order["id"]);
    if (isOurs && !explained.has(key)) broken(`execution ${key} of ${execution.clientId} is not booked`);
  }
}

/** A venue that shows no executions, or forgets them, is agreed with on totals; a gap in its memory is a case for a person. */
function checkTotals(world: World, broken: (text: string) => void): void {
  const { model } = world.laws;
  if (world.coverage.conclusions.has("case historyGap opened")) return;
  for (const theirs of world.exchange.books.orders()) {
    const seen = theirs.clientId === undefined ? undefined : model.orders.get(theirs.clientId as Order["id"]);
    // What a person was told about is not hidden: neither its total nor the order had a price to book it at.
    const isTold = seen !== undefined && (seen.decidedByPerson || model.casesAbout.has(seen.order.id));
    // A refused twin of a doubled request stands beside the order that was taken.
    if (theirs.status === "rejected") continue;
    if (seen !== undefined && !isTold && !seen.order.cumulativeQuantity.eq(theirs.cumulative))
      broken(`${seen.order.id}: ${seen.order.cumulativeQuantity} booked, ${theirs.cumulative} executed`);
  }
}

function checkPositions(world: World, engine: Engine): void {
  for (const account of ACCOUNTS) {
    for (const { id } of INSTRUMENTS) {
      const shown = engine.positions(account).find((position) => position.instrumentId === id);
      if (shown !== undefined) world.laws.positionShown(account, id, shown.quantity);
    }
  }
}

/** The live state is what the journal folds to. */
function checkFold(world: World, engine: Engine): void {
  for (const order of engine.orders()) {
    const seen = world.laws.model.orders.get(order.id);
    if (seen === undefined || JSON.stringify(orderToJson(order)) !== JSON.stringify(orderToJson(seen.order)))
      world.laws.broken("I24 replay", `${order.id} is not what its events on disk fold to`);
  }
}
