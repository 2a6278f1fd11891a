import { toNodeId } from '../../../src/values/ids';
import type { TestApp } from '../../support/app';
import type { Receiver } from '../../support/receiver';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { type DeliveryState, deliveryThatIs } from '../attempt/stored-attempts';

let types = 0;

export function uniqueType(): string {
  types += 1;
  return `Type ${types}`;
}

/** A webhook for the events of one test. */
export async function createOwnWebhook(app: TestApp, partner: Receiver, settings: object = {}) {
  const documentType = uniqueType();
  const webhook = await createTestWebhook(app, partner.url, { documentType, ...settings });
  const publishOne = (reference: string) => publish(app, [invoice(reference, { documentType })]);
  return { ...webhook, publishOne };
}

export const LATER = { retrySchedule: [3600] };

/** The delivery of a webhook, once it waits for its time. */
export const waitingDelivery = (app: TestApp, webhookId: string) =>
  deliveryThatIs(app, webhookId, 'waiting for a time', (each) => each.jobId !== null && each.openRequestId === null);

export const nodeId = (delivery: DeliveryState) => toNodeId('Delivery', delivery.id);

export async function auditOf(
  app: TestApp,
  delivery: DeliveryState,
): Promise<{ action: string; reason: string | null; details: unknown }[]> {
  const rows = await app.database.query<{ action: string; reason: string | null; details: string | null }>(
    'select action, reason, details from audit_entries where subject_id = $1 order by id',
    [delivery.id],
  );
  return rows.map(({ details, ...entry }) => ({ ...entry, details: details && JSON.parse(details) }));
}
