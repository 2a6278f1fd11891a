// The output at the end of the demo: the log as a table, and one query with its answer.

import { table } from '../terminal';
import type { Client } from './partner';
import { type StoryDelivery, shortJson } from './story';

interface LogLine {
  startedAt: string;
  direction: 'OUTGOING' | 'INCOMING';
  duplicate: boolean;
  referenceDocument: string | null;
  attemptNumber: number;
  status: string;
  responseStatus: number | null;
  durationMs: number | null;
  error: string | null;
  webhook: { name: string };
  user: { name: string; fullName: string | null } | null;
}

/** The requests since then, at most 100, oldest first. */
export async function logTable(client: Client, since: Date): Promise<string> {
  const { webhookRequestLogs } = await client.ask<{ webhookRequestLogs: { nodes: LogLine[] } }>(
    `query ($since: DateTime!) { webhookRequestLogs(first: 100, where: { startedAt: { gte: $since } }) { nodes {
      startedAt direction duplicate referenceDocument attemptNumber status responseStatus durationMs error
      webhook { name } user { name fullName }
    } } }`,
    JSON.stringify({ since }),
  );
  const headings = ['started', 'direction', 'document', 'webhook', 'user', 'try', 'status', 'http', 'ms', 'note'];
  const rows = webhookRequestLogs.nodes
    .reverse()
    .map((line) => [
      line.startedAt.slice(11, 23),
      line.direction.toLowerCase(),
      line.referenceDocument ?? '',
      line.webhook.name,
      line.user?.fullName ?? line.user?.name ?? '',
      String(line.attemptNumber),
      line.status,
      String(line.responseStatus ?? ''),
      String(line.durationMs ?? ''),
      line.error ?? (line.duplicate ? 'a duplicate of an earlier call' : ''),
    ]);
  return table(headings, rows);
}

/** The skipped deliveries with their reasons. */
export function skipTable(deliveries: readonly StoryDelivery[]): string {
  const rows = deliveries.map((delivery) => [
    delivery.referenceDocument,
    delivery.webhook.name,
    delivery.skipReason ?? '',
    delivery.skipMessage ?? '',
  ]);
  return table(['document', 'webhook', 'reason', 'explanation'], rows);
}

/** The body of the last successful request of this webhook; null: there is none. */
export async function lastBody(client: Client, webhook: string, since: Date): Promise<string | null> {
  const { webhookRequestLogs } = await client.ask<{ webhookRequestLogs: { nodes: { dataBody: { text: string } }[] } }>(
    `query ($webhook: String!, $since: DateTime!) { webhookRequestLogs(first: 1, where: {
      webhook: { name: { eq: $webhook } }, status: { eq: SUCCEEDED }, startedAt: { gte: $since }
    }) { nodes { dataBody { text } } } }`,
    JSON.stringify({ webhook, since }),
  );
  return webhookRequestLogs.nodes[0]?.dataBody.text ?? null;
}

export const QUESTION = `query WhatHappenedTo($document: String!) {
  webhookRequestLogs(first: 4, where: { referenceDocument: { eq: $document } }) {
    totalCount
    nodes {
      attemptNumber
      status
      url
      headers
      data
      response
      error
      user { name }
      webhook {
        name
        owner {
          name
          webhooks(first: 3) {
            nodes {
              name
              requests(first: 1) { nodes { referenceDocument status } }
            }
          }
        }
      }
    }
  }
}`;

export async function answerTo(client: Client, document: string): Promise<string> {
  return shortJson(await client.ask(QUESTION, JSON.stringify({ document })));
}
