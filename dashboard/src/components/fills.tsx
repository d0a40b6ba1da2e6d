// The latest fills of all orders; a press opens the order.

import { useApp } from "../app.ts";
import { fillKeyOf } from "../fills.ts";
import {
  decimalsOf,
  formatDateTime,
  formatDecimal,
  formatFees,
  formatTime,
  formatTrimmed,
  shortId,
} from "../format.ts";
import { SideWord } from "./order-row.tsx";

const ROWS = 40;

export function Fills() {
  const app = useApp();
  const fills = app.store.fills.value;
  const instruments = app.store.instruments.value;
  return (
    <section class="panel fills" aria-labelledby="fills-title">
      <div class="panel-head">
        <h2 id="fills-title">Fills</h2>
        <span class="dim">latest {Math.min(ROWS, fills.length)}</span>
      </div>
      {fills.length === 0 ? (
        <p class="empty">No fills yet.</p>
      ) : (
        <div class="table-scroll fills-scroll" tabIndex={0} role="region" aria-label="Latest fills">
          <table class="list">
            <thead>
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Symbol</th>
                <th scope="col">Side</th>
                <th scope="col" class="numeric">
                  Quantity
                </th>
                <th scope="col" class="numeric">
                  Price
                </th>
                <th scope="col" class="numeric">
                  Fee
                </th>
                <th scope="col">Liquidity</th>
                <th scope="col">Order</th>
              </tr>
            </thead>
            <tbody>
              {fills.slice(0, ROWS).map((fill) => (
                <tr key={fillKeyOf(fill)}>
                  <td title={`${formatDateTime(fill.at)} UTC`}>{formatTime(fill.at)}</td>
                  <td>{fill.instrumentId}</td>
                  <td>
                    <SideWord side={fill.side} />
                  </td>
                  <td class="numeric">{formatTrimmed(fill.quantity, 8)}</td>
                  <td class="numeric">
                    {formatDecimal(fill.price, decimalsOf(instruments.get(fill.instrumentId)?.tickSize))}
                  </td>
                  <td class="numeric">
                    {fill.fee === undefined ? "–" : formatFees({ [fill.fee.asset]: fill.fee.amount })}
                  </td>
                  <td>{fill.inferred ? "inferred" : fill.liquidity}</td>
                  <td>
                    <button type="button" class="link" onClick={() => app.openOrder(fill.orderId)}>
                      {shortId(fill.orderId)}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
