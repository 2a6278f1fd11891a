import { join } from 'node:path';
import { startChild } from './child';

/** What arrived, in the order of arrival: three columns of one table. */
export interface Calls {
  webhookIds: string[];
  /** The number of the event, as `eventJson` wrote it. */
  numbers: number[];
  /** When the last byte of the body was there, in `clockMs`. */
  times: number[];
}

export interface Receiver {
  url: string;
  pid: number;
  /** How many calls came in so far, at most 10 ms old. */
  received(): number;
  /** The calls since the last question. */
  calls(): Promise<Calls>;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  let received = 0;
  const child = startChild(join(__dirname, 'receiver.mts'), (note) => {
    received = note;
  });
  const { port } = await child.ask<{ port: number }>('port');
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid,
    received: () => received,
    calls: () => child.ask<Calls>('calls'),
    stop: child.stop,
  };
}
