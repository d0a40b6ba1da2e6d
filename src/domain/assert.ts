// Assertions for promises that our own code makes. They stay on in production: stopping beats
// going on in a state that cannot be true.

/** A broken promise of our own code: crash, and recover from the journal. */
export class InvariantViolation extends Error {
  override readonly name = "InvariantViolation";
}

/** @throws {InvariantViolation} when the condition is false. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}
