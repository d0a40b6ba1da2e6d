// An id, shown whole or shortened, that a press copies.

import { useState } from "preact/hooks";
import { useApp } from "../app.ts";
import { Icon } from "./icon.tsx";

const SAID_MS = 1_200;

export function CopyButton({ text, label, shown }: { text: string; label: string; shown?: string }) {
  const app = useApp();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SAID_MS);
  };
  return (
    <button
      type="button"
      class="copy"
      title={`Copy ${label} ${text}`}
      aria-label={`Copy ${label} ${text}`}
      onClick={() => app.run(copy)}
    >
      <span class="copy-text">{copied ? "copied" : (shown ?? text)}</span>
      <Icon name={copied ? "done" : "copy"} />
    </button>
  );
}
