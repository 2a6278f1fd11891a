import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';

export type Log = Logger;

/** JSON lines, on stdout unless told otherwise. Credentials are removed by path, whatever a caller hands over. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options: LoggerOptions = {
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['authorization', '*.authorization', '*.*.authorization', 'token', '*.token', 'secret', '*.secret'],
      censor: '[removed]',
    },
    serializers: { err: errorForLog },
  };
  return destination ? pino(options, destination) : pino(options);
}

const MAX_TEXT = 8_000;
/** Of the row that a statement was about. */
const VALUES = new Set(['detail', 'where']);

// Libraries hang on an error what they were working with: values of the statement (payloads, hashes of keys), the client with
// the key that cancels its statements. Text and numbers say what went wrong; nothing else passes.
function errorForLog(error: Error): object {
  const fields: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(pino.stdSerializers.err(error))) {
    if (VALUES.has(name)) continue;
    if (typeof value === 'string') fields[name] = value.slice(0, MAX_TEXT);
    else if (typeof value === 'number' || typeof value === 'boolean') fields[name] = value;
  }
  return fields;
}
