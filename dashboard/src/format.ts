// Numbers, times and durations as people read them. Rounding here is for the eye alone: the exact
// text of a decimal is always in the title of what shows it.

import { Decimal } from "../../src/domain/decimal.ts";

/** Groups the whole part in thousands: `61234.50` is `61,234.50`. */
export function groupDigits(text: string): string {
  const match = /^(-?)(\d+)(\.\d+)?$/.exec(text);
  if (match === null) return text;
  const [, sign = "", whole = "", fraction = ""] = match;
  return sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + fraction;
}

/** Returns how many decimals a step such as a tick size has. */
export function decimalsOf(step: string | undefined): number | undefined {
  if (step === undefined) return undefined;
  const dot = step.indexOf(".");
  return dot === -1 ? 0 : step.slice(dot + 1).replace(/0+$/, "").length;
}

/** Shows a decimal with exactly `decimals` places, or as it is when that is not known. */
export function formatDecimal(text: string | undefined, decimals?: number): string {
  if (text === undefined) return "–";
  const value = Decimal.tryParse(text);
  if (value === undefined || decimals === undefined) return groupDigits(text);
  return groupDigits(value.toFixed(decimals));
}

/** Shows a decimal with at most `decimals` places, without zeros at the end. */
export function formatTrimmed(text: string | undefined, decimals: number): string {
  if (text === undefined) return "–";
  const shown = Decimal.tryParse(text)?.toFixed(decimals) ?? text;
  return groupDigits(shown.includes(".") ? shown.replace(/\.?0+$/, "") : shown);
}

/** Shows an amount with its sign always, as profits are written. */
export function formatSigned(text: string, decimals: number): string {
  const shown = formatDecimal(text, decimals);
  return shown.startsWith("-") || /^[0.]+$/.test(shown) ? shown.replace("-", "−") : `+${shown}`;
}

/** Shows an amount with four decimals, or with its first three digits that count where it is smaller than that. */
export function formatAmount(text: string): string {
  const zeros = /^-?0\.(0*)/.exec(text)?.[1]?.length ?? 0;
  return formatTrimmed(text, Math.max(4, zeros + 3));
}

/** Shows what is paid in fees, asset by asset; a rebate is negative. */
export function formatFees(fees: Readonly<Record<string, string>>): string {
  const parts = Object.entries(fees).map(([asset, amount]) => `${formatAmount(amount)} ${asset}`);
  return parts.length === 0 ? "–" : parts.join(", ");
}

/** Shows a span as an age: one unit below an hour, two above. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${(Math.floor(seconds * 10) / 10).toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(Math.floor(seconds % 60))} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${pad(minutes % 60)} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Shows an age in a column: its largest unit alone, as in `26s` or `3h`. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** Shows the span between two steps, to the millisecond while it is short. */
export function formatLatency(ms: number): string {
  if (ms < 1000) return `${Number.isInteger(ms) ? ms : ms.toFixed(1)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`;
  return formatDuration(ms);
}

/** `14:03:07`, UTC. */
export function formatTime(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** `14:03:07.123`, UTC. */
export function formatTimeMs(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}

/** `2024-08-09 14:03:07`, UTC. */
export function formatDateTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}

/** A fraction 0 to 1 as a percentage without needless decimals. */
export function formatRate(fraction: number): string {
  const percent = fraction * 100;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** The end of an id, for columns: enough to tell neighbors apart. */
export function shortId(id: string): string {
  return `…${id.slice(-4)}`;
}

/** Counts with the word they count: `1 order`, `2 orders`. */
export function plural(count: number, word: string): string {
  return `${groupDigits(String(count))} ${word}${count === 1 ? "" : "s"}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}
