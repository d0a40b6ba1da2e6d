// The market of the chosen instrument: the depth ladder with our own orders marked, and last trades.

import { useComputed } from "@preact/signals";
import { useApp } from "../app.ts";
import { decimalsOf, formatDecimal, formatTimeMs, formatTrimmed, groupDigits } from "../format.ts";
import { type LadderRow, ladderRows, ownLevels } from "../ladder.ts";
import { SideWord } from "./order-row.tsx";

const DEPTH = 9;
const TRADES = 14;

export function MarketPanel() {
  const app = useApp();
  const instrumentId = app.instrumentId.value;
  return (
    <section class="panel market" aria-labelledby="market-title">
      <div class="panel-head">
        <h2 id="market-title">Market</h2>
        <span class="dim">{instrumentId ?? ""}</span>
      </div>
      {instrumentId === undefined ? (
        <p class="empty">No instrument.</p>
      ) : (
        <Market key={instrumentId} id={instrumentId} />
      )}
    </section>
  );
}

function Market({ id }: { id: string }) {
  const app = useApp();
  const own = useComputed(() => {
    void app.store.revision.value;
    return { buy: ownLevels(app.store.openOrders(), id, "buy"), sell: ownLevels(app.store.openOrders(), id, "sell") };
  });
  const { bids, asks, lastTrade, trades } = app.store.market(id).market.value;
  const decimals = decimalsOf(app.store.instruments.value.get(id)?.tickSize);
  const askRows = ladderRows(asks, own.value.sell, { side: "sell", depth: DEPTH }).toReversed();
  const bidRows = ladderRows(bids, own.value.buy, { side: "buy", depth: DEPTH });
  return (
    <>
      <table class="ladder">
        <caption class="visually-hidden">Depth. A press on a price puts it on the ticket.</caption>
        <thead>
          <tr>
            <th scope="col" class="numeric">
              Ours
            </th>
            <th scope="col" class="numeric">
              Price
            </th>
            <th scope="col" class="numeric">
              Quantity
            </th>
          </tr>
        </thead>
        <tbody>
          {askRows.map((row) => (
            <Rung key={`ask ${row.price}`} row={row} side="sell" decimals={decimals} />
          ))}
        </tbody>
        <tbody>
          <tr class="last-price">
            <td colSpan={3}>
              {lastTrade === undefined ? (
                "no trade yet"
              ) : (
                <>
                  <SideWord side={lastTrade.aggressor} /> <strong>{formatDecimal(lastTrade.price, decimals)}</strong>
                  <span class="dim"> last trade</span>
                </>
              )}
            </td>
          </tr>
        </tbody>
        <tbody>
          {bidRows.map((row) => (
            <Rung key={`bid ${row.price}`} row={row} side="buy" decimals={decimals} />
          ))}
        </tbody>
      </table>
      <h3 class="trades-title">Last trades</h3>
      <table class="trades">
        <caption class="visually-hidden">Last trades, newest first</caption>
        <tbody>
          {trades.slice(0, TRADES).map((trade) => (
            <tr key={trade.tradeId} class={`aggressor-${trade.aggressor}`}>
              <td class="dim">{formatTimeMs(trade.at)}</td>
              <td>
                <SideWord side={trade.aggressor} />
              </td>
              <td class="numeric">{formatDecimal(trade.price, decimals)}</td>
              <td class="numeric">{formatTrimmed(trade.quantity, 6)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Rung({ row, side, decimals }: { row: LadderRow; side: "buy" | "sell"; decimals: number | undefined }) {
  const app = useApp();
  return (
    <tr class={`rung rung-${side} ${row.own === undefined ? "" : "own"} ${row.isApart ? "apart" : ""}`}>
      <td class="numeric own-cell">
        {row.own === undefined ? (
          ""
        ) : (
          <span class="own-mark" title={`Our orders: ${row.own}`}>
            {formatTrimmed(row.own, 6)}
          </span>
        )}
      </td>
      <td class="numeric">
        <button
          type="button"
          class="rung-price"
          aria-label={`Use price ${row.price}`}
          onClick={() => {
            app.pickedPrice.value = row.price;
          }}
        >
          {decimals === undefined ? groupDigits(row.price) : formatDecimal(row.price, decimals)}
        </button>
      </td>
      <td class="numeric depth-cell">
        <span class="depth-bar" style={{ width: `${Math.round(row.share * 100)}%` }} />
        <span class="depth-number">{row.quantity === undefined ? "" : formatTrimmed(row.quantity, 6)}</span>
      </td>
    </tr>
  );
}
