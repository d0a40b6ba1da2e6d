// Places a limit order on paper and follows it to its end: in memory, on the synthetic market, offline.

import { type Decimal, openDesk, orderToJson, unwrap } from "../src/index.ts";

const desk = await openDesk();
await desk.start();

const ask = await new Promise<Decimal>((resolve) => {
  desk.market.subscribe((event) => {
    if (event.kind === "quote" && event.instrumentId === "BTC/USDT" && event.ask) resolve(event.ask.price);
  });
});

const order = { instrumentId: "BTC/USDT", side: "buy", orderType: "limit", quantity: "0.01", price: ask } as const;
const handle = unwrap(await desk.engine.submit({ ...order, clientOrderId: "my-first" }));
for await (const event of handle.events()) console.log(event.seq, event.type);

const { status, cumulativeQuantity, averagePrice, fees } = orderToJson(handle.order);
console.log(status, cumulativeQuantity, "at", averagePrice, "fees", fees);

await desk.stop();
