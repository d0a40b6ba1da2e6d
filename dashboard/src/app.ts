// The parts of the page, put together once and handed down by context: store, API, stream, and what
// is open at the moment. Components hold no connection of their own.

import { type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { Api, asProblem } from "./api.ts";
import {
  applyTheme,
  forgetToken,
  nextTheme,
  orderAddress,
  orderInAddress,
  savedTheme,
  saveToken,
  type Theme,
  takeToken,
} from "./browser.ts";
import type {
  Case,
  CaseDecision,
  Discrepancy,
  FillRow,
  InstrumentJson,
  MarketTradeJson,
  Quarantined,
} from "./contract.ts";
import { FrameQueue } from "./frame-queue.ts";
import { Store } from "./store.ts";
import { type Connection, type DataFrame, type Socket, type SocketListener, StreamClient } from "./stream-client.ts";

const TICK_MS = 500;
const NOTICE_MS = 7_000;
const CHART_TRADES = 1_000;

/** Something that just happened, said once: on the screen and to a screen reader. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly bad: boolean;
}

/** A question in front of everything else. */
export type Question =
  | {
      readonly kind: "confirm";
      readonly title: string;
      readonly lines: readonly string[];
      readonly action: string;
      run: () => Promise<void>;
    }
  | { readonly kind: "decideCase"; readonly opened: Case; readonly decision: CaseDecision }
  | { readonly kind: "killSwitch" }
  | { readonly kind: "liftKillSwitch" }
  | { readonly kind: "tradingState" };

export class App {
  readonly store: Store;
  readonly api: Api;
  readonly stream: StreamClient;
  readonly token: Signal<string | undefined> = signal(takeToken());
  readonly connection: Signal<Connection> = signal({ phase: "idle", attempt: 0, resumes: 0, breaks: 0, scopes: [] });
  readonly openOrderId: Signal<string | undefined> = signal(orderInAddress());
  readonly question: Signal<Question | undefined> = signal(undefined);
  readonly notices: Signal<readonly Notice[]> = signal([]);
  readonly theme: Signal<Theme> = signal(savedTheme());
  /** The instrument of the ticket, the ladder and the chart. */
  readonly instrumentId: Signal<string | undefined> = signal(undefined);
  /** A price picked from the ladder, for the ticket. */
  readonly pickedPrice: Signal<string | undefined> = signal(undefined);
  /** Wall time, for the age of the connection. */
  readonly wallNow: Signal<number> = signal(Date.now());
  #noticeId = 0;

  constructor() {
    const wallNow = () => Date.now();
    this.store = new Store({ wallNow, schedule: (delayMs, callback) => void setTimeout(callback, delayMs) });
    this.api = new Api({ token: () => this.token.peek(), fetch: (...args) => fetch(...args) });
    const queue = new FrameQueue<DataFrame>((frames) => this.store.apply(frames));
    this.stream = new StreamClient({
      connect: openSocket,
      token: () => this.token.peek(),
      onFrame: (frame) => {
        queue.push(frame);
        if (frame.type === "snapshot") void this.#readTheRest();
      },
      onConnection: (connection) => this.#noteConnection(connection),
      schedule: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
      wallNow,
      random: Math.random,
    });
  }

  start(): void {
    applyTheme(this.theme.peek());
    addEventListener("hashchange", () => {
      this.openOrderId.value = orderInAddress();
      const token = takeToken();
      if (token !== this.token.peek() && token !== undefined) this.useToken(token);
    });
    setInterval(() => {
      this.wallNow.value = Date.now();
      this.store.tick();
    }, TICK_MS);
    if (this.token.peek() !== undefined) this.stream.start();
  }

  useToken(token: string): void {
    saveToken(token);
    this.token.value = token;
    this.stream.stop();
    this.stream.start();
  }

  forgetToken(): void {
    forgetToken();
    this.stream.stop();
    this.token.value = undefined;
  }

  /** Whether the token allows it: an admin may trade, a trader may read. */
  may(scope: "trade" | "admin"): boolean {
    const { scopes } = this.connection.value;
    return scopes.includes("admin") || scopes.includes(scope);
  }

  openOrder(id: string | undefined): void {
    if (id !== undefined) location.hash = orderAddress(id);
    else if (this.openOrderId.peek() !== undefined) history.replaceState(null, "", location.pathname);
    this.openOrderId.value = id;
  }

  cycleTheme(): void {
    this.theme.value = nextTheme(this.theme.peek());
    applyTheme(this.theme.peek());
  }

  notify(text: string, bad = false): void {
    const id = ++this.#noticeId;
    this.notices.value = [...this.notices.peek(), { id, text, bad }].slice(-4);
    setTimeout(() => this.dismiss(id), bad ? NOTICE_MS * 2 : NOTICE_MS);
  }

  dismiss(id: number): void {
    this.notices.value = this.notices.peek().filter((notice) => notice.id !== id);
  }

  /** Runs something that a press of a button began, and says what went wrong. */
  run(work: () => Promise<void>): void {
    work().catch((thrown: unknown) => {
      const problem = asProblem(thrown);
      this.notify(`${problem.message} (${problem.code})`, true);
    });
  }

  #noteConnection(connection: Connection): void {
    const before = this.connection.peek();
    this.connection.value = connection;
    if (connection.phase === "refused" && before.phase !== "refused") {
      forgetToken();
      this.token.value = undefined;
    }
  }

  /** What the snapshot does not carry; a part that fails is said and does not hold up the rest. */
  async #readTheRest(): Promise<void> {
    const parts = await Promise.allSettled([
      this.api
        .get<{ instruments: readonly InstrumentJson[] }>("/instruments")
        .then(({ instruments }) => this.#useInstruments(instruments)),
      this.api.get<{ fills: readonly FillRow[] }>("/fills?limit=200").then(({ fills }) => this.store.learnFills(fills)),
      this.api
        .get<{ discrepancies: readonly Discrepancy[] }>("/discrepancies?limit=100")
        .then(({ discrepancies }) => this.store.learnDiscrepancies(discrepancies)),
      this.api
        .get<{ quarantine: readonly Quarantined[] }>("/quarantine")
        .then(({ quarantine }) => this.store.learnQuarantined(quarantine)),
    ]);
    for (const part of parts) {
      if (part.status === "rejected") this.notify(asProblem(part.reason).message, true);
    }
  }

  async #useInstruments(instruments: readonly InstrumentJson[]): Promise<void> {
    this.store.learnInstruments(instruments);
    this.instrumentId.value ??= instruments[0]?.id;
    for (const { id } of instruments) {
      const path = `/market/${encodeURIComponent(id)}/trades?limit=${CHART_TRADES}`;
      const { trades } = await this.api.get<{ trades: readonly MarketTradeJson[] }>(path);
      this.store.learnTrades(id, trades);
    }
  }
}

function openSocket(listener: SocketListener): Socket {
  const url = new URL("/api/v1/stream", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(url);
  socket.addEventListener("open", () => listener.opened());
  socket.addEventListener("message", ({ data }) => listener.heard(String(data)));
  socket.addEventListener("close", ({ code, reason }) => listener.closed(code, reason));
  return socket;
}

export const AppContext = createContext<App | undefined>(undefined);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error("The page's parts are not provided here.");
  return app;
}
