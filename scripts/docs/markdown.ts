// The pieces of Markdown that generated pages are made of.

/** The first line of every page that a script writes. */
export const GENERATED_MARK =
  "<!-- Written by scripts/generate-docs.ts from the code: change the code, then run it. -->";

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export const code = (text: string): string => `\`${text}\``;

export const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** Text that means no markup: a reader is to see `<name>` as it is. */
export const plain = (text: string): string => text.replaceAll("<", "&lt;");
