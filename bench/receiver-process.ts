import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

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

type Message = { port: number } | { received: number } | { calls: Calls };

export async function startReceiver(): Promise<Receiver> {
  const child = fork(join(__dirname, 'receiver.mts'), { execArgv: [], serialization: 'advanced' });
  let received = 0;
  child.on('message', (message: Message) => {
    if ('received' in message) received = message.received;
  });
  const { port } = await answerOf<{ port: number }>(child, 'port');
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid as number,
    received: () => received,
    calls: async () => {
      child.send('calls');
      return (await answerOf<{ calls: Calls }>(child, 'calls')).calls;
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

function answerOf<T extends object>(child: ChildProcess, key: keyof T): Promise<T> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: T) => {
      if (!(key in message)) return;
      done();
      resolve(message);
    };
    const onExit = () => {
      done();
      reject(new Error('the receiver ended'));
    };
    const done = () => {
      child.off('message', onMessage);
      child.off('exit', onExit);
    };
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}
