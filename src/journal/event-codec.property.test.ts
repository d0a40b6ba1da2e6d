// Laws of the stored form of events: exact both ways, strict in one.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Decimal } from "../domain/decimal.ts";
import { isOrderwrightError } from "../domain/errors.ts";
import type { OrderId } from "../domain/identifiers.ts";
import type { EventDraft } from "../domain/system-event.ts";
import { decodeChunk, encodeChunk } from "./event-codec.ts";
import { EVENT_LAYOUTS } from "./event-layout.ts";
import { arbitraryBatch, arbitraryEventOf, EVENT_TYPES } from "./testing/arbitrary-events.ts";

const numbered = (events: readonly EventDraft[], firstSeq: number): unknown[] =>
  events.map((event, index) => ({ ...event, seq: firstSeq + index }));

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return isOrderwrightError(error) ? error.code : String(error);
  }
}

describe("the event codec", () => {
  test.each(EVENT_TYPES)("%s: decoding what was encoded gives the same event", (type) => {
    fc.assert(
      fc.property(arbitraryEventOf(type), fc.integer({ min: 1, max: 2 ** 40 }), (event, seq) => {
        expect(decodeChunk(encodeChunk([event]), seq)).toStrictEqual(numbered([event], seq));
      }),
      { numRuns: 60 },
    );
  });

  test("encoding what was decoded gives the same text", () => {
    fc.assert(
      fc.property(arbitraryBatch, (batch) => {
        const stored = encodeChunk(batch);
        expect(encodeChunk(decodeChunk(stored, 1))).toBe(stored);
      }),
    );
  });

  test("an order id stands literally in the text of each chunk that holds an event of it", () => {
    fc.assert(
      fc.property(arbitraryBatch, (batch) => {
        const stored = encodeChunk(batch);
        for (const event of batch) {
          if ("orderId" in event && event.orderId !== undefined) expect(stored).toContain(`"${event.orderId}"`);
        }
      }),
    );
  });

  test("a stored chunk with any one value replaced is decoded as other events, or refused as corrupt: never half", () => {
    const foreign = fc.constantFrom<unknown>("?", -1, 2, {}, [], true, "1e-7");
    fc.assert(
      fc.property(arbitraryBatch, fc.nat(), fc.nat(), foreign, (batch, at, inside, value) => {
        const entries = JSON.parse(encodeChunk(batch)) as [number, ...unknown[][]];
        const entry = entries[1 + (at % batch.length)] as unknown[];
        entry[inside % entry.length] = value;
        const outcome = codeOf(() => decodeChunk(JSON.stringify(entries), 7));
        if (outcome !== undefined) expect(outcome).toBe("journal.corrupt");
      }),
      { numRuns: 500 },
    );
  });
});

describe("what the codec refuses", () => {
  const valid = '["ov",1700000000000,null,"command:1","OWRmain0000L000100000001"]';
  test.each([
    ["text that is not JSON", "[1,"],
    ["no array", "{}"],
    ["a later chunk version", `[2,${valid}]`],
    ["an unknown tag", '[1,["zz",1,null,"command:1"]]'],
    ["an event that is no array", '[1,"ov"]'],
    ["an instant that is no number", '[1,["ov","1",null,"command:1","A"]]'],
    ["a cause of no known kind", '[1,["ov",1,null,"whim:1","A"]]'],
    ["a cause without a kind", '[1,["ov",1,null,"command","A"]]'],
    ["a missing field", '[1,["ov",1,null,"command:1"]]'],
    ["one value too many", '[1,["ov",1,null,"command:1","A",1,1]]'],
    ["a mark that is false", '[1,["ov",1,null,"command:1","A",0]]'],
    ["a decimal with an exponent", '[1,["pa",1,null,"command:1","a","BTC/USDT","1e-7","r","b"]]'],
    ["a decimal as a number", '[1,["pa",1,null,"command:1","a","BTC/USDT",1,"r","b"]]'],
    ["a word that is not in its list", '[1,["ts",1,null,"command:1","asleep","r","b"]]'],
  ])("%s is corrupt, and the position is named", (_case, stored) => {
    expect(codeOf(() => decodeChunk(stored, 42))).toBe("journal.corrupt");
    expect(() => decodeChunk(stored, 42)).toThrow(/position 42/);
  });

  test("the position named is the faulty event's own", () => {
    expect(() => decodeChunk(`[1,${valid},["zz",1,null,"command:1"]]`, 42)).toThrow(/position 43/);
  });

  test("an event whose number is not finite is refused when it is written", () => {
    const event: EventDraft = { type: "engineStopped", epoch: Number.NaN, openOrders: 0, at: 1, cause: "command:1" };
    expect(() => encodeChunk([event])).toThrow(/NaN/);
  });
});

describe("the stored form", () => {
  test("is positional, with canonical decimals and without what is absent at the end", () => {
    const meta = { at: 1_700_000_000_000, cause: "command:c1" } as const;
    const orderId = "OWRmain0000L000100000001" as OrderId;
    const events: EventDraft[] = [
      { type: "orderValidated", orderId, ...meta },
      {
        type: "orderCanceled",
        orderId,
        reason: "user",
        venueCumulativeQuantity: Decimal.parse("1.50"),
        ...meta,
        venueAt: 1.5,
      },
    ];
    expect(encodeChunk(events)).toBe(
      '[1,["ov",1700000000000,null,"command:c1","OWRmain0000L000100000001"],' +
        '["ox",1700000000000,1.5,"command:c1","OWRmain0000L000100000001","user",null,"1.5"]]',
    );
  });
});

describe("the layout table", () => {
  test("every type has a tag of its own, of two letters", () => {
    const tags = Object.values(EVENT_LAYOUTS).map(([tag]) => tag);
    expect(new Set(tags).size).toBe(tags.length);
    for (const tag of tags) expect(tag).toMatch(/^[a-z]{2}$/);
  });

  test("the arbitraries cover every type of the table", () => {
    expect([...EVENT_TYPES].sort()).toEqual(Object.keys(EVENT_LAYOUTS).sort());
  });

  test("released layouts are as they were: a stored journal stays readable", () => {
    const shapes = Object.entries(EVENT_LAYOUTS).map(
      ([type, [tag, fields]]) => `${tag} ${type}: ${Object.keys(fields).join(" ")}`,
    );
    expect(shapes).toMatchSnapshot();
  });
});
