// Which folder of src may import from which. The compiler holds the references of the tsconfig files; this table
// holds the references themselves, so that nobody widens one in passing. What is not in a row is not allowed.

/** Keys and members are folders of src; `.` is src/index.ts with src/exports. */
export const RINGS: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  matching: ["domain"],
  runtime: ["domain"],
  "runtime/node": ["domain", "runtime"],
  journal: ["domain", "runtime"],
  "journal/memory": ["domain", "runtime", "journal"],
  "journal/sqlite": ["domain", "runtime", "runtime/node", "journal"],
  venues: ["domain", "runtime"],
  "venues/paper": ["domain", "runtime", "runtime/node", "matching", "market-data", "venues"],
  "venues/dry-run": ["domain", "runtime", "matching", "venues"],
  "market-data": ["domain", "runtime"],
  "market-data/feeds": ["domain", "runtime", "runtime/node", "market-data"],
  engine: ["domain", "runtime", "journal", "venues", "market-data"],
  strategies: ["domain", "runtime", "engine", "market-data"],
  config: ["domain", "journal", "engine"],
  app: [
    "domain",
    "runtime",
    "runtime/node",
    "journal",
    "journal/memory",
    "journal/sqlite",
    "venues",
    "venues/paper",
    "venues/dry-run",
    "market-data",
    "market-data/feeds",
    "engine",
    "strategies",
  ],
  server: ["domain", "runtime", "journal", "venues", "market-data", "engine", "strategies", "config"],
  cli: [
    "domain",
    "runtime",
    "runtime/node",
    "journal",
    "journal/memory",
    "journal/sqlite",
    "venues",
    "venues/paper",
    "market-data",
    "market-data/feeds",
    "engine",
    "strategies",
    "config",
    "app",
    "server",
  ],
  simulator: [
    "domain",
    "matching",
    "runtime",
    "journal",
    "journal/sqlite",
    "venues",
    "market-data",
    "engine",
    "strategies",
  ],
  ".": [
    "domain",
    "runtime",
    "runtime/node",
    "journal",
    "journal/memory",
    "journal/sqlite",
    "venues",
    "venues/paper",
    "venues/dry-run",
    "market-data",
    "market-data/feeds",
    "engine",
    "strategies",
    "app",
  ],
};

/** Folders that compose the others: nothing else may reach them. */
export const EDGES: readonly string[] = ["server", "cli", "app", "."];

/** Returns what is wrong with a table of references, as sentences. */
export function faultsOf(rings: Readonly<Record<string, readonly string[]>>): string[] {
  const faults: string[] = [];
  for (const [folder, references] of Object.entries(rings)) {
    for (const reference of references) {
      if (rings[reference] === undefined) faults.push(`${folder} names ${reference}, which is no ring`);
      if (EDGES.includes(reference) && !EDGES.includes(folder)) faults.push(`${folder} reaches the edge ${reference}`);
      if (rings[reference]?.includes(folder)) faults.push(`${folder} and ${reference} name each other`);
      // An emulator that shared code with the adapter that it exercises would share its misunderstandings.
      const isPair =
        (folder.startsWith("emulators") && reference.startsWith("venues/")) ||
        (folder.startsWith("venues/") && reference.startsWith("emulators"));
      if (isPair) faults.push(`${folder} and ${reference}: an emulator and an adapter never know each other`);
      // Adapters know the ports, never the engine that drives them nor each other.
      const isAdapter = /^(?:venues|journal)\/./.test(folder);
      if (isAdapter && (/^(?:venues|journal)\/./.test(reference) || reference === "engine")) {
        faults.push(`${folder} is an adapter and reaches ${reference}`);
      }
    }
  }
  return faults;
}

/** Returns the ring of a file of src: the longest folder of the table that holds it. */
export function ringOf(path: string, rings: Readonly<Record<string, readonly string[]>> = RINGS): string {
  const inner = path.replace(/^src\//, "");
  const found = Object.keys(rings)
    .filter((folder) => inner.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];
  return found ?? ".";
}
