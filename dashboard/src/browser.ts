// What the page keeps in the browser and in the address: token, theme, and the order that is open.
// The token lives in this tab only and leaves the address at once.

const TOKEN_KEY = "orderwright.token";
const THEME_KEY = "orderwright.theme";

export type Theme = "auto" | "dark" | "light";
const NEXT_THEME: Readonly<Record<Theme, Theme>> = { auto: "dark", dark: "light", light: "auto" };

/** Reads the token from `#token=…`, once, else the one this tab has. */
export function takeToken(): string | undefined {
  const match = /^#(?:.*&)?token=([^&]+)/.exec(location.hash);
  if (match?.[1] !== undefined) {
    const rest = location.hash.slice(1).replace(/&?token=[^&]+/, "");
    history.replaceState(null, "", rest === "" ? location.pathname : `#${rest}`);
    saveToken(decodeURIComponent(match[1]));
  }
  return sessionStorage.getItem(TOKEN_KEY) ?? undefined;
}

export function saveToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token);
}

export function forgetToken(): void {
  sessionStorage.removeItem(TOKEN_KEY);
}

/** The order that the address names: `#/orders/<id>`. */
export function orderInAddress(): string | undefined {
  const match = /^#\/orders\/([^/?&]+)$/.exec(location.hash);
  return match?.[1] === undefined ? undefined : decodeURIComponent(match[1]);
}

export function orderAddress(id: string): string {
  return `#/orders/${encodeURIComponent(id)}`;
}

export function savedTheme(): Theme {
  const saved = localStorage.getItem(THEME_KEY);
  return saved === "dark" || saved === "light" ? saved : "auto";
}

/** Dresses the page and remembers it. */
export function applyTheme(theme: Theme): void {
  if (theme === "auto") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  localStorage.setItem(THEME_KEY, theme);
}

export function nextTheme(theme: Theme): Theme {
  return NEXT_THEME[theme];
}

/** A client order id of the page's own: unique, so that an order pressed twice is one order. */
export function newClientOrderId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `page-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
