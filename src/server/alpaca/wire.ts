// Alpaca's trading API as it is on the wire: names, shapes, and the schemas of what may be sent to us.
// What they mean to us is in translate.ts. A description completes the sentence "it must be …".

import { type Static, type TUnsafe, Type } from "typebox";

export const ORDER_TYPES = ["market", "limit", "stop", "stop_limit", "trailing_stop"] as const;
export type AlpacaOrderType = (typeof ORDER_TYPES)[number];
export const TIMES_IN_FORCE = ["day", "gtc", "opg", "cls", "ioc", "fok"] as const;
export type AlpacaTimeInForce = (typeof TIMES_IN_FORCE)[number];
const POSITION_INTENTS = ["buy_to_open", "buy_to_close", "sell_to_open", "sell_to_close"] as const;
const SIDES = ["buy", "sell"] as const;

export type AlpacaOrderStatus =
  | "pending_new"
  | "new"
  | "partially_filled"
  | "filled"
  | "canceled"
  | "expired"
  | "rejected"
  | "replaced"
  | "pending_cancel"
  | "pending_replace";

export interface AlpacaOrder {
  readonly id: string;
  readonly client_order_id: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly submitted_at: string;
  readonly filled_at: string | null;
  readonly expired_at: string | null;
  readonly expires_at: string | null;
  readonly canceled_at: string | null;
  readonly failed_at: string | null;
  readonly replaced_at: string | null;
  readonly replaced_by: string | null;
  readonly replaces: string | null;
  readonly asset_id: string;
  readonly symbol: string;
  readonly asset_class: string;
  readonly notional: string | null;
  readonly qty: string | null;
  readonly filled_qty: string;
  readonly filled_avg_price: string | null;
  readonly order_class: "simple";
  readonly order_type: AlpacaOrderType;
  readonly type: AlpacaOrderType;
  readonly side: "buy" | "sell";
  readonly position_intent: string | null;
  readonly time_in_force: AlpacaTimeInForce;
  readonly limit_price: string | null;
  readonly stop_price: string | null;
  readonly trail_percent: null;
  readonly trail_price: null;
  readonly hwm: null;
  readonly status: AlpacaOrderStatus;
  readonly extended_hours: false;
  readonly legs: null;
  readonly subtag: null;
  readonly source: null;
  /** Not Alpaca's: what their words cannot say. */
  readonly orderwright: {
    readonly order_id: string;
    readonly revision: number;
    readonly status: string;
    readonly status_reason: string | null;
    readonly order_type: string;
    readonly time_in_force: string;
    readonly outcome_unknown: boolean;
  };
}

export type TradeUpdateEvent =
  | "pending_new"
  | "new"
  | "partial_fill"
  | "fill"
  | "canceled"
  | "expired"
  | "rejected"
  | "replaced"
  | "pending_cancel"
  | "pending_replace"
  | "order_cancel_rejected"
  | "order_replace_rejected"
  | "restated"
  | "trade_bust"
  | "trade_correct";

export interface TradeUpdate {
  readonly event: TradeUpdateEvent;
  readonly execution_id: string;
  readonly timestamp: string;
  readonly order: AlpacaOrder;
  readonly price?: string;
  readonly qty?: string;
  /** Signed, after the event. */
  readonly position_qty?: string;
}

export interface AlpacaPosition {
  readonly asset_id: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly asset_class: string;
  readonly asset_marginable: boolean;
  readonly qty: string;
  readonly qty_available: string;
  readonly avg_entry_price: string;
  readonly side: "long" | "short";
  readonly market_value: string;
  readonly cost_basis: string;
  readonly unrealized_pl: string;
  readonly unrealized_plpc: string;
  readonly unrealized_intraday_pl: string;
  readonly unrealized_intraday_plpc: string;
  readonly current_price: string;
  readonly lastday_price: string;
  readonly change_today: string;
}

export interface AlpacaAsset {
  readonly id: string;
  readonly class: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly name: string;
  readonly status: "active";
  readonly tradable: true;
  readonly marginable: boolean;
  readonly shortable: boolean;
  readonly easy_to_borrow: boolean;
  readonly fractionable: boolean;
  readonly min_order_size: string;
  readonly min_trade_increment: string;
  readonly price_increment: string;
}

export interface AlpacaActivity {
  readonly id: string;
  readonly activity_type: "FILL";
  readonly type: "fill" | "partial_fill";
  readonly transaction_time: string;
  readonly price: string;
  readonly qty: string;
  readonly side: "buy" | "sell";
  readonly symbol: string;
  readonly order_id: string;
  readonly cum_qty: string | null;
  readonly leaves_qty: string | null;
  readonly order_status: AlpacaOrderStatus | null;
}

const CLOSED = { additionalProperties: false } as const;

function oneOf<const T extends readonly string[]>(values: T): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({ type: "string", enum: [...values], description: `one of ${values.join(", ")}` });
}

/** Their clients send texts or numbers; null is as good as absent. */
const Amount = Type.Optional(
  Type.Union([Type.String({ maxLength: 80 }), Type.Number(), Type.Null()], {
    description: 'a plain decimal, best as a text, such as "0.001"',
  }),
);
const ClientOrderId = Type.Optional(
  Type.Union([Type.String({ pattern: "^[\\x21-\\x7e]{1,128}$" }), Type.Null()], {
    description: "1 to 128 printable ASCII characters without spaces",
  }),
);
/** Fields of theirs that we know and do not support: refused by name unless they ask for nothing. */
const Unsupported = Type.Optional(Type.Unknown());

export const PlaceBody = Type.Object(
  {
    symbol: Type.String({ minLength: 1, maxLength: 64, description: "the symbol of an asset, such as BTC/USDT" }),
    qty: Amount,
    notional: Amount,
    side: oneOf(SIDES),
    type: oneOf(ORDER_TYPES),
    time_in_force: oneOf(TIMES_IN_FORCE),
    limit_price: Amount,
    stop_price: Amount,
    client_order_id: ClientOrderId,
    position_intent: Type.Optional(
      Type.Union([oneOf(POSITION_INTENTS), Type.Null()], { description: `one of ${POSITION_INTENTS.join(", ")}` }),
    ),
    order_class: Unsupported,
    extended_hours: Unsupported,
    trail_price: Unsupported,
    trail_percent: Unsupported,
    take_profit: Unsupported,
    stop_loss: Unsupported,
    legs: Unsupported,
    advanced_instructions: Unsupported,
  },
  { ...CLOSED, description: "an object with an order" },
);
export type PlaceBody = Static<typeof PlaceBody>;

export const PatchBody = Type.Object(
  {
    qty: Amount,
    limit_price: Amount,
    stop_price: Amount,
    time_in_force: Type.Optional(oneOf(TIMES_IN_FORCE)),
    client_order_id: ClientOrderId,
    notional: Unsupported,
    trail: Unsupported,
    advanced_instructions: Unsupported,
  },
  { ...CLOSED, description: "an object with the new values" },
);
export type PatchBody = Static<typeof PatchBody>;

const OrderId = Type.String({ minLength: 1, maxLength: 128, description: "an order's id" });
const Moment = Type.String({ minLength: 10, maxLength: 40, description: "an instant such as 2026-01-02T15:04:05Z" });
const Direction = oneOf(["asc", "desc"]);

/** More orders than one answer holds. */
export const MAX_ORDERS = 500;
export const ListQuery = Type.Object(
  {
    status: Type.Optional(oneOf(["open", "closed", "all"])),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: MAX_ORDERS, description: `a whole number from 1 to ${MAX_ORDERS}` }),
    ),
    after: Type.Optional(Moment),
    until: Type.Optional(Moment),
    direction: Type.Optional(Direction),
    nested: Type.Optional(Type.Boolean({ description: "true or false" })),
    symbols: Type.Optional(Type.String({ maxLength: 2000, description: "symbols separated by commas" })),
    side: Type.Optional(oneOf(SIDES)),
    asset_class: Type.Optional(Type.String({ maxLength: 100, description: "a class of assets" })),
    before_order_id: Type.Optional(OrderId),
    after_order_id: Type.Optional(OrderId),
  },
  CLOSED,
);
export type ListQuery = Static<typeof ListQuery>;

export const OrderParams = Type.Object({ order_id: OrderId }, CLOSED);
export const OrderQuery = Type.Object(
  { nested: Type.Optional(Type.Boolean({ description: "true or false" })) },
  CLOSED,
);
export const ClientOrderQuery = Type.Object({ client_order_id: OrderId }, CLOSED);

const Symbol = Type.String({ minLength: 1, maxLength: 64, description: "a symbol or an asset id" });
export const SymbolParams = Type.Object({ symbol: Symbol }, CLOSED);
export const CloseQuery = Type.Object(
  {
    qty: Type.Optional(Type.String({ maxLength: 80, description: "a plain decimal" })),
    percentage: Type.Optional(Type.String({ maxLength: 80, description: "a plain decimal above 0, at most 100" })),
  },
  CLOSED,
);
export const CloseAllQuery = Type.Object(
  { cancel_orders: Type.Optional(Type.Boolean({ description: "true or false" })) },
  CLOSED,
);
export const AssetsQuery = Type.Object(
  {
    status: Type.Optional(oneOf(["active", "inactive"])),
    asset_class: Type.Optional(Type.String({ maxLength: 100, description: "a class of assets" })),
    exchange: Type.Optional(Type.String({ maxLength: 100, description: "an exchange" })),
    attributes: Type.Optional(Type.String({ maxLength: 200, description: "attributes separated by commas" })),
  },
  CLOSED,
);
export const ActivitiesQuery = Type.Object(
  {
    activity_types: Type.Optional(Type.String({ maxLength: 200, description: "types separated by commas" })),
    category: Type.Optional(oneOf(["trade_activity", "non_trade_activity"])),
    date: Type.Optional(Moment),
    after: Type.Optional(Moment),
    until: Type.Optional(Moment),
    direction: Type.Optional(Direction),
    page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: "a whole number from 1 to 100" })),
    page_token: Type.Optional(Type.String({ maxLength: 100, description: "the id of the last activity seen" })),
  },
  CLOSED,
);
export type ActivitiesQuery = Static<typeof ActivitiesQuery>;
export const CalendarQuery = Type.Object(
  {
    start: Type.Optional(Moment),
    end: Type.Optional(Moment),
    date_type: Type.Optional(oneOf(["TRADING", "SETTLEMENT"])),
  },
  CLOSED,
);
