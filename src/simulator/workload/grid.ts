// The grid strategy as a caller of the engine, as it is shipped: started anew in each life of the process, with quotes
// of the simulated market. It takes its live orders up again by their client order ids.

import { Decimal } from "../../domain/decimal.ts";
import type { Engine } from "../../engine/engine.ts";
import type { BookLevel } from "../../market-data/market-data.ts";
import { MarketHub } from "../../market-data/market-hub.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { GridStrategy } from "../../strategies/grid.ts";
import type { ProcessClock } from "../process-clock.ts";
import { ACCOUNTS, INSTRUMENTS } from "../scene.ts";
import type { World } from "../world.ts";

const QUOTE_EVERY_MS = 500;
const QUANTITY = Decimal.parse("0.2");
const PARAMETERS = {
  name: "grid",
  instrumentId: INSTRUMENTS[0].id,
  levels: 3,
  step: Decimal.parse("0.0004"),
  quantity: QUANTITY,
  followAfterSteps: 2,
  maintainEveryMs: 1_000,
};

/** Runs a grid on the engine of one life, from when it is ready on. */
export function startGrid(world: World, engine: Engine, clock: ProcessClock): void {
  const market = new MarketHub(silentLogger);
  const grid = new GridStrategy(PARAMETERS);
  let isStarted = false;
  const quote = (): void => {
    if (world.isWindingDown) {
      void grid.stop({ cancelOrders: false });
      return;
    }
    if (!isStarted && engine.status().phase === "ready") {
      isStarted = true;
      grid.start({ engine, market, clock, logger: silentLogger, account: ACCOUNTS[1] });
    }
    const { bid, ask } = world.exchange.bestPrices(PARAMETERS.instrumentId);
    const sides = {
      ...(bid === undefined ? {} : { bid: levelAt(bid) }),
      ...(ask === undefined ? {} : { ask: levelAt(ask) }),
    };
    market.publish({ kind: "quote", instrumentId: PARAMETERS.instrumentId, at: clock.now(), ...sides });
    clock.schedule(QUOTE_EVERY_MS, quote);
  };
  clock.schedule(QUOTE_EVERY_MS, quote);
}

function levelAt(price: Decimal): BookLevel {
  return { price, quantity: QUANTITY };
}
