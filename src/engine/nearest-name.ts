// Finds the known name that a misspelled one was probably meant to be.
// It only suggests: nothing is ever read under another name than its own.

/** Farther than this from every known name, and more than half the word wrong, is no guess worth making. */
const MAX_DISTANCE = 3;
/** Longer names are not compared: nobody mistypes them, and the comparison is quadratic. */
const MAX_LENGTH = 40;

/** Returns the known name nearest to `name`, or `undefined` when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const plain = simplify(name);
  let best: string | undefined;
  let bestDistance = Math.min(MAX_DISTANCE, Math.floor(plain.length / 2)) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain, simplify(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Other spellings of the same words: `client_order_id`, `ClientOrderID`. */
function simplify(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** How many characters must be put in, taken out or exchanged. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const exchanged = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}
