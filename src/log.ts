import pino, { type Logger } from 'pino';

export type Log = Logger;

/** JSON lines on stdout. Credentials are removed by path, whatever a caller hands over. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['authorization', '*.authorization', '*.*.authorization', 'token', '*.token', 'secret', '*.secret'],
      censor: '[removed]',
    },
  });
}
