// The HTTP side of the page: requests with the token, answers as values, errors as Problem. What
// an error means for an order is kept; nothing is retried here.

import type { ProblemJson } from "./contract.ts";

/** An error as the page shows it: the server's own words, code and field. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly orderExists: "no" | "yes" | "unknown" | "unchanged" | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(json: ProblemJson, status: number) {
    super(json.detail ?? json.title ?? `The server answered ${status}.`);
    this.code = json.code ?? `http.${status}`;
    this.status = status;
    this.orderExists = json.orderExists;
    this.details = json.details ?? {};
  }

  /** The field of the request that is at fault, where the server names one. */
  get field(): string | undefined {
    const { field } = this.details;
    return typeof field === "string" ? field : FIELD_OF_CODE[this.code];
  }
}

/** For errors whose code says the field. */
const FIELD_OF_CODE: Readonly<Record<string, string>> = {
  "request.unknownAccount": "account",
  "request.unknownInstrument": "instrumentId",
  "request.offTick": "price",
  "request.priceMissing": "price",
  "request.priceNotPositive": "price",
  "risk.priceCollar": "price",
  "request.offLot": "quantity",
  "request.quantityMissing": "quantity",
  "request.quantityNotPositive": "quantity",
  "request.belowMinQuantity": "quantity",
  "request.belowMinNotional": "quantity",
  "request.replaceBelowFilled": "quantity",
  "risk.maxQuantity": "quantity",
  "risk.maxNotional": "quantity",
  "request.timeInForce": "timeInForce",
};

/** The code of a request that got no answer: what became of it is not known. */
export const NO_ANSWER = "page.noAnswer";

export interface ApiOptions {
  token(): string | undefined;
  fetch: typeof fetch;
}

export class Api {
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  get<T>(path: string): Promise<T> {
    return this.#send<T>("GET", path);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.#send<T>("POST", path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#send<T>("PATCH", path, body);
  }

  delete<T>(path: string, body?: unknown): Promise<T> {
    return this.#send<T>("DELETE", path, body);
  }

  /** @throws {Problem} for every answer that is not a success, and for none at all. */
  async #send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const token = this.#options.token();
    const headers: Record<string, string> = { accept: "application/json" };
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    let response: Response;
    try {
      response = await this.#options.fetch(`/api/v1${path}`, {
        method,
        headers,
        cache: "no-store",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw noAnswer(method);
    }
    const json: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw new Problem(isRecord(json) ? json : {}, response.status);
    return json as T;
  }
}

function noAnswer(method: string): Problem {
  const detail =
    method === "GET"
      ? "The server does not answer."
      : "No answer came back. Whether the server took the request is not known; the stream will show it.";
  return new Problem({ detail, code: NO_ANSWER, ...(method === "GET" ? {} : { orderExists: "unknown" }) }, 0);
}

/** Turns whatever was thrown into something to show. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem({ detail: thrown instanceof Error ? thrown.message : String(thrown), code: "page.fault" }, 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
