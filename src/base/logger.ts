// The logger as everything below telemetry sees it.

export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Constant texts, values in fields: lines at `warn` and above group by their text.
 * Fields never hold message text, file content, tool arguments or secrets.
 */
export interface Logger {
  debug(text: string, fields?: LogFields): void;
  info(text: string, fields?: LogFields): void;
  warn(text: string, fields?: LogFields): void;
  error(text: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}

const nothing = (): void => undefined;

export const silentLogger: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLogger,
};
