// The steps of the demo, all through the API.
import { setTimeout as wait } from 'node:timers/promises';
import type { DemoDocument } from './documents';
import { acceptsAll, BANK, type Client, type Partner, refusesFirstTwo, refusesSome } from './partner';

const USERS = ['amina@example.com', 'jonas@example.com'];
const LIMIT_MS = 30_000;

interface UserErrors {
  userErrors: { field: string[]; message: string }[];
}

function refuseErrors<T extends UserErrors>(payload: T): T {
  if (payload.userErrors.length > 0) throw new Error(payload.userErrors.map((error) => error.message).join('\n'));
  return payload;
}

/** Archives the webhooks of an earlier demo, whose partner no longer runs. */
export async function archiveEarlierWebhooks(client: Client): Promise<void> {
  const { webhooks } = await client.ask<{ webhooks: { nodes: { id: string; name: string; url: string | null }[] } }>(
    '{ webhooks(first: 100, where: { not: { status: { eq: ARCHIVED } } }) { nodes { id name url } } }',
  );
  const ofEarlier = webhooks.nodes.filter(({ name, url }) => name === BANK || url?.startsWith('http://127.0.0.1:'));
  for (const { id } of ofEarlier) {
    const mutation =
      'mutation ($input: ArchiveWebhookInput!) { archiveWebhook(input: $input) { userErrors { message } } }';
    await client.ask(mutation, JSON.stringify({ input: { id } }));
  }
}

export const CONDITION = 'doc.grand_total > 600';
// `default`: a user's own document may have no currency, and a missing variable is an error
const TEMPLATE = `{ "invoice": {{ event.referenceDocument | json }}, "by": {{ user.name | json }},
  "total": {{ doc.grand_total }}, "currency": {{ doc.currency | default: "?" | json }} }`;

/**
 * Three webhooks: all documents, with failures; one type, always failing at first; some of that type, with a template.
 */
export async function agreeWithPartner(client: Client, partner: Partner, documentType: string): Promise<void> {
  const agree = (name: string, path: string, more: object) =>
    createWebhook(client, { name, url: partner.url(path), retrySchedule: [0, 1, 2], ...more });
  const flaky = await agree('Bookkeeping', '/bookkeeping', {});
  partner.expect('/bookkeeping', flaky, refusesSome);
  const broken = await agree('Old CRM', '/crm', { documentType, retrySchedule: [0, 1] });
  partner.expect('/crm', broken, refusesFirstTwo);
  const content = { documentType, condition: CONDITION, bodyFormat: 'JSON', body: TEMPLATE };
  partner.expect('/treasury', await agree('Treasury', '/treasury', content), acceptsAll);
}

async function createWebhook(client: Client, input: object): Promise<string> {
  const { createWebhook: payload } = await client.ask<{ createWebhook: UserErrors & { secret: string } }>(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret userErrors { field message } } }',
    JSON.stringify({ input }),
  );
  return refuseErrors(payload).secret;
}

/** @returns the ids of the events */
export async function submit(client: Client, documents: readonly DemoDocument[]): Promise<string[]> {
  const events = documents.map(({ documentType, name, text }, index) => {
    const user = USERS[index % USERS.length];
    const words = JSON.stringify({ documentType, event: 'on_submit', referenceDocument: name, user });
    // the document's own text, unchanged
    return `${words.slice(0, -1)},"data":${text}}`;
  });
  const { publishEvents: payload } = await client.ask<{ publishEvents: UserErrors & { events: { id: string }[] } }>(
    `mutation ($input: PublishEventsInput!) {
      publishEvents(input: $input) { events { id } userErrors { field message } }
    }`,
    `{"input":{"events":[${events.join(',')}]}}`,
  );
  return refuseErrors(payload).events.map((event) => event.id);
}

export interface StoryDelivery {
  status: string;
  skipReason: string | null;
  skipMessage: string | null;
  attempts: number;
  referenceDocument: string;
  webhook: { name: string };
}

/** Waits until every delivery of these events has arrived, was given up, or was skipped. */
export async function watch(client: Client, eventIds: readonly string[]): Promise<StoryDelivery[]> {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; await wait(200)) {
    const events = await eventsNow(client, eventIds);
    const deliveries = events.flatMap((event) => event.deliveries.nodes);
    const open = deliveries.some((delivery) => ['PENDING', 'RETRYING'].includes(delivery.status));
    if (events.every((event) => event.fannedOutAt !== null) && !open) return deliveries;
  }
  throw new Error(`not every delivery had ended after ${LIMIT_MS / 1000} s`);
}

interface StoryEvent {
  fannedOutAt: string | null;
  deliveries: { nodes: StoryDelivery[] };
}

async function eventsNow(client: Client, ids: readonly string[]): Promise<StoryEvent[]> {
  const found: StoryEvent[] = [];
  for (let from = 0; from < ids.length; from += 100) {
    const { nodes } = await client.ask<{ nodes: StoryEvent[] }>(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on BusinessEvent {
        fannedOutAt deliveries { nodes {
          status skipReason skipMessage attempts referenceDocument webhook { name } } } } } }`,
      JSON.stringify({ ids: ids.slice(from, from + 100) }),
    );
    found.push(...nodes);
  }
  return found;
}

const WIDTH = 120;

/** Readable JSON: each value that fits is on one line. */
export function shortJson(value: unknown, indent = ''): string {
  const text = JSON.stringify(value) ?? 'null';
  if (typeof value !== 'object' || value === null || text.length + indent.length <= WIDTH) return text;
  const deeper = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map((each) => shortJson(each, deeper))
    : Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${shortJson(each, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${deeper}${lines.join(`,\n${deeper}`)}\n${indent}${close}`;
}
