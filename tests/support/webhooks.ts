import type { TestApp } from './app';

export interface TestWebhook {
  id: string;
  secret: string;
}

/** @param settings beside the URL: any field of CreateWebhookInput */
export async function createTestWebhook(app: TestApp, url: string, settings: object = {}): Promise<TestWebhook> {
  const answer = await app.ask(
    `mutation ($input: CreateWebhookInput!) {
      createWebhook(input: $input) { webhook { id } secret userErrors { field message } }
    }`,
    { input: { name: 'Partner', url, ...settings } },
  );
  const { webhook, secret, userErrors } = answer.data.createWebhook;
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  return { id: webhook.id, secret };
}

/** @returns the ids of the events */
export async function publish(app: TestApp, events: object[], key?: string): Promise<string[]> {
  const answer = await app.ask(
    `mutation ($input: PublishEventsInput!) {
      publishEvents(input: $input) { events { id } userErrors { field message } }
    }`,
    { input: { events } },
    key,
  );
  const payload = answer.data?.publishEvents;
  if (!payload?.events) throw new Error(JSON.stringify(answer));
  return payload.events.map((event: { id: string }) => event.id);
}

/** An invoice that was submitted. */
export function invoice(referenceDocument: string, more: object = {}): object {
  const data = { name: referenceDocument, grand_total: 561.8 };
  return { documentType: 'Sales Invoice', event: 'on_submit', referenceDocument, data, ...more };
}
