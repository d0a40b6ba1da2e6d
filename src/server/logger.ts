// The server's log: NDJSON on stderr, UTC times, secrets taken out. The engine sees only the Logger port.

import { type DestinationStream, pino, stdTimeFunctions } from "pino";
import type { Logger } from "../runtime/logger.ts";

export type LogLevel = "debug" | "info" | "warn" | "error" | "silent";

const STDERR = 2;

/** Wherever a field of such a name appears, up to three levels down. */
const SECRET_NAMES = [
  "token",
  "secret",
  "password",
  "apiKey",
  "authorization",
  '["apca-api-secret-key"]',
  "secret_key",
  "cookie",
];

/** @param destination - standard error unless told. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_NAMES.flatMap(pathsOf), censor: "[secret]" },
    },
    destination ?? pino.destination({ dest: STDERR, sync: true }),
  );
}

function pathsOf(name: string): string[] {
  const below = name.startsWith("[") ? name : `.${name}`;
  return [name, `*${below}`, `*.*${below}`];
}
