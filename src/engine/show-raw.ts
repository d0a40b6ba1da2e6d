// Renders anything as bounded text, for the quarantine: a payload that cannot be read is kept as far as it can
// be shown. It never throws and never runs on, whatever it is given. Nothing reads this text again.

import { cut } from "./venue-words.ts";

/** The length at which a payload is cut. */
export const MAX_RAW_LENGTH = 4_096;
const MAX_DEPTH = 6;
const MAX_ENTRIES = 64;
const MAX_TEXT_SHOWN = 1_024;
const HUGE = 10n ** 64n;

/** Shows a value much as JSON would, in at most {@link MAX_RAW_LENGTH} characters. */
export function showRaw(value: unknown): string {
  const parts = new Parts();
  parts.show(value, 0);
  return cut(parts.text, MAX_RAW_LENGTH);
}

class Parts {
  text = "";

  show(value: unknown, depth: number): void {
    if (this.text.length >= MAX_RAW_LENGTH) return;
    try {
      this.#add(value, depth);
    } catch {
      this.text += "<cannot be read>";
    }
  }

  #add(value: unknown, depth: number): void {
    switch (typeof value) {
      case "string":
        this.text += JSON.stringify(cut(value, MAX_TEXT_SHOWN));
        return;
      case "number":
      case "boolean":
      case "undefined":
        this.text += String(value);
        return;
      case "bigint":
        this.text += value < HUGE && value > -HUGE ? `${value}n` : "<a huge integer>";
        return;
      case "object":
        if (value === null) this.text += "null";
        else if (depth === MAX_DEPTH) this.text += "<deeper>";
        else if (ArrayBuffer.isView(value)) this.text += `<${value.byteLength} bytes>`;
        else if (Array.isArray(value)) this.#addList(value as readonly unknown[], depth);
        else this.#addObject(value, depth);
        return;
      default:
        this.text += `<${typeof value}>`;
    }
  }

  #addList(list: readonly unknown[], depth: number): void {
    this.text += "[";
    for (let index = 0; index < list.length && this.#hasRoom(index); index++) {
      if (index > 0) this.text += ",";
      this.show(list[index], depth + 1);
    }
    this.text += "]";
  }

  /** Each property is read by itself: one that throws is told, and the others are shown. */
  #addObject(value: object, depth: number): void {
    this.text += "{";
    let count = 0;
    for (const name in value) {
      if (!this.#hasRoom(count)) break;
      if (count > 0) this.text += ",";
      this.text += `${JSON.stringify(cut(name, MAX_TEXT_SHOWN))}:`;
      this.#showProperty(value as Readonly<Record<string, unknown>>, name, depth + 1);
      count++;
    }
    this.text += "}";
  }

  #showProperty(value: Readonly<Record<string, unknown>>, name: string, depth: number): void {
    try {
      this.show(value[name], depth);
    } catch {
      this.text += "<cannot be read>";
    }
  }

  #hasRoom(count: number): boolean {
    if (count < MAX_ENTRIES && this.text.length < MAX_RAW_LENGTH) return true;
    this.text += ",…";
    return false;
  }
}
