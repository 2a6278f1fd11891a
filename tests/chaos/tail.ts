import { setTimeout as wait } from 'node:timers/promises';
import { uuidOf } from '../../src/values/ids';
import { openStream, type TestStream } from '../request-log/watch/event-source';
import type { Installation } from './installation';

const WATCH = `subscription ($after: ID) {
  webhookRequestLogChanged(after: $after) { id kind webhookRequestLog { id } }
}`;
const LOOK_MS = 200;

/** A dashboard that stays: it goes on behind the last change that it saw, whatever ended in between. */
export interface Tail {
  /** The closed requests that it saw, as the table has their ids. */
  closed: Set<string>;
  /** What it was told in place of changes, but for UNAVAILABLE. */
  faults: string[];
  stop(): Promise<void>;
}

export function startTail(installation: Installation): Tail {
  let stopped = false;
  let after: string | undefined;
  const tail: Tail = {
    closed: new Set(),
    faults: [],
    async stop() {
      stopped = true;
      await following;
    },
  };
  const take = (stream: TestStream) => {
    for (const change of stream.changes()) {
      if (!change) continue;
      after = change.id;
      if (change.kind === 'CLOSED') {
        tail.closed.add(uuidOf('WebhookRequestLog', change.webhookRequestLog.id) as string);
      }
    }
    for (const { data } of stream.events) {
      for (const { message, extensions } of data?.errors ?? []) {
        if (extensions?.code !== 'UNAVAILABLE') tail.faults.push(`${extensions?.code}: ${message}`);
      }
    }
    stream.events.length = 0;
  };
  const follow = async () => {
    for (let n = 0; !stopped; n += 1) {
      const url = installation.urlOf(n);
      const watch = { query: WATCH, variables: { after }, key: installation.app.adminKey };
      const stream = url === null ? null : await openStream(url, watch).catch(() => null);
      while (stream && !stream.ended && !stopped) {
        take(stream);
        await wait(LOOK_MS);
      }
      if (stream) take(stream);
      stream?.close();
      await wait(LOOK_MS);
    }
  };
  const following = follow();
  return tail;
}
