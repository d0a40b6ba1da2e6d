// Makes strategies from their configuration.

import type { PlacedStrategy } from "../app/open-desk.ts";
import type { Config, GridConfig } from "../config/schema.ts";
import { Decimal } from "../domain/decimal.ts";
import { GridStrategy } from "../strategies/grid.ts";
import type { Strategy } from "../strategies/strategy.ts";

const BASIS_POINT = Decimal.parse("0.0001");

/** A strategy that names no instrument gets the first that the market speaks of. */
export function makeStrategies(config: Config, instrumentIds: readonly string[]): PlacedStrategy[] {
  const marketInstrument = instrumentIds[0] ?? "BTC/USDT";
  return config.strategies.map((section) => ({
    strategy: makeGrid(section, marketInstrument),
    account: section.account ?? config.defaultAccount ?? (config.accounts[0] as { id: string }).id,
  }));
}

function makeGrid(section: GridConfig, marketInstrument: string): Strategy {
  return new GridStrategy({
    name: section.name,
    instrumentId: section.instrumentId ?? marketInstrument,
    levels: section.levels,
    step: BASIS_POINT.mul(Decimal.fromInteger(section.stepBps)),
    quantity: Decimal.parse(section.quantity),
    followAfterSteps: section.followAfterSteps,
    maintainEveryMs: section.maintainEveryMs,
  });
}
