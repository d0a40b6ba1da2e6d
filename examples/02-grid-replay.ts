// Runs a grid over a recorded market, as fast as it goes, and prints what came of it. The same capture and
// seed print the same digest: `npx tsx examples/02-grid-replay.ts FILE`, by default the small capture of the tests.

import { fileURLToPath } from "node:url";
import { Decimal, FillDigest, GridStrategy, openDesk, positionToJson } from "../src/index.ts";

const bundled = fileURLToPath(new URL("../test/fixtures/market/binance-spot-btcusdt-synthetic.gz", import.meta.url));
const file = process.argv[2] ?? bundled;

const desk = await openDesk({
  market: { kind: "replay", file, speed: "max" },
  seed: 7,
  strategies: ([instrumentId = "BTC/USDT"]) => [
    {
      account: "main",
      strategy: new GridStrategy({
        name: "example-grid",
        instrumentId,
        levels: 4,
        step: Decimal.parse("0.0001"), // a basis point between two levels
        quantity: Decimal.parse("0.002"),
        followAfterSteps: 2,
        maintainEveryMs: 100,
      }),
    },
  ],
});

const digest = new FillDigest(desk.engine);
await desk.start();
await desk.player.finished;

const { ordersTotal, byStatus } = desk.engine.summary();
console.log(`tape    ${desk.player.progress().description}, ${desk.player.progress().position} events`);
console.log(`orders  ${ordersTotal}: ${byStatus.filled} filled, ${byStatus.canceled} canceled`);
console.log(`fills   ${digest.fills}, digest ${digest.toString().slice(0, 16)}`);
for (const position of desk.engine.positions()) {
  const { quantity, instrumentId, realizedPnl } = positionToJson(position);
  console.log(`holds   ${quantity} of ${instrumentId}, realized ${realizedPnl}`);
}

const open = await desk.stop({ restingOrders: "cancelOurs" });
console.log(`open    ${open.length} after the stop`);
