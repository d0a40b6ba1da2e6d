// The page in a real Chromium against the real server: what a trader does with it, from the ticket to
// the kill switch and the operator queue, through a lost connection, with the keyboard, and on a phone. Whatever the browser
// complains of (an error, a refused style or script) fails the suite.

import { fileURLToPath } from "node:url";
import chromium from "@sparticuz/chromium";
import { type Browser, type BrowserContextOptions, chromium as launcher, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { OrderJson } from "../../src/domain/order-json.ts";
import { HOSTILE_PAYLOAD, type SeededCases, seedCases } from "../../src/server/testing/test-cases.ts";
import { createTestServer, type TestServer as InProcessServer, SECRETS } from "../../src/server/testing/test-server.ts";
import { startTestServer, TEST_TOKEN, type TestServer } from "./support/start-server.ts";

const DESKTOP = { viewport: { width: 1440, height: 900 } } as const;
const PHONE = { viewport: { width: 375, height: 760 }, hasTouch: true } as const;
const INSTRUMENT = "BTC/USDT";
const PAGE_DIRECTORY = fileURLToPath(new URL("../../dist/dashboard", import.meta.url));

let browser: Browser;
let server: TestServer;
/** What the browser complained of in the current test. */
let complaints: string[];

beforeAll(async () => {
  [browser, server] = await Promise.all([launchBrowser(), startTestServer()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

beforeEach(() => {
  complaints = [];
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  expect(complaints).toEqual([]);
});

async function launchBrowser(): Promise<Browser> {
  return launcher.launch({
    executablePath: await chromium.executablePath(),
    args: ["--no-sandbox", "--disable-gpu"],
  });
}

async function newPage(options: BrowserContextOptions = DESKTOP): Promise<Page> {
  const context = await browser.newContext({ locale: "en-US", colorScheme: "dark", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  return page;
}

/** Opens the page with the token, as the link that the server prints does, and waits until it is live. */
async function openPage(options?: BrowserContextOptions): Promise<Page> {
  const page = await newPage(options);
  await page.goto(`${server.url}/#token=${TEST_TOKEN}`);
  await page.locator(".connection-live").waitFor();
  await page.locator(".rung-buy").first().waitFor();
  return page;
}

/** A price that rests: a little below the market, on the grid. */
async function restingPrice(): Promise<string> {
  const { bids } = await server.api<{ bids: readonly (readonly [string, string])[] }>(
    `/market/${encodeURIComponent(INSTRUMENT)}/book?depth=1`,
  );
  const best = bids[0]?.[0];
  if (best === undefined) throw new Error("The market shows no bid.");
  return (Math.floor(Number(best) * 0.98) + 0.5).toFixed(2);
}

async function fillTicket(page: Page, terms: { readonly price: string; readonly quantity: string }): Promise<void> {
  await page.locator("input[name=price]").fill(terms.price);
  await page.locator("input[name=size]").fill(terms.quantity);
}

async function placeOrder(changes: Readonly<Record<string, unknown>> = {}): Promise<OrderJson> {
  const price = await restingPrice();
  const body = { instrumentId: INSTRUMENT, side: "buy", orderType: "limit", quantity: "0.01", price, ...changes };
  return server.api<OrderJson>("/orders", { method: "POST", body });
}

function rowOf(page: Page, order: { readonly id: string }) {
  return page.locator(`[id="row-${order.id}"]`);
}

/** Waits until a value is what it should be; the page follows the server a moment later. */
async function eventually<T>(read: () => Promise<T>, expected: T): Promise<void> {
  await expect.poll(read, { timeout: 15_000, interval: 50 }).toEqual(expected);
}

/** Buttons, fields and regions that a screen reader would have no word for. */
function namelessControls(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isNamed = (element: Element) =>
      (element.textContent ?? "").trim() !== "" ||
      element.hasAttribute("aria-label") ||
      (element as HTMLInputElement).labels?.length;
    const controls = document.querySelectorAll("button, input, select, summary, [role=grid], section");
    return [...controls]
      .filter((element) => !isNamed(element) && !element.hasAttribute("aria-labelledby"))
      .map((element) => element.outerHTML);
  });
}

describe("the page", () => {
  test("says PAPER in the header, on the ticket, on its buttons and in the tab's title", async () => {
    const page = await openPage();
    expect(await page.locator("header .mode").textContent()).toBe("PAPER");
    expect(await page.locator(".ticket .mode").textContent()).toBe("PAPER");
    expect(await page.locator(".trade-buy").textContent()).toBe("Buy PAPER");
    expect(await page.locator(".trade-sell").textContent()).toBe("Sell PAPER");
    await eventually(async () => (await page.title()).startsWith("[PAPER] "), true);
  });

  test("takes the token out of the address and keeps it in the tab", async () => {
    const page = await openPage();
    expect(page.url()).not.toContain(TEST_TOKEN);
    await page.reload();
    await page.locator(".connection-live").waitFor();
  });

  test("asks for a token when it has none, and says why one is refused", async () => {
    const page = await newPage();
    await page.goto(server.url);
    await page.getByLabel("Token").fill("not-the-token-of-this-server");
    await page.getByRole("button", { name: "Open" }).click();
    await page.locator("#token-problem").waitFor();
    expect(await page.locator("#token-problem").textContent()).toMatch(/token/i);
    await page.getByLabel("Token").fill(TEST_TOKEN);
    await page.getByRole("button", { name: "Open" }).click();
    await page.locator(".connection-live").waitFor();
  });

  test("shows an order placed with the ticket, and opens its timeline", async () => {
    const page = await openPage();
    await fillTicket(page, { price: await restingPrice(), quantity: "0.01" });
    expect(await page.locator(".ticket-value").textContent()).toMatch(/^Value [\d,.]+ USDT$/);
    await page.locator(".trade-buy").click();
    const row = page.locator(".row.order", { hasText: "manual" }).first();
    await row.getByText("resting in the book").waitFor();
    await row.click();
    await eventually(
      () => page.locator(".timeline .step-head strong").allTextContents(),
      ["Created", "Passed the checks", "Submitted", "Acknowledged by the venue"],
    );
    expect(await page.locator(".diagram").getAttribute("aria-label")).toBe(
      "Path taken: created, validated, submitted, acknowledged",
    );
    expect(await page.locator(".node.current").textContent()).toBe("acknowledged");
  });

  test("opens an order from its own address", async () => {
    const order = await placeOrder();
    const page = await openPage();
    await page.goto(`${server.url}/#/orders/${order.id}`);
    await page.locator(".order-panel .step").first().waitFor();
    expect(await page.locator(".order-panel").textContent()).toContain(order.displayId);
  });

  test("puts the server's own words beside the field that is wrong", async () => {
    const page = await openPage();
    await fillTicket(page, { price: "100.005", quantity: "0.01" });
    await page.locator(".trade-buy").click();
    const problem = page.locator(".field-bad", { has: page.locator("input[name=price]") }).locator(".field-problem");
    await problem.waitFor();
    expect(await problem.textContent()).toMatch(/not a multiple of the tick size 0\.01.*request\.offTick$/);
    await fillTicket(page, { price: "100.00", quantity: "" });
    expect(await problem.count()).toBe(0);
    await page.locator(".trade-buy").click();
    const size = page.locator(".field-bad", { has: page.locator("input[name=size]") }).locator(".field-problem");
    await size.waitFor();
    expect(await size.textContent()).toContain("request.quantityMissing");
    complaints = complaints.filter((text) => !text.includes("422"));
  });

  test("cancels from the blotter, after a question that says what it is about", async () => {
    const order = await placeOrder();
    const page = await openPage();
    await rowOf(page, order).getByRole("button", { name: "Cancel order" }).click();
    expect(await page.locator("dialog").textContent()).toContain("buy 0.01 BTC/USDT limit");
    await page.getByRole("button", { name: "Cancel order", exact: true }).click();
    await rowOf(page, order).waitFor({ state: "detached" });
    await page.getByRole("button", { name: /^Ended/ }).click();
    await rowOf(page, order).getByText("canceled").waitFor();
    expect((await server.api<OrderJson>(`/orders/${order.id}`)).status).toBe("canceled");
  });

  test("is worked with the keyboard: filter, arrows, Enter, c, Escape", async () => {
    const order = await placeOrder({ clientOrderId: "keyboard-1" });
    await placeOrder({ clientOrderId: "keyboard-2" });
    const page = await openPage();
    await page.keyboard.press("/");
    await page.keyboard.type("keyboard-1");
    await eventually(() => page.locator(".row.order").count(), 1);
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
    expect(await page.locator("#orders").getAttribute("aria-activedescendant")).toBe(`row-${order.id}`);
    await page.keyboard.press("Enter");
    await page.locator(".order-panel .step").first().waitFor();
    await page.keyboard.press("Escape");
    await eventually(() => page.locator(".order-panel").count(), 0);
    await page.locator("#orders").focus();
    await page.keyboard.press("c");
    await page.locator("dialog").waitFor();
    await page.keyboard.press("Escape");
    await eventually(() => page.locator("dialog").count(), 0);
    expect((await server.api<OrderJson>(`/orders/${order.id}`)).isActive).toBe(true);
  });

  test("replaces a working order and shows both steps", async () => {
    const order = await placeOrder();
    const page = await openPage();
    await rowOf(page, order).click();
    await page.getByRole("button", { name: "Replace…" }).click();
    await page.locator("input[name=replace-quantity]").fill("0.02");
    await page.getByRole("button", { name: "Replace", exact: true }).click();
    await page.locator(".timeline", { hasText: "Replaced" }).waitFor();
    expect(await page.locator(".timeline").textContent()).toContain("quantity 0.02");
    await eventually(async () => (await server.api<OrderJson>(`/orders/${order.id}`)).quantity, "0.02");
  });

  test("shows a market order filled, with its fee, in blotter, fills and positions", async () => {
    const page = await openPage();
    await page.locator("select[name=orderType]").selectOption("market");
    await page.locator("input[name=size]").fill("0.001");
    await page.locator(".trade-buy").click();
    await page.locator(".fills tbody tr", { hasText: "0.001" }).first().waitFor();
    await page.locator(".positions tbody tr", { hasText: INSTRUMENT }).waitFor();
    await page.getByRole("button", { name: /^Ended/ }).click();
    await page.locator(".row.order", { hasText: "wholly filled" }).first().waitFor();
  });

  test("asks what to do with resting orders before it stops trading, shows who and why, and lifts it", async () => {
    const order = await placeOrder();
    const page = await openPage();
    await page.getByRole("button", { name: "Kill switch" }).click();
    const dialog = page.locator("dialog");
    expect(await dialog.textContent()).toMatch(/open orders? of ours/);
    const stop = dialog.getByRole("button", { name: "Stop trading" });
    expect(await stop.isDisabled()).toBe(true);
    await dialog.getByLabel("Keep resting orders").check();
    await dialog.getByLabel("Reason").fill("the end-to-end test says so");
    await stop.click();
    const banner = page.locator(".banner-kill");
    await banner.waitFor();
    expect(await banner.textContent()).toMatch(
      /Kill switch engaged by admin at .* UTC: the end-to-end test says so\. Only cancels leave; resting orders were kept/,
    );
    expect((await server.api<OrderJson>(`/orders/${order.id}`)).isActive).toBe(true);

    await fillTicket(page, { price: await restingPrice(), quantity: "0.01" });
    await page.locator(".trade-buy").click();
    await page.locator(".ticket .problem", { hasText: "risk.halted" }).waitFor();

    await banner.getByRole("button", { name: "Lift…" }).click();
    await dialog.getByLabel("Reason").fill("it was a drill");
    await dialog.getByRole("button", { name: "Allow trading" }).click();
    await banner.waitFor({ state: "detached" });
    await page.locator(".trade-buy").click();
    await page.locator(".notice", { hasText: "Order placed" }).waitFor();
    complaints = complaints.filter((text) => !text.includes("422"));
  });

  test("cancels all open orders at once", async () => {
    await placeOrder();
    const page = await openPage();
    await page.getByRole("button", { name: "Cancel all…" }).click();
    await page.getByRole("button", { name: "Cancel all", exact: true }).click();
    await page.getByText("No open orders.").waitFor();
    await eventually(async () => (await server.api<{ open: number }>("/summary")).open, 0);
  });

  test("is dark or light as the system says, or as its button says", async () => {
    const page = await openPage({ ...DESKTOP, colorScheme: "light" });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.getByRole("button", { name: /^Colors: auto/ }).click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.getByRole("button", { name: /^Colors: dark/ }).click();
    expect(await ground()).toBe(light);
  });

  test.each([
    ["a phone", PHONE],
    ["a desktop at 200 %", { viewport: { width: 720, height: 450 } }],
  ])("fits %s without scrolling sideways, and an order opens over all of it", async (_name, options) => {
    const order = await placeOrder();
    const page = await openPage(options);
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await rowOf(page, order).click({ position: { x: 20, y: 12 } });
    await page.locator(".order-panel .step").first().waitFor();
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.getByRole("button", { name: "Close the order" }).click();
  });

  test("names every button and every field for a screen reader", async () => {
    await placeOrder();
    const page = await openPage();
    await page.locator(".row.order").first().waitFor();
    expect(await namelessControls(page)).toEqual([]);
  });
});

describe("the operator queue", () => {
  let seeded: SeededCases;
  let desk: InProcessServer;
  let url: string;
  beforeEach(async () => {
    seeded = await seedCases();
    desk = await createTestServer({ engine: seeded.engine, server: { pageDirectory: PAGE_DIRECTORY } });
    url = await desk.server.listen();
  });
  afterEach(() => desk.close());

  async function openQueue(options?: BrowserContextOptions, secret: string = SECRETS.trade): Promise<Page> {
    const page = await newPage(options);
    await page.goto(`${url}/#token=${secret}`);
    await page.locator(".connection-live").waitFor();
    await page.locator(".queue").waitFor();
    return page;
  }
  const caseOf = (page: Page, kind: string) => page.locator(`[data-case^="${kind}:"]`);
  const buttonsOf = (page: Page, kind: string) => caseOf(page, kind).locator(".case-actions button").allTextContents();

  test("comes first, unknown outcomes first, with what may be decided, and is counted in header and title", async () => {
    const page = await openQueue();
    expect(await page.locator("main section").first().getAttribute("id")).toBe("operator-queue");
    const kinds = await page.locator(".case").evaluateAll((all) => all.map((one) => one.getAttribute("data-case")));
    expect(kinds.map((caseId) => caseId?.split(":")[0])).toEqual([
      "unknownOutcome",
      "reinstated",
      "quarantined",
      "historyGap",
      "position",
    ]);
    expect(await buttonsOf(page, "unknownOutcome")).toEqual(["Dismiss…", "Was never placed…"]);
    expect(await buttonsOf(page, "reinstated")).toEqual(["Dismiss…", "Has ended…"]);
    expect(await buttonsOf(page, "quarantined")).toEqual(["What it said", "Dismiss…"]);
    await page.getByRole("button", { name: "5 cases wait for a person" }).click();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("operator-queue");
    expect(await page.title()).toMatch(/^\[PAPER\] 5 cases · 2 open/);
    await caseOf(page, "unknownOutcome").getByRole("button", { name: "buy 1 BTC/USDT limit at 100" }).click();
    await page.locator(".order-panel .step").first().waitFor();
    expect(await page.locator(".order-panel").textContent()).toContain(seeded.unknown.id);
  });

  test("an order is said never to have been placed with the keyboard: what is recorded, why, and it is gone", async () => {
    const page = await openQueue();
    await caseOf(page, "unknownOutcome").getByRole("button", { name: "Was never placed…" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.locator("dialog");
    expect(await dialog.getByRole("list", { name: "What will be recorded" }).textContent()).toMatch(
      /^Records that the order never reached the venue\..*on your word and not the venue's/,
    );
    const record = dialog.getByRole("button", { name: "Record: was never placed" });
    expect(await record.isDisabled()).toBe(true);
    await dialog.getByLabel("How you know").fill("the venue's support says so");
    await page.keyboard.press("Enter");
    await caseOf(page, "unknownOutcome").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "4 cases wait for a person" }).waitFor();
    expect(desk.engine.find(seeded.unknown.id)).toMatchObject({ status: "expired", inferred: true });
    expect([...desk.engine.events(0)].at(-1)).toMatchObject({
      type: "caseClosed",
      conclusion: "notPlaced: the venue's support says so",
      by: "trade",
    });
  });

  test("a case that was settled meanwhile is said to be, and Escape decides nothing", async () => {
    const page = await openQueue();
    await caseOf(page, "reinstated").getByRole("button", { name: "Has ended…" }).click();
    await page.locator("dialog").waitFor();
    await page.keyboard.press("Escape");
    await eventually(() => page.locator("dialog").count(), 0);
    await caseOf(page, "position").getByRole("button", { name: "Dismiss…" }).click();
    await page.getByLabel("How you know").fill("booked by hand");
    await desk.engine.decideCase("position:second", "dismiss", { by: "somebody" });
    await caseOf(page, "position").waitFor({ state: "detached" });
    await page.locator("dialog").getByRole("button", { name: "Dismiss" }).click();
    await page.locator("dialog .problem", { hasText: "request.unknownCase" }).waitFor();
    complaints = complaints.filter((text) => !text.includes("404"));
    expect(desk.engine.cases("main")).toHaveLength(3);
  });

  test("a decision elsewhere takes it off the page, and the last one takes the panel away", async () => {
    const page = await openQueue();
    for (const { caseId } of desk.engine.cases()) await desk.engine.decideCase(caseId, "dismiss", { by: "test" });
    await page.locator(".queue").waitFor({ state: "detached" });
    expect(await page.locator(".case-count").count()).toBe(0);
  });

  test("a token that may only read sees the queue, and decides nothing", async () => {
    const page = await openQueue(DESKTOP, SECRETS.read);
    const buttons = page.locator(".case-actions button");
    expect(await buttons.count()).toBeGreaterThan(5);
    expect(await page.locator(".case-actions button:enabled").allTextContents()).toEqual(["What it said"]);
  });

  test("what a venue wrote is shown as text, a script too", async () => {
    const page = await openQueue();
    await caseOf(page, "quarantined").getByRole("button", { name: "What it said" }).click();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("quarantine");
    const put = page.locator(".quarantine li", { hasText: "not JSON that we know" });
    await put.locator("summary").click();
    expect(await put.locator(".payload").textContent()).toBe(HOSTILE_PAYLOAD);
    expect(await page.locator(".payload *").count()).toBe(0);
    expect(await page.title()).toMatch(/^\[PAPER\]/);
  });

  test.each([
    ["a phone in the dark", { ...PHONE, colorScheme: "dark" as const }],
    ["a phone in the light", { ...PHONE, colorScheme: "light" as const }],
    ["a desktop at 200 %", { viewport: { width: 720, height: 450 } }],
  ])("fits %s, and every control has a name", async (_name, options) => {
    const page = await openQueue(options);
    await page.locator(".quarantine summary").first().click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    const box = await page.locator(".queue").boundingBox();
    expect(box?.y).toBeLessThan(options.viewport.height);
    await caseOf(page, "unknownOutcome").getByRole("button", { name: "Was never placed…" }).click();
    expect(await namelessControls(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
});

describe("a lost connection", () => {
  test("is said at once, and after the server's return the stream goes on where it was", async () => {
    const before = await placeOrder();
    const page = await openPage();
    await rowOf(page, before).waitFor();
    await server.kill();
    await page.locator(".banner-lost").waitFor();
    expect(await page.locator(".banner-lost").textContent()).toContain("What you see is old");
    await eventually(async () => (await page.title()).includes("not connected"), true);

    server = await server.restart();
    const after = await placeOrder();
    await page.locator(".banner-lost").waitFor({ state: "detached", timeout: 30_000 });
    await rowOf(page, after).getByText("resting in the book").waitFor();
    await rowOf(page, before).waitFor();
    const connection = page.locator(".connection");
    expect(await connection.getAttribute("data-resumes")).toBe("1");
    expect(await connection.getAttribute("data-breaks")).toBe("0");
    const { position } = await server.api<{ position: number }>("/status");
    await eventually(async () => Number(await connection.getAttribute("data-seq")) >= position, true);
    // The browser itself reports each try that found nobody listening.
    complaints = complaints.filter((text) => !/ERR_CONNECTION_(REFUSED|RESET)/.test(text));
  });
});
