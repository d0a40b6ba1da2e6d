// What happens to the process and to the venue by itself: kills, stops, clocks that are set, restarts, busts, a second
// process that wants the journal, a person at the kill switch. Asked for once a second of virtual time.

import { OrderwrightError } from "../../domain/errors.ts";
import type { OrderId } from "../../domain/identifiers.ts";
import { DiskJournal } from "../disk/disk-journal.ts";
import { ProcessClock } from "../process-clock.ts";
import { ACCOUNTS } from "../scene.ts";
import type { BookedExecution, BookedOrder } from "../venue/books.ts";
import type { World } from "../world.ts";

const EVERY_MS = 1_000;
const LONGEST_STOP_MS = 20_000;
const LONGEST_JUMP_MS = 120_000;
const KILL_SWITCH_MS = 20_000;
/** The latest executions are the ones that venues take back. */
const RECENT = 20;

export function startMisfortunes(world: World): void {
  const strike = (): void => {
    if (world.isWindingDown) return;
    toTheProcess(world);
    atTheVenue(world);
    byPeople(world);
    world.clock.schedule(EVERY_MS, strike);
  };
  world.clock.schedule(EVERY_MS, strike);
}

function toTheProcess(world: World): void {
  const { faults, process } = world;
  if (faults.strikes("processKilled")) process.kill();
  if (faults.strikes("processStopped")) process.pause(faults.pick("processStopped", LONGEST_STOP_MS));
  if (faults.strikes("wallClockJumps"))
    process.jumpWallClock(faults.pick("wallClockJumps", LONGEST_JUMP_MS * 2) - LONGEST_JUMP_MS);
  if (faults.strikes("contender")) contend(world);
}

/** Another process wants the journal: it must be refused while the first one lives. */
function contend(world: World): void {
  if (!world.process.isAlive || !world.disk.isLocked) return;
  try {
    const journal = new DiskJournal(world.disk, new ProcessClock(world.clock, 0), () => undefined);
    world.laws.broken("I30 one writer", `a second process opened the journal of a living one at ${journal.position}`);
  } catch (error) {
    if (!(error instanceof OrderwrightError) || error.code !== "journal.locked") throw error;
  }
}

function atTheVenue(world: World): void {
  const { faults, exchange } = world;
  if (faults.strikes("venueRestarts")) exchange.restart(() => faults.strikes("venueForgets"));
  if (faults.strikes("venueCancels")) {
    const orders = workingOrders(world);
    const victim = orders[faults.pick("venueCancels", Math.max(1, orders.length))];
    if (victim !== undefined) exchange.cancelUnasked(victim);
  }
  for (const fault of ["executionBusted", "executionCorrected"] as const) {
    if (!faults.strikes(fault)) continue;
    const recent = bookedExecutions(world).slice(-RECENT);
    const victim = recent[faults.pick(fault, Math.max(1, recent.length))];
    if (victim !== undefined) exchange.undo(victim.number, fault === "executionBusted" ? "busted" : "corrected");
  }
}

function workingOrders(world: World): BookedOrder[] {
  return [...world.exchange.books.orders()].filter((order) => order.status === "working" && isMember(order.account));
}

/** A venue that takes back what it never told would be asking too much of this simulation's books. */
function bookedExecutions(world: World): BookedExecution[] {
  const { model } = world.laws;
  return world.exchange.books.executions().filter((execution) => {
    const seen = model.orders.get(execution.clientId as OrderId);
    return seen?.fills.has(`${execution.venueId}/${execution.executionId}`) === true;
  });
}

function byPeople(world: World): void {
  const { faults, process } = world;
  if (!faults.strikes("killSwitchUsed")) return;
  const policy = (["keep", "cancelOurs", "cancelAll"] as const)[faults.pick("killSwitchUsed", 3)] ?? "keep";
  if (policy === "cancelAll") world.laws.mayCancelAnything();
  process.inside((engine) => void engine.engageKillSwitch(policy, { by: "person", reason: "a drill" }));
  world.clock.schedule(KILL_SWITCH_MS, () => process.inside((engine) => void engine.liftKillSwitch({ by: "person" })));
}

function isMember(account: string): boolean {
  return ACCOUNTS.some((each) => each === account);
}
