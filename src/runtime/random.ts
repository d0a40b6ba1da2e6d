// The port for randomness, and its seeded implementation, which is the only one inside engine and matching.

/** A source of random numbers. */
export interface Random {
  /** Returns a double in [0, 1). */
  next(): number;
  /** Returns a whole number in [0, bound). */
  nextInteger(bound: number): number;
}

/** The whole state of a {@link SeededRandom}, to store and go on from. */
export type RandomState = readonly [number, number, number, number];

/** xoshiro128**: small, fast, good enough for jitter and simulation, and equal on every machine. */
export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  private constructor(state: RandomState) {
    [this.#a, this.#b, this.#c, this.#d] = state;
  }

  /** Returns the stream that a seed names; any whole number is a seed. */
  static fromSeed(seed: number): SeededRandom {
    let s = seed | 0;
    const mix = (): number => {
      s = (s + 0x9e3779b9) | 0;
      let z = s;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) >>> 0;
    };
    return new SeededRandom([mix(), mix(), mix(), mix()]);
  }

  static fromState(state: RandomState): SeededRandom {
    return new SeededRandom(state);
  }

  state(): RandomState {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  next(): number {
    return this.#nextUint32() / 0x1_0000_0000;
  }

  nextInteger(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  #nextUint32(): number {
    const scrambled = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotateLeft(this.#d, 11);
    return scrambled;
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
