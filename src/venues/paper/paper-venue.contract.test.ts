// The paper venue under the suite of all venues, on both stores.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BTC, d, MAIN, nextOrderId, OTHER, VENUE } from "../testing/orders.ts";
import type { VenueHarness } from "../testing/venue-desk.ts";
import { describeVenue } from "../venue.contract.ts";
import { MemoryPaperStore } from "./memory-paper-store.ts";
import type { PaperVenueOptions } from "./paper-venue.ts";
import { SqlitePaperStore } from "./sqlite-paper-store.ts";
import { snapshot, trade } from "./testing/market.ts";
import { PaperBench } from "./testing/paper-bench.ts";

async function harness(
  options: Pick<PaperVenueOptions, "store"> | Pick<PaperVenueOptions, "latency">,
  cleanUp = (): void => undefined,
): Promise<VenueHarness> {
  const bench = await PaperBench.open(options);
  bench.feed(snapshot());
  return {
    venue: bench.venue,
    account: MAIN,
    otherAccount: OTHER,
    instrument: BTC,
    now: () => bench.clock.now(),
    nextOrderId,
    resting: () => ({ orderType: "limit", side: "buy", price: d("99"), quantity: d("0.4") }),
    marketable: () => ({ orderType: "market", timeInForce: "ioc", side: "buy", quantity: d("0.3") }),
    refused: () => ({
      terms: { orderType: "limit", side: "buy", price: d("101"), quantity: d("0.4"), postOnly: true },
      reason: "postOnlyWouldCross",
    }),
    fillResting: (order, quantity) => bench.feed(trade(String(order.price), String(quantity), "sell")),
    until: (condition, what) => bench.until(condition, what),
    close: async () => {
      await bench.venue.close();
      cleanUp();
    },
  };
}

const traits = { fillsResting: true };

describeVenue("paper in memory", traits, () => harness({ store: new MemoryPaperStore(VENUE) }));

describeVenue("paper in memory without latency", traits, () =>
  harness({ latency: { requestMs: 0, replyMs: 0, jitterMs: 0 } }),
);

describeVenue("paper in memory with jitter", traits, () =>
  harness({ latency: { requestMs: 2, replyMs: 2, jitterMs: 7 } }),
);

describeVenue("paper on SQLite", traits, () => {
  const folder = mkdtempSync(join(tmpdir(), "paper-venue-"));
  const store = SqlitePaperStore.open({ path: join(folder, "paper.db"), venue: VENUE });
  return harness({ store }, () => rmSync(folder, { recursive: true }));
});
