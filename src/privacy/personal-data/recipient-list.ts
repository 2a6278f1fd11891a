// The partners that have received the requests of a file, each once.
import { toNodeId } from '../../ids';
import type { Recipient } from '../recipients.store';

/** Beyond this number of hosts of templated URLs, further ones of a webhook share a line without a host. */
const MAX_HOSTS = 10_000;

export class RecipientList {
  private readonly found = new Map<string, Recipient>();

  add(recipients: readonly Recipient[]): void {
    for (const each of recipients) {
      const host = this.found.size < MAX_HOSTS || this.found.has(keyOf(each)) ? each.host : '';
      const key = keyOf({ ...each, host });
      const before = this.found.get(key) ?? each;
      this.found.set(key, {
        ...each,
        host,
        firstAt: new Date(Math.min(before.firstAt.getTime(), each.firstAt.getTime())),
        lastAt: new Date(Math.max(before.lastAt.getTime(), each.lastAt.getTime())),
        requestCount: each.requestCount + (before === each ? 0 : before.requestCount),
      });
    }
  }

  lines(): object[] {
    return [...this.found.values()].map(({ webhookId, ...each }) => ({
      kind: 'recipient',
      webhookId: toNodeId('Webhook', webhookId),
      ...each,
    }));
  }
}

const keyOf = ({ webhookId, host }: Recipient) => `${webhookId} ${host}`;
