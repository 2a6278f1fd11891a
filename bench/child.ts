// Processes that make a load or take one. They answer an order with one message, `{ fault }` if it failed, and may send notes meanwhile.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface Child {
  pid: number;
  send(order: object | string): void;
  ask<Result extends object>(order: object | string): Promise<Result>;
  stop(): Promise<void>;
}

/**
 * @param file run by Node as it stands, types stripped: no loader takes part in the figures
 * @param onNote gets what it sends as `{ note }`
 */
export function startChild(file: string, onNote: (note: number) => void = () => undefined): Child {
  const child = fork(file, { execArgv: [], serialization: 'advanced' });
  child.on('message', (message: object) => {
    if ('note' in message) onNote(message.note as number);
  });
  return {
    pid: child.pid as number,
    send: (order) => child.send(order),
    async ask<Result extends object>(order: object | string) {
      child.send(order);
      const result = await answerOf<Result | { fault: string }>(child);
      if ('fault' in result) throw new Error(result.fault);
      return result;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

function answerOf<Answer extends object>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: Answer) => {
      if ('note' in message) return;
      child.off('message', onMessage).off('exit', onExit);
      resolve(message);
    };
    const onExit = () => reject(new Error('the process that makes or takes the load ended'));
    child.on('message', onMessage).once('exit', onExit);
  });
}
