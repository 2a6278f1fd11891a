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

// the error of a statement carries its values: payloads, names, hashes of keys
function errorForLog(error: Error): object {
  const { parameters: _values, detail: _row, driverError: _same, ...rest } = { ...pino.stdSerializers.err(error) };
  return rest;
}
