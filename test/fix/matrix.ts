// Runs a FIX order state change matrix against the engine's front door and a scripted venue: each row's message is
// said or sent, then the order must show what the row says. The verbs are in messages.ts; the matrices, in own words,
// in the tests beside this file.

import { expect, test } from "vitest";
import type { ErrorCode } from "../../src/domain/errors.ts";
import type { Order } from "../../src/domain/order.ts";
import type { OrderStatus } from "../../src/domain/order-status.ts";
import { type Message, openScene, type Scene } from "./messages.ts";

/** FIX's OrdStatus, as far as the matrices have it here. */
export type OrdStatus =
  | "Pending New"
  | "New"
  | "Partially Filled"
  | "Filled"
  | "Done for Day"
  | "Pending Cancel"
  | "Pending Replace"
  | "Canceled"
  | "Rejected"
  | "Expired";

/** The order's status with its pending requests, which are no status of their own here. */
type Shown = OrderStatus | `${OrderStatus}, pending ${"cancel" | "replace" | "cancel and replace"}` | "no order";

/** What a row says beside its columns. */
interface Remarks {
  /** The engine refuses our message with this code, and nothing is sent. */
  readonly refused?: ErrorCode;
  /** Messages that reach the venue with this row: by default 1 for a request that is not refused, else none. */
  readonly sends?: number;
  /** Why Orderwright shows something else than the matrix. */
  readonly differs?: string;
  /** What the matrix has, where `differs` is about quantities. */
  readonly fix?: { readonly cumulative?: number; readonly leaves?: number };
  /** FIX's OrderQty, where the leaves do not tell it: of an order that has ended. */
  readonly quantity?: number;
  readonly price?: string;
  readonly average?: string;
  readonly triggered?: true;
  /** The kinds of the discrepancies that the row brings; by default none. */
  readonly discrepancies?: readonly string[];
}

/**
 * One line of a matrix: the message, FIX's OrdStatus after it (`""` after a message of ours, where the matrices have
 * none), then what Orderwright shows: status, cumulative quantity, leaves quantity.
 */
export type Row = readonly [
  message: Message,
  ordStatus: OrdStatus | "",
  shown: Shown,
  cumulative: number,
  leaves: number,
  remarks?: Remarks,
];

/** For a report of the venue that passes a request of ours on the wire. */
export const ASKED_IS_PENDING =
  "a request is pending here from when it is asked; FIX's sell side shows it only once it has seen it";

/** Declares the test of one matrix. */
export function matrix(title: string, rows: readonly Row[]): void {
  test(title, async () => {
    const scene = await openScene();
    for (const [index, row] of rows.entries()) await play(scene, row, `row ${index + 1}: ${row[0]}`);
  });
}

async function play(scene: Scene, row: Row, where: string): Promise<void> {
  const sentBefore = scene.sentCount();
  const discrepanciesBefore = scene.discrepancies().length;
  const refused = await scene.act(row[0]);
  check(scene.order, row, where);
  const { refused: refusal, sends, discrepancies = [] } = row[5] ?? {};
  expect(refused, where).toBe(refusal);
  const isRequest = /^→ (?:new|cancel|replace)/.test(row[0]);
  expect(scene.sentCount() - sentBefore, `${where}: sent`).toBe(sends ?? (isRequest && refusal === undefined ? 1 : 0));
  expect(scene.discrepancies().slice(discrepanciesBefore), `${where}: discrepancies`).toEqual(discrepancies);
}

/** Compares an order with a row: all that the tests read of an order is read here. */
function check(order: Order | undefined, row: Row, where: string): void {
  const [, ordStatus, shown, cumulative, leaves, remarks = {}] = row;
  const actual = {
    shown: shownOf(order),
    cumulative: order?.cumulativeQuantity.toString() ?? "0",
    leaves: order === undefined ? "0" : order.leavesQuantity?.toString(),
  };
  expect(actual, where).toEqual({ shown, cumulative: `${cumulative}`, leaves: `${leaves}` });
  if (remarks.quantity !== undefined) expect(order?.quantity?.toString(), where).toBe(`${remarks.quantity}`);
  if (remarks.price !== undefined) expect(order?.price?.toString(), `${where}: price`).toBe(remarks.price);
  if (remarks.average !== undefined) expect(order?.averagePrice()?.toString(), where).toBe(remarks.average);
  expect(order?.triggered ?? false, `${where}: triggered`).toBe(remarks.triggered ?? false);
  if (order === undefined || ordStatus === "") return;
  const ours = { ordStatus: ordStatusOf(order), cumulative, leaves };
  const theirs = { ordStatus, cumulative, leaves, ...remarks.fix };
  if (remarks.differs === undefined) expect(ours, where).toEqual(theirs);
  else expect(ours, `${where}: it says that it differs, and does not`).not.toEqual(theirs);
}

function shownOf(order: Order | undefined): string {
  if (order === undefined) return "no order";
  const pending = [order.pendingCancel && "cancel", order.pendingReplace && "replace"].filter(Boolean).join(" and ");
  return pending === "" ? order.status : `${order.status}, pending ${pending}`;
}

const ORD_STATUS: Readonly<Record<OrderStatus, OrdStatus>> = {
  created: "Pending New",
  validated: "Pending New",
  submitted: "Pending New",
  acknowledged: "New",
  partiallyFilled: "Partially Filled",
  filled: "Filled",
  canceled: "Canceled",
  rejected: "Rejected",
  failed: "Rejected",
  expired: "Expired",
};

/** Says an order in FIX's words, by FIX's precedence: pending cancel, pending replace, then the rest. */
function ordStatusOf(order: Order): OrdStatus {
  if (order.pendingCancel !== undefined) return "Pending Cancel";
  return order.pendingReplace !== undefined ? "Pending Replace" : ORD_STATUS[order.status];
}
