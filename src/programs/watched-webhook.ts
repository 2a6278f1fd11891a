// The webhook that a command watches, as its user names it.
import type { Client } from './api-client';
import { CommandError } from './terminal';

interface Found {
  webhooks: { nodes: WatchedWebhook[] };
}

export interface WatchedWebhook {
  id: string;
  name: string;
  direction: 'INCOMING' | 'OUTGOING';
}

const FIND = `query FindWebhook($where: WebhookWhere!) {
  webhooks(first: 2, where: $where) { nodes { id name direction } }
}`;

/** @param given its name or its id @throws CommandError unless there is exactly one */
export async function findWebhook(client: Client, given: string): Promise<WatchedWebhook> {
  const where = /^whk_[0-9a-f]{32}$/.test(given) ? { id: { eq: given } } : { name: { eq: given } };
  const { webhooks } = await client.ask<Found>(FIND, { where });
  const [webhook, another] = webhooks.nodes;
  if (!webhook) throw new CommandError(`There is no webhook ${given}: --webhook takes its name or its id.`);
  if (another) throw new CommandError(`Several webhooks have the name ${given}: --webhook takes the id of one too.`);
  return webhook;
}
