// The boundary between decimals and the whole ticks and lots inside the books.
// Nothing here rounds an order: what is off the grid, or beyond a safe integer, is told to the caller.

import { Decimal } from "../domain/decimal.ts";

/** Converts between decimals and whole multiples of one step (a tick size or a lot size). */
export class IntegerGrid {
  readonly step: Decimal;
  /** By scale of the value: what its coefficient is divided by. Values of few scales come again and again. */
  readonly #divisors: bigint[] = [];

  /** @throws {RangeError} when the step is not above zero. */
  constructor(step: Decimal) {
    if (!step.isPositive()) throw new RangeError(`A grid needs a step above zero; ${step} is not.`);
    this.step = step;
  }

  /** Returns the whole number of steps, or `undefined` off the grid, below zero or beyond 2^53 - 1. */
  toSteps(value: Decimal): number | undefined {
    const divisor = this.#divisor(value.scale);
    const coefficient = this.#coefficient(value);
    if (coefficient < 0n || coefficient % divisor !== 0n) return undefined;
    const steps = Number(coefficient / divisor);
    return Number.isSafeInteger(steps) ? steps : undefined;
  }

  /**
   * Returns the whole steps that fit into a value, at most 2^53 - 1: for displayed quantities, which
   * must never grow by conversion.
   *
   * @throws {RangeError} below zero.
   */
  toStepsDown(value: Decimal): number {
    const coefficient = this.#coefficient(value);
    if (coefficient < 0n) throw new RangeError(`${value} is below zero; a quantity is zero or more.`);
    return Math.min(Number(coefficient / this.#divisor(value.scale)), Number.MAX_SAFE_INTEGER);
  }

  toDecimal(steps: number | bigint): Decimal {
    return Decimal.of(BigInt(steps) * this.step.coefficient, this.step.scale);
  }

  #coefficient(value: Decimal): bigint {
    const missing = this.step.scale - value.scale;
    return missing > 0 ? value.coefficient * 10n ** BigInt(missing) : value.coefficient;
  }

  #divisor(scale: number): bigint {
    if (scale <= this.step.scale) return this.step.coefficient;
    let divisor = this.#divisors[scale];
    if (divisor === undefined) {
      divisor = this.step.coefficient * 10n ** BigInt(scale - this.step.scale);
      this.#divisors[scale] = divisor;
    }
    return divisor;
  }
}
