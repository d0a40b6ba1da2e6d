// The end of the day for `day` orders.

import { expect, test } from "vitest";
import { endOfUtcDay } from "./time.ts";

test.each([
  ["2026-03-29T00:00:00.000Z", "2026-03-30T00:00:00.000Z"],
  ["2026-03-29T23:59:59.999Z", "2026-03-30T00:00:00.000Z"],
  ["2024-02-28T12:00:00.000Z", "2024-02-29T00:00:00.000Z"],
])("the UTC day of %s ends at %s", (at, end) => {
  expect(endOfUtcDay(Date.parse(at))).toBe(Date.parse(end));
});
