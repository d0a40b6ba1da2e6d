// Three kinds of no, one after the other: a limit denies an order, the kill switch halts the desk and cancels
// what rests, and after a person has lifted it orders pass again. In memory and offline.

import { Decimal, type OrderRequest, openDesk, unwrap } from "../src/index.ts";

const desk = await openDesk({
  accounts: [{ id: "main", limits: { maxOrderQuantity: Decimal.parse("0.5"), maxOpenOrders: 10 } }],
});
await desk.start();
const { engine } = desk;
const risk = { by: "risk-desk" };

/** Far below the market, so that it rests. */
const bid: OrderRequest = {
  instrumentId: "BTC/USDT",
  side: "buy",
  orderType: "limit",
  price: "30000.00",
  quantity: "0.1",
};

async function attempt(what: string, request: OrderRequest): Promise<void> {
  const result = await engine.submit(request);
  if (result.ok) console.log(`${what}: ${unwrap(await result.value.acknowledged()).status}`);
  else console.log(`${what}: ${result.error.code}: ${result.error.message}`);
}

await attempt("a bid within the limits", bid);
await attempt("a bid over the limit", { ...bid, quantity: "0.6" });
await attempt("a bid off the tick grid", { ...bid, price: "30000.001" });

const resting = engine.activeOrders().map((order) => engine.handle(order.id));
const { canceling } = unwrap(await engine.engageKillSwitch("cancelOurs", { ...risk, reason: "example" }));
console.log(`kill switch: canceling ${canceling}`);
for (const handle of resting) {
  const ended = await handle?.done();
  if (ended !== undefined) console.log(`what rested: ${unwrap(ended).status}`);
}
await attempt("a bid while halted", bid);

unwrap(await engine.liftKillSwitch({ ...risk, reason: "looked at it" }));
await attempt("a bid after the lift", bid);

const open = await desk.stop({ restingOrders: "cancelOurs" });
console.log(`open after the stop: ${open.length}`);
