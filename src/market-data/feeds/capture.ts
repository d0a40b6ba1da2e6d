// A recorded market as a source of events: a file of what a public stream sent, replayed as it came.
// The format is in docs/guides/market-data.md. Pace and clock are tape-player.ts's.

import { basename } from "node:path";
import type { InstrumentId } from "../../domain/identifiers.ts";
import type { MarketEvent, MarketListener, MarketSource } from "../market-data.ts";
import { type CaptureLine, parseCaptureLine } from "./capture-line.ts";
import { type CaptureFile, inspectCaptureFile, readLines, unreadable } from "./capture-text.ts";
import { CaptureTranslator, detectMarket } from "./capture-translator.ts";
import type { BinanceMarket, InstrumentMap } from "./instrument-map.ts";

/** Lines looked at before the first event is returned, to learn the market and the instruments. */
const LOOK_AHEAD_LINES = 1_000;

export interface CaptureOptions {
  readonly path: string;
  /** What the venue's symbols stand for; needed only where their names do not tell. */
  readonly instruments?: InstrumentMap;
  /** Which Binance market the file is from; found from the messages' fields unless told. */
  readonly market?: BinanceMarket;
}

/**
 * Reads a capture from its begin to its end, a piece at a time.
 *
 * A line that cannot be understood ends the tape with its number, rather than being skipped: a
 * tape that lost a line is another market, and two replays of it could not be compared.
 * Answers to subscriptions and streams of other kinds are no market data, and are passed over.
 * Where the recorder's clock went back, the instant of the line before stands: a tape only goes on.
 */
export class CaptureSource implements MarketSource {
  readonly description: string;
  readonly #file: CaptureFile;
  readonly #pieces: AsyncGenerator<string[], void, void>;
  readonly #instrumentIds = new Set<InstrumentId>();
  #translator: CaptureTranslator | undefined;
  /** Lines that were read and not yet translated, from `#nextLine` on. */
  #lines: string[] = [];
  #nextLine = 0;
  #linesRead = 0;
  /** Events of the last line, from `#nextEvent` on: one line may hold several. */
  #events: readonly MarketEvent[] = [];
  #nextEvent = 0;
  #position = 0;
  #bytesRead = 0;
  #linesReceived = 0;

  private constructor(file: CaptureFile) {
    this.#file = file;
    this.#pieces = readLines(file, (bytesRead) => {
      this.#bytesRead = bytesRead;
    });
    this.description = `capture ${basename(file.path)} sha256:${file.sha256}`;
  }

  /**
   * Opens a capture; its first lines are read to learn the market and the instruments.
   *
   * @throws {OrderwrightError} `marketData.unreadable` when the file cannot be read or is cut within
   *   its first 1,000 lines, `marketData.malformed` when one of these is not of the format.
   */
  static async open(options: CaptureOptions): Promise<CaptureSource> {
    const source = new CaptureSource(await inspectCaptureFile(options.path));
    await source.#lookAhead(options);
    return source;
  }

  /** The instruments of the first 1,000 lines, and any other met since. */
  get instrumentIds(): readonly InstrumentId[] {
    return [...this.#instrumentIds];
  }

  get position(): number {
    return this.#position;
  }

  /** The lines translated so far, those without an event included. */
  get linesRead(): number {
    return this.#linesRead;
  }

  get fraction(): number {
    if (this.#linesReceived === 0) return 1;
    return (this.#bytesRead / this.#file.bytes) * (this.#linesRead / this.#linesReceived);
  }

  /** @throws {OrderwrightError} `marketData.malformed` or `marketData.unreadable`, after all events before that place. */
  async next(): Promise<MarketEvent | undefined> {
    while (this.#nextEvent >= this.#events.length) {
      if (this.#nextLine >= this.#lines.length && !(await this.#readPiece())) return undefined;
      this.#events = this.#translator?.translate(this.#takeLine()) ?? [];
      this.#nextEvent = 0;
    }
    const event = this.#events[this.#nextEvent++] as MarketEvent;
    this.#position++;
    this.#instrumentIds.add(event.instrumentId);
    return event;
  }

  async skipTo(position: number, prime?: MarketListener): Promise<void> {
    while (this.#position < position) {
      const event = await this.next();
      if (event === undefined) {
        throw unreadable(this.#file.path, `The capture ends after event ${this.#position}, before ${position}`);
      }
      prime?.(event);
    }
  }

  async close(): Promise<void> {
    this.#lines = [];
    this.#events = [];
    await this.#pieces.return();
  }

  async #lookAhead(options: CaptureOptions): Promise<void> {
    while (this.#lines.length < LOOK_AHEAD_LINES && (await this.#readPiece())) {
      // Read on: the condition does the work.
    }
    const ahead = this.#lines.slice(0, LOOK_AHEAD_LINES).map((text, index) => this.#parse(index + 1, text));
    const translation = {
      file: this.#file.path,
      market: options.market ?? detectMarket(ahead),
      instruments: options.instruments ?? {},
    };
    const trial = new CaptureTranslator(translation);
    for (const line of ahead) {
      for (const event of trial.translate(line)) this.#instrumentIds.add(event.instrumentId);
    }
    this.#translator = new CaptureTranslator(translation);
  }

  async #readPiece(): Promise<boolean> {
    const piece = await this.#pieces.next();
    if (piece.done === true) return false;
    this.#lines = [...this.#lines.slice(this.#nextLine), ...piece.value];
    this.#nextLine = 0;
    this.#linesReceived += piece.value.length;
    return true;
  }

  #takeLine(): CaptureLine {
    const text = this.#lines[this.#nextLine++] as string;
    this.#linesRead++;
    return this.#parse(this.#linesRead, text);
  }

  #parse(number: number, text: string): CaptureLine {
    return parseCaptureLine(this.#file.path, number, text);
  }
}
