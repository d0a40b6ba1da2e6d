// Which rows of a long list are in sight: TanStack's virtualizer, driven from a component.

import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from "@tanstack/virtual-core";
import { useLayoutEffect, useState } from "preact/hooks";

const OVERSCAN_ROWS = 8;

export interface VirtualRows {
  readonly items: readonly { readonly index: number; readonly start: number }[];
  readonly totalPx: number;
  readonly perPage: number;
  scrollTo(index: number): void;
}

export function useVirtualRows(props: {
  readonly scroller: { readonly current: HTMLDivElement | null };
  readonly count: number;
  readonly rowPx: number;
}): VirtualRows {
  const { scroller, count, rowPx } = props;
  const [, setDrawn] = useState(0);
  const options = {
    count,
    estimateSize: () => rowPx,
    getScrollElement: () => scroller.current,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    overscan: OVERSCAN_ROWS,
    onChange: () => setDrawn((drawn) => drawn + 1),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowPx]);
  return {
    items: virtualizer.getVirtualItems(),
    totalPx: virtualizer.getTotalSize(),
    perPage: Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowPx) / rowPx) - 1),
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: "auto" }),
  };
}
