// The order's life as a small drawing: every legal step from the domain's own table, those taken by
// this order in full color. Where a status stands is decided here; which steps exist is not.

import { ORDER_STATUSES, type OrderStatus, TRANSITIONS } from "../../../src/domain/order-status.ts";
import type { HistoryEntry } from "../contract.ts";
import { pathTaken } from "../history-words.ts";

const WIDTH = 86;
const HEIGHT = 24;
const COLUMN = 98;
const TOP_Y = 16;
const BOTTOM_Y = 92;

const PLACE: Readonly<Record<OrderStatus, readonly [column: number, y: number]>> = {
  created: [0, TOP_Y],
  validated: [1, TOP_Y],
  submitted: [2, TOP_Y],
  acknowledged: [3, TOP_Y],
  partiallyFilled: [4, TOP_Y],
  rejected: [0, BOTTOM_Y],
  failed: [1, BOTTOM_Y],
  expired: [2, BOTTOM_Y],
  canceled: [3, BOTTOM_Y],
  filled: [4, BOTTOM_Y],
};
const WORDS: Partial<Readonly<Record<OrderStatus, string>>> = { partiallyFilled: "partly filled" };

export function StatusDiagram({ entries, current }: { entries: readonly HistoryEntry[]; current: OrderStatus }) {
  const { visited, steps } = pathTaken(entries);
  const all = ORDER_STATUSES.flatMap((from) => TRANSITIONS[from].map((to) => ({ from, to, key: `${from}>${to}` })));
  // Reinstatements and reversals leave terminal statuses by name: they are steps of this order alone.
  const own = [...steps].filter((key) => !all.some((step) => step.key === key)).map(parseStep);
  const ordered = [...all, ...own].sort((a, b) => Number(steps.has(a.key)) - Number(steps.has(b.key)));
  const path = entries.filter(({ from, to }) => from !== to).map(({ to }) => to);
  return (
    <svg class="diagram" viewBox="0 0 482 126" role="img" aria-label={`Path taken: ${path.join(", ")}`}>
      {ordered.map(({ from, to, key }) => (
        <path key={key} d={edge(from, to)} class={steps.has(key) ? "edge taken" : "edge"} />
      ))}
      {ORDER_STATUSES.map((status) => (
        <g key={status} class={`node ${visited.has(status) ? "visited" : ""} ${status === current ? "current" : ""}`}>
          <rect x={left(status)} y={PLACE[status][1]} width={WIDTH} height={HEIGHT} rx={6} />
          <text x={left(status) + WIDTH / 2} y={PLACE[status][1] + HEIGHT / 2 + 3.5}>
            {WORDS[status] ?? status}
          </text>
        </g>
      ))}
    </svg>
  );
}

function parseStep(key: string): { from: OrderStatus; to: OrderStatus; key: string } {
  const [from, to] = key.split(">") as [OrderStatus, OrderStatus];
  return { from, to, key };
}

function left(status: OrderStatus): number {
  return 2 + PLACE[status][0] * COLUMN;
}

function edge(from: OrderStatus, to: OrderStatus): string {
  const fromY = PLACE[from][1];
  const toY = PLACE[to][1];
  if (fromY === toY) {
    const forward = PLACE[to][0] > PLACE[from][0];
    const y = fromY + HEIGHT / 2 + (forward ? -3 : 4);
    return `M${left(from) + (forward ? WIDTH : 0)} ${y}H${left(to) + (forward ? 0 : WIDTH)}`;
  }
  const down = toY > fromY;
  const startX = left(from) + WIDTH / 2;
  const endX = left(to) + WIDTH / 2 + (PLACE[from][0] - PLACE[to][0]) * 7;
  const startY = fromY + (down ? HEIGHT : 0);
  const endY = toY + (down ? 0 : HEIGHT);
  const middle = (startY + endY) / 2;
  return `M${startX} ${startY}C${startX} ${middle} ${endX} ${middle} ${endX} ${endY}`;
}
