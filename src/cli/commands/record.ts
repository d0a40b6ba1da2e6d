// `orderwright record`: writes a public feed into a capture file, which `up --replay` and `replay` read.

import { Argument, type Command } from "commander";
import { PUBLIC_FEED_NAMES, type PublicFeedName, publicFeed } from "../../market-data/feeds/public-feeds.ts";
import { recordFeed } from "../../market-data/feeds/record.ts";
import { SeededRandom } from "../../runtime/random.ts";
import { printJson, say } from "../terminal.ts";
import { jsonOption, wholeNumber } from "./shared.ts";

interface RecordOptions {
  readonly out: string;
  readonly url?: string;
  readonly seconds?: number;
  readonly json?: true;
}

export function addRecord(program: Command): void {
  program
    .command("record")
    .description("record a public feed into a capture file, until interrupted")
    .addArgument(new Argument("<feed>").choices([...PUBLIC_FEED_NAMES]))
    .argument("<symbols...>", "in the venue's spelling: BTCUSDT, BTC-USDT")
    .requiredOption("--out <file>", "the capture to write (gzip); it must not exist yet")
    .option("--seconds <n>", "stop after so many seconds", wholeNumber(1))
    .option("--url <url>", "another address of the same protocol")
    .addOption(jsonOption())
    .action((feed: PublicFeedName, symbols: string[], options: RecordOptions) => record(feed, symbols, options));
}

async function record(name: PublicFeedName, symbols: readonly string[], options: RecordOptions): Promise<void> {
  const stop = new AbortController();
  const interrupted = (): void => stop.abort();
  process.once("SIGINT", interrupted);
  process.once("SIGTERM", interrupted);
  const published = publicFeed(name, symbols);
  const result = await recordFeed({
    feed: options.url === undefined ? published : { ...published, url: options.url },
    path: options.out,
    signal: stop.signal,
    // Only the waits between reconnects are random: they need no seed of their own.
    random: SeededRandom.fromSeed(Date.now()),
    ...(options.seconds === undefined ? {} : { durationMs: options.seconds * 1_000 }),
    onProgress: (counts) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${counts.messages} messages, ${counts.bytes} bytes`);
    },
  });
  if (options.json === true) printJson(result);
  else
    say(
      `\n${result.messages} messages in ${options.out} (${result.bytes} bytes, ${result.connections} connection(s), ended by ${result.endedBy})`,
    );
}
