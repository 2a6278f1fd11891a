// What the demo shows at the end: the log as a table, and one question with its answer.
import type { Client } from './client';
import { table } from './table';

interface LogLine {
  startedAt: string;
  referenceDocument: string;
  attemptNumber: number;
  status: string;
  responseStatus: number | null;
  durationMs: number | null;
  error: string | null;
  webhook: { name: string };
  user: { name: string };
}

/** The requests since then, at most 100, oldest first. */
export async function logTable(client: Client, since: Date): Promise<string> {
  const { webhookRequestLogs } = await client.ask<{ webhookRequestLogs: { nodes: LogLine[] } }>(
    `query ($since: DateTime!) { webhookRequestLogs(first: 100, where: { startedAt: { gte: $since } }) { nodes {
      startedAt referenceDocument attemptNumber status responseStatus durationMs error webhook { name } user { name }
    } } }`,
    JSON.stringify({ since }),
  );
  const headings = ['started', 'document', 'webhook', 'user', 'try', 'status', 'http', 'ms', 'error'];
  const rows = webhookRequestLogs.nodes
    .reverse()
    .map((line) => [
      line.startedAt.slice(11, 23),
      line.referenceDocument,
      line.webhook.name,
      line.user.name,
      String(line.attemptNumber),
      line.status,
      String(line.responseStatus ?? ''),
      String(line.durationMs ?? ''),
      line.error ?? '',
    ]);
  return table(headings, rows);
}

export const QUESTION = `query WhatHappenedTo($document: String!) {
  webhookRequestLogs(where: { referenceDocument: { eq: $document } }) {
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
          webhooks(first: 2) {
            nodes {
              name
              requests(first: 3) { nodes { referenceDocument status } }
            }
          }
        }
      }
    }
  }
}`;

export async function answerTo(client: Client, document: string): Promise<string> {
  return JSON.stringify(await client.ask(QUESTION, JSON.stringify({ document })), null, 2);
}
