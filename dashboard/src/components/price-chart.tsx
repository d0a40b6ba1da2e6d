// The price over time with our own fills on it, on uPlot's canvas. Colors come from the style sheet,
// so that both themes have theirs.

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type App, useApp } from "../app.ts";
import type { FillRow } from "../contract.ts";
import { decimalsOf, formatDateTime, formatDecimal, formatTime, groupDigits } from "../format.ts";
import { Icon } from "./icon.tsx";

const HEIGHT_PX = 230;
const MARK_PX = 5;

export function PriceChart() {
  const app = useApp();
  const box = useRef<HTMLDivElement>(null);
  const instrumentId = app.instrumentId.value;
  const theme = app.theme.value;
  useEffect(() => {
    if (box.current === null || instrumentId === undefined) return undefined;
    return drawChart(app, instrumentId, box.current);
  }, [app, instrumentId, theme]);
  const lastTrade = instrumentId === undefined ? undefined : app.store.market(instrumentId).market.value.lastTrade;
  const fills = app.store.fills.value.filter((fill) => fill.instrumentId === instrumentId).length;
  return (
    <section class="panel chart" aria-labelledby="chart-title">
      <div class="panel-head">
        <h2 id="chart-title">Price</h2>
        <span class="dim">
          {instrumentId ?? ""} ·{" "}
          <span class="own-key">
            <Icon name="bought" /> bought <Icon name="sold" /> sold by us
          </span>
        </span>
      </div>
      <div
        ref={box}
        class="chart-box"
        role="img"
        aria-label={`Price of ${instrumentId ?? "nothing"}: last ${lastTrade?.price ?? "unknown"}, ${fills} own fills marked`}
      />
    </section>
  );
}

/** Draws until the returned function is called. */
function drawChart(app: App, instrumentId: string, box: HTMLElement): () => void {
  const { market, series } = app.store.market(instrumentId);
  const decimals = decimalsOf(app.store.instruments.peek().get(instrumentId)?.tickSize);
  const colors = readColors(box);
  let fills: readonly FillRow[] = [];
  const chart = new uPlot(
    {
      width: Math.max(200, box.clientWidth),
      height: HEIGHT_PX,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      padding: [8, 12, 0, 0],
      scales: { x: { time: true } },
      series: [{}, { stroke: colors.line, width: 1.25, fill: colors.area, points: { show: false } }],
      axes: [
        {
          stroke: colors.text,
          grid: { stroke: colors.grid, width: 1 },
          ticks: { show: false },
          font: colors.font,
          size: 24,
          values: (_chart, splits) => splits.map((seconds) => formatTime(seconds * 1000)),
        },
        {
          stroke: colors.text,
          grid: { stroke: colors.grid, width: 1 },
          ticks: { show: false },
          font: colors.font,
          size: 68,
          values: (_chart, splits) => splits.map((price) => groupDigits(price.toFixed(decimals ?? 2))),
        },
      ],
      hooks: {
        draw: [(drawn) => markFills(drawn, fills, colors)],
        setCursor: [(drawn) => describeCursor(drawn, box, decimals)],
      },
    },
    [[], []],
    box,
  );
  const stopFollowing = effect(() => {
    void market.value;
    fills = app.store.fills.value.filter((fill) => fill.instrumentId === instrumentId);
    chart.setData([series.times, series.prices]);
  });
  const observer = new ResizeObserver(() =>
    chart.setSize({ width: Math.max(200, box.clientWidth), height: HEIGHT_PX }),
  );
  observer.observe(box);
  return () => {
    stopFollowing();
    observer.disconnect();
    chart.destroy();
  };
}

interface Colors {
  readonly line: string;
  readonly area: string;
  readonly text: string;
  readonly grid: string;
  readonly buy: string;
  readonly sell: string;
  readonly outline: string;
  readonly font: string;
}

function readColors(element: HTMLElement): Colors {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  return {
    line: color("--accent"),
    area: color("--accent-wash"),
    text: color("--dim"),
    grid: color("--line-soft"),
    buy: color("--buy"),
    sell: color("--sell"),
    outline: color("--panel"),
    font: `11px ${style.fontFamily}`,
  };
}

/** A triangle per fill: up for bought, beneath the price; down for sold, above it. */
function markFills(chart: uPlot, fills: readonly FillRow[], colors: Colors): void {
  const { ctx } = chart;
  const size = MARK_PX * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(chart.bbox.left, chart.bbox.top, chart.bbox.width, chart.bbox.height);
  ctx.clip();
  for (const fill of fills) {
    const x = chart.valToPos(fill.at / 1000, "x", true);
    const y = chart.valToPos(Number(fill.price), "y", true);
    const direction = fill.side === "buy" ? 1 : -1;
    ctx.beginPath();
    ctx.moveTo(x, y + direction * 2);
    ctx.lineTo(x - size, y + direction * (size * 1.7));
    ctx.lineTo(x + size, y + direction * (size * 1.7));
    ctx.closePath();
    ctx.fillStyle = fill.side === "buy" ? colors.buy : colors.sell;
    ctx.strokeStyle = colors.outline;
    ctx.lineWidth = devicePixelRatio;
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

function describeCursor(chart: uPlot, box: HTMLElement, decimals: number | undefined): void {
  const index = chart.cursor.idx ?? undefined;
  const time = index === undefined ? undefined : chart.data[0][index];
  const price = index === undefined ? undefined : (chart.data[1]?.[index] ?? undefined);
  box.title =
    time === undefined || price === undefined
      ? ""
      : `${formatDateTime(time * 1000)} UTC  ${formatDecimal(String(price), decimals)}`;
}
