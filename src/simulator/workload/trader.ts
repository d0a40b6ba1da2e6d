// Traders: seeded callers that submit, cancel and replace as a program or a hasty person would, right and wrong, once
// and twice. They see the engine through its front door only.

import type { OrderId } from "../../domain/identifiers.ts";
import type { Engine } from "../../engine/engine.ts";
import type { OrderRequest } from "../../engine/engine-api.ts";
import type { SeededRandom } from "../../runtime/random.ts";
import { randomFor } from "../faults.ts";
import { ACCOUNTS, INSTRUMENTS } from "../scene.ts";
import type { World } from "../world.ts";

/** Commands that a caller may still repeat. */
const REMEMBERED = 50;

interface Sent {
  readonly request: OrderRequest;
  readonly orderId: OrderId;
}

export class Trader {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #name: string;
  readonly #sent: Sent[] = [];
  #names = 0;

  constructor(world: World, number: number) {
    this.#world = world;
    this.#name = `trader${number}`;
    this.#random = randomFor(world.seed, this.#name);
  }

  start(): void {
    this.#actLater();
  }

  #actLater(): void {
    const { clock, profile } = this.#world;
    clock.schedule(1 + this.#random.nextInteger(profile.traderEveryMs * 2), () => {
      if (this.#world.isWindingDown) return;
      this.#world.process.inside((engine) => this.#act(engine));
      this.#actLater();
    });
  }

  #act(engine: Engine): void {
    const { faults } = this.#world;
    if (faults.strikes("cancelStorm")) {
      void engine.cancelAll({ account: this.#account() }, { by: this.#name });
      return;
    }
    if (faults.strikes("commandMalformed")) {
      void this.#malformed(engine);
      return;
    }
    if (faults.strikes("commandRepeated")) {
      void this.#repeat(engine);
      return;
    }
    if (faults.strikes("commandTooLate")) this.#askTooLate(engine);
    const draw = this.#random.next();
    if (draw < 0.55) {
      void this.#submit(engine);
      return;
    }
    const open = engine.activeOrders({ account: this.#account(), limit: 20 });
    const order = open[this.#random.nextInteger(Math.max(1, open.length))];
    if (order === undefined) return;
    if (draw < 0.78) void engine.cancel(order.id, { by: this.#name });
    else {
      this.#world.coverage.cell("replaceRequested", order.status);
      void engine.replace(order.id, this.#newTerms(order.instrumentId), { by: this.#name });
    }
  }

  /** What comes too late is refused, and changes nothing. */
  #askTooLate(engine: Engine): void {
    const { coverage, faults } = this.#world;
    const ended = engine.terminalOrders({
      account: ACCOUNTS[faults.pick("commandTooLate", ACCOUNTS.length)] ?? ACCOUNTS[0],
      limit: 20,
    });
    const order = ended[faults.pick("commandTooLate", Math.max(1, ended.length))];
    if (order === undefined) return;
    const isCancel = faults.pick("commandTooLate", 2) === 0;
    coverage.cell(isCancel ? "cancelRequested" : "replaceRequested", order.status);
    void this.#refusedTooLate(
      order.id,
      isCancel
        ? engine.cancel(order.id, { by: this.#name })
        : engine.replace(order.id, { price: this.#world.priceNear(order.instrumentId, 0) }, { by: this.#name }),
    );
  }

  async #refusedTooLate(orderId: OrderId, asked: Promise<{ readonly ok: boolean }>): Promise<void> {
    if ((await asked).ok)
      this.#world.laws.broken("bad input changes nothing", `${orderId} had ended, and a request about it was taken`);
  }

  async #submit(engine: Engine): Promise<void> {
    const { laws, coverage } = this.#world;
    const request = this.#request();
    coverage.total("submits");
    const result = await engine.submit(request, { by: this.#name });
    if (!result.ok) return;
    laws.acknowledged(result.value.orderId);
    if (request.clientOrderId === undefined) return;
    this.#sent.push({ request, orderId: result.value.orderId });
    if (this.#sent.length > REMEMBERED) this.#sent.shift();
  }

  /** The same command again: after a time-out, a restart, a double click. */
  async #repeat(engine: Engine): Promise<void> {
    const sent = this.#sent[this.#random.nextInteger(Math.max(1, this.#sent.length))];
    if (sent === undefined) return;
    const result = await engine.submit(sent.request, { by: this.#name });
    if (result.ok) this.#world.laws.repeated(sent.orderId, result.value.orderId);
  }

  /** What cannot be right is refused, and changes nothing. */
  async #malformed(engine: Engine): Promise<void> {
    const wrong = MALFORMED[this.#world.faults.pick("commandMalformed", MALFORMED.length)];
    const request = { ...this.#request(), ...wrong } as OrderRequest;
    const result = await engine.submit(request, { by: this.#name });
    if (result.ok)
      this.#world.laws.broken("bad input changes nothing", `${JSON.stringify(wrong)} was taken as an order`);
  }

  #request(): OrderRequest {
    const random = this.#random;
    const instrument = INSTRUMENTS[random.nextInteger(INSTRUMENTS.length)] ?? INSTRUMENTS[0];
    const side = random.next() < 0.5 ? "buy" : "sell";
    const named = random.next() < 0.7 ? { clientOrderId: `${this.#name}-${++this.#names}` } : {};
    const common = { account: this.#account(), instrumentId: instrument.id, side, ...named } as const;
    const draw = random.next();
    const quantity = this.#quantity();
    const price = this.#price(instrument.id);
    if (draw < 0.12) return { ...common, orderType: "market", quantity };
    if (draw < 0.15) return { ...common, orderType: "market", notional: String(20 + random.nextInteger(200)) };
    if (draw < 0.2) return { ...common, orderType: "stop", quantity, triggerPrice: price };
    if (draw < 0.25) return { ...common, orderType: "limit", quantity, price, timeInForce: "ioc" };
    if (draw < 0.28) return { ...common, orderType: "limit", quantity, price, timeInForce: "fok" };
    if (draw < 0.32) {
      const expiresAt = (this.#world.process.clock?.now() ?? 0) + 1_000 + random.nextInteger(60_000);
      return { ...common, orderType: "limit", quantity, price, timeInForce: "gtd", expiresAt };
    }
    if (draw < 0.37) return { ...common, orderType: "limit", quantity, price, reduceOnly: true };
    if (draw < 0.42) return { ...common, orderType: "limit", quantity, price, postOnly: true };
    return { ...common, orderType: "limit", quantity, price };
  }

  #newTerms(instrument: string): { readonly quantity?: string; readonly price?: string } {
    const draw = this.#random.next();
    if (draw < 0.4) return { price: this.#price(instrument) };
    if (draw < 0.7) return { quantity: this.#quantity() };
    return { quantity: this.#quantity(), price: this.#price(instrument) };
  }

  #account(): string {
    return ACCOUNTS[this.#random.nextInteger(ACCOUNTS.length)] ?? ACCOUNTS[0];
  }

  #quantity(): string {
    return ((1 + this.#random.nextInteger(2_000)) / 1_000).toFixed(3);
  }

  #price(instrument: string): string {
    return this.#world.priceNear(instrument, this.#random.nextInteger(41) - 20);
  }
}

const MALFORMED: readonly object[] = [
  { quantity: "-1" },
  { quantity: "1e-8" },
  { quantity: "" },
  { quantity: "0.0001" },
  { price: "100.005", orderType: "limit" },
  { side: "hold" },
  { orderType: "wish" },
  { instrumentId: "NO/SUCH" },
  { account: "nobody" },
  { timeInForce: "sometimes" },
  { clientOrderId: "x".repeat(200) },
  { quantity: Number.NaN },
];
