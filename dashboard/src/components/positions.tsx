// Positions, valued at the market's last trade; what is not known is a dash, never a zero.

import { Decimal } from "../../../src/domain/decimal.ts";
import { useApp } from "../app.ts";
import type { Position } from "../contract.ts";
import { decimalsOf, formatDecimal, formatFees, formatSigned, formatTrimmed } from "../format.ts";

export function Positions() {
  const app = useApp();
  const positions = [...app.store.positions.value.values()].sort((a, b) =>
    a.instrumentId < b.instrumentId ? -1 : a.instrumentId > b.instrumentId ? 1 : a.account < b.account ? -1 : 1,
  );
  return (
    <section class="panel" aria-labelledby="positions-title">
      <div class="panel-head">
        <h2 id="positions-title">Positions</h2>
      </div>
      {positions.length === 0 ? (
        <p class="empty">No positions.</p>
      ) : (
        <div class="table-scroll">
          <table class="list positions">
            <thead>
              <tr>
                <th scope="col">Symbol</th>
                <th scope="col" class="numeric">
                  Net
                </th>
                <th scope="col" class="numeric">
                  Entry
                </th>
                <th scope="col" class="numeric">
                  Mark
                </th>
                <th scope="col" class="numeric">
                  Unrealized
                </th>
                <th scope="col" class="numeric">
                  Realized
                </th>
                <th scope="col" class="numeric">
                  Fees
                </th>
              </tr>
            </thead>
            <tbody>
              {positions.map((position) => (
                <PositionRow key={`${position.account}/${position.instrumentId}`} position={position} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function PositionRow({ position }: { position: Position }) {
  const app = useApp();
  const instrument = app.store.instruments.value.get(position.instrumentId);
  const decimals = decimalsOf(instrument?.tickSize);
  const mark = app.store.market(position.instrumentId).market.value.lastTrade?.price ?? position.markPrice;
  const unrealized = mark === undefined ? undefined : unrealizedPnl(position, mark);
  const several = (app.store.status.value?.accounts.length ?? 1) > 1;
  return (
    <tr>
      <td>
        {position.instrumentId}
        {several ? <span class="dim"> {position.account}</span> : null}
      </td>
      <td class="numeric">{formatTrimmed(position.quantity, 8)}</td>
      <td class="numeric" title={position.averageEntryPrice}>
        {formatDecimal(position.averageEntryPrice, decimals)}
      </td>
      <td class="numeric">{formatDecimal(mark, decimals)}</td>
      <Profit amount={unrealized} />
      <Profit amount={position.realizedPnl} />
      <td class="numeric">{formatFees(position.fees)}</td>
    </tr>
  );
}

function Profit({ amount }: { amount: string | undefined }) {
  if (amount === undefined) return <td class="numeric">–</td>;
  const tone = amount.startsWith("-") ? "loss" : /^[0.]+$/.test(amount) ? "" : "profit";
  return (
    <td class={`numeric ${tone}`} title={amount}>
      {formatSigned(amount, 2)}
    </td>
  );
}

function unrealizedPnl(position: Position, mark: string): string {
  return Decimal.parse(position.quantity).mul(Decimal.parse(mark)).sub(Decimal.parse(position.entryCost)).toString();
}
