// A process that runs a paper venue under load until it is killed, and writes down what it was told, as it is told.
// Arguments: the store's path, and a prefix for its order ids. One JSON line per fact on standard output.

import { writeSync } from "node:fs";
import { NodeClock } from "../../../runtime/node/node-clock.ts";
import { instrument, VENUE } from "../../testing/orders.ts";
import { PaperVenue } from "../paper-venue.ts";
import { SqlitePaperStore } from "../sqlite-paper-store.ts";
import { randomTape } from "./market.ts";
import { Workload } from "./workload.ts";

const [path = "", prefix = ""] = process.argv.slice(2);
/** Some ten times what a life needs: a venue that tells too little ends by itself, and the test fails. */
const TAPE_LENGTH = 8_000;

/** Written synchronously: what is on the pipe was told, whatever happens next. */
function told(fact: Readonly<Record<string, unknown>>): void {
  writeSync(1, `${JSON.stringify(fact)}\n`);
}

const tape = randomTape(1, TAPE_LENGTH);
const venue = PaperVenue.open({
  id: VENUE,
  instruments: [instrument()],
  clock: new NodeClock(),
  random: () => 0,
  latency: { requestMs: 0, replyMs: 0, jitterMs: 0 },
  store: SqlitePaperStore.open({ path, venue: VENUE }),
  tape: "killed tape",
});
for (const event of tape.slice(0, venue.tapePosition)) venue.prime(event);
await venue.connect({
  report: (report) => told({ ...report }),
  connection: () => undefined,
  heartbeat: () => undefined,
  unreadable: () => undefined,
});

const workload = new Workload(Number(prefix), `${prefix}-`, (request, outcome) => {
  if (outcome.kind === "accepted") {
    told({ kind: "accepted", account: request.account, orderId: request.orderId, venueOrderId: outcome.venueOrderId });
  }
});
for (let position = venue.tapePosition; position < TAPE_LENGTH; position++) {
  const event = tape[position];
  if (event !== undefined) venue.onMarket(event, position + 1);
  workload.act(venue);
  await new Promise<void>((resolve) => {
    setTimeout(resolve, 1);
  });
}
