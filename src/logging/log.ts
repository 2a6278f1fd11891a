import { LRUCache } from 'lru-cache';
import type { DestinationStream, Logger, LoggerOptions } from 'pino';
import pino from 'pino';

export type Log = Logger;

/** Logs JSON lines, by default to stdout. Credentials are removed by their path in the logged object. */
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
/** Fields of a PostgreSQL error that contain values of a row. */
const VALUES = new Set(['detail', 'where']);

// Libraries attach objects to an error: values of the statement (payloads, hashes of keys), or the client with the key
// that cancels its statements. Only texts, numbers and booleans are logged.
function errorForLog(error: Error): object {
  const fields: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(pino.stdSerializers.err(error))) {
    if (VALUES.has(name)) continue;
    if (typeof value === 'string') fields[name] = value.slice(0, MAX_TEXT);
    else if (typeof value === 'number' || typeof value === 'boolean') fields[name] = value;
  }
  return fields;
}

interface LazyLog {
  make(): Log;
  made?: Log;
}

const METHODS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent', 'child'] as const;

const LAZY = Object.fromEntries(
  METHODS.map((name) => [
    name,
    function write(this: LazyLog, ...line: unknown[]): unknown {
      this.made ??= this.make();
      return (this.made[name] as (...parameters: unknown[]) => unknown).apply(this.made, line);
    },
  ]),
);

/**
 * A log that writes to the one that `make` returns, which is called when the first line is written: most requests write
 * none, and a log of its own takes each of them as long as finding the user of a key.
 */
export function lazyLog(make: () => Log): Log {
  return Object.assign(Object.create(LAZY) as Log, { make });
}

const QUIET_MS = 60_000;
const MAX_KINDS = 50;

/** @returns whether this one was written */
export type FaultLog = (error: unknown) => boolean;

/**
 * Logs repeated faults, as in an outage, once a minute for each kind. A line contains the number of faults that were
 * not logged before it.
 */
export function createFaultLog(
  write: (error: unknown, unwritten: number) => void,
  now: () => number = () => performance.now(),
): FaultLog {
  const kinds = new LRUCache<string, { quietUntil: number; unwritten: number }>({ max: MAX_KINDS });
  return (error) => {
    const key = kindOf(error);
    const kind = kinds.get(key);
    if (kind && now() < kind.quietUntil) {
      kind.unwritten += 1;
      return false;
    }
    kinds.set(key, { quietUntil: now() + QUIET_MS, unwritten: 0 });
    write(error, kind?.unwritten ?? 0);
    return true;
  };
}

// by its code if it has one, because messages contain file names and values
function kindOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return String(code ?? message ?? error);
}
