// The port for logs. The server binds pino to it; tests and the library's default stay silent.

/** Structured facts of one log line; names from the glossary, never a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Messages are constant lower-case phrases; the data is in the fields. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** Says nothing: the default of the library. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
