// Processes that make a load or take one. They answer an order with one message, `{ fault }` if it failed.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

export interface Child {
  send(order: object | string): void;
  ask<Result extends object>(order: object | string): Promise<Result>;
  stop(): Promise<void>;
}

/** @param file run by Node as it stands, types stripped: no loader takes part in the figures */
export function startChild(file: string): Child {
  const child = fork(file, { execArgv: [], serialization: 'advanced' });
  return {
    send: (order) => child.send(order),
    async ask<Result extends object>(order: object | string) {
      child.send(order);
      const result = await messageOf<Result | { fault: string }>(child);
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

function messageOf<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('the process that makes the load ended'));
    child.once('exit', onExit);
    child.once('message', (message: Message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}
