// Options that several commands share.

import { type Command, InvalidArgumentError, Option } from "commander";
import { ApiClient } from "../client.ts";

export const DEFAULT_URL = "http://127.0.0.1:7070";
export const DEFAULT_DATA_DIR = "./data";

/** Options of commands that talk to a running server. */
export interface ConnectedOptions {
  readonly url: string;
  readonly data: string;
  readonly json?: true;
}

/** Adds the options that say where the server is and where its token is kept. */
export function connected(command: Command): Command {
  return command
    .addOption(new Option("--url <url>", "the server").env("ORDERWRIGHT_URL").default(DEFAULT_URL))
    .addOption(
      new Option("--data <dir>", "the server's data directory, for its token")
        .env("ORDERWRIGHT_DATA_DIR")
        .default(DEFAULT_DATA_DIR),
    );
}

export function jsonOption(): Option {
  return new Option("--json", "print JSON: one object, or one line per item for streams");
}

export function clientOf(options: ConnectedOptions): ApiClient {
  return new ApiClient(options);
}

/** Reads an option's text as a whole number of at least `least`. @throws what commander turns into a usage error. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  };
}
