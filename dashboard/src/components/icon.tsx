// The page's few drawings. Each is decoration beside a word, so all are hidden from screen readers.

const PATHS = {
  working: "M8 3.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9Z",
  waiting: "M8 2.5v3M8 10.5v3M2.5 8h3M10.5 8h3M4.1 4.1l2.1 2.1M9.8 9.8l2.1 2.1M11.9 4.1 9.8 6.2M6.2 9.8l-2.1 2.1",
  unknown: "M5.6 6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2.9-1.2 1.9M8 12.6v.2",
  done: "m3 8.5 3.2 3.2L13 4.8",
  ended: "M3.5 8h9",
  refused: "m4 4 8 8M12 4l-8 8",
  up: "M8 12.5v-9M4.2 7.2 8 3.5l3.8 3.7",
  down: "M8 3.5v9M4.2 8.8 8 12.5l3.8-3.7",
  swap: "M3 6h9M9.5 3.5 12 6 9.5 8.5M13 10.5H4M6.5 8 4 10.5 6.5 13",
  bought: "M8 4l5 8H3z",
  sold: "M8 12 3 4h10z",
  copy: "M6 6h7v7H6zM3 10V3h7",
  close: "m4 4 8 8M12 4l-8 8",
  stop: "M5.4 2.5h5.2l2.9 2.9v5.2l-2.9 2.9H5.4l-2.9-2.9V5.4zM8 5.2v3.4M8 10.7v.2",
  theme: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
  link: "M6.8 9.2a2.5 2.5 0 0 0 3.6 0l2-2a2.5 2.5 0 0 0-3.6-3.6l-.7.7M9.2 6.8a2.5 2.5 0 0 0-3.6 0l-2 2a2.5 2.5 0 0 0 3.6 3.6l.7-.7",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
