// Traffic of many kinds, so that a backup has rows of nearly all tables.

import { agree, standardHeaders } from '../incoming/callers';
import { approve } from '../privacy/erasing/approve';
import type { TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import type { Receiver } from '../support/receiver';
import { createTestWebhook, publish } from '../support/webhooks';

/** The most that one call publishes. */
const BATCH = 500;
/** The partner refuses what is for this path, until it is told otherwise. */
export const FAILING_PATH = '/failing';

/** Webhooks that differ in what they get, people, rules, a hold, an agreement with a caller. */
export async function makeSettings(app: TestApp, partner: Receiver): Promise<void> {
  const at = (path: string) => new URL(path, partner.url).href;
  const invoices = { documentType: 'Sales Invoice' };
  await createTestWebhook(app, at('/all'), { ...invoices, name: 'All invoices' });
  await createTestWebhook(app, at('/large'), { ...invoices, name: 'Large ones', condition: 'doc.grand_total > 900.0' });
  await createTestWebhook(app, at(FAILING_PATH), {
    ...invoices,
    name: 'Failing',
    condition: 'doc.grand_total < 50.0',
    retrySchedule: [0, 86_400, 86_400],
  });
  await createTestWebhook(app, at('/given-up'), {
    documentType: 'Delivery Note',
    name: 'Given up',
    retrySchedule: [0],
  });
  const paused = await createTestWebhook(app, at('/paused'), { documentType: 'Stock Entry', name: 'Paused' });
  await mutate(app, 'pauseWebhook', { id: paused.id, reason: 'they move' }, 'webhook { id }');
  await createTestWebhook(app, at('/audit'), { documentType: 'Hookledger', name: 'SIEM', receiveAuditEvents: true });
  for (const role of ['SUPPORT', 'AUDITOR', 'INTEGRATION_MANAGER', 'PUBLISHER'] as const) await app.keyFor(role);
  const rule = {
    roles: ['SUPPORT'],
    documentType: 'Sales Invoice',
    part: 'DATA',
    path: '$.customer',
    strategy: 'HIDE',
  };
  await mutate(app, 'createMaskingRule', rule, 'maskingRule { id }');
  const hold = {
    name: 'Case 17',
    documentType: 'Sales Invoice',
    referenceDocument: 'SINV-00001',
    reason: 'The court asked',
  };
  await mutate(app, 'placeLegalHold', hold, 'legalHold { id }');
  await mutate(app, 'setRetention', { contentDays: 900, reason: 'Our policy' }, 'retentionLimit { contentDays }');
}

/** @param from the number of the first one: each has a name of its own */
export async function publishMany(app: TestApp, from: number, count: number): Promise<void> {
  for (let first = from; first < from + count; first += BATCH) {
    const many = Math.min(BATCH, from + count - first);
    await publish(
      app,
      Array.from({ length: many }, (_, n) => eventOf(first + n)),
    );
  }
}

const KINDS = ['Sales Invoice', 'Sales Invoice', 'Sales Invoice', 'Delivery Note', 'Stock Entry', 'Nobody wants it'];

/** Of the events after these, one of ten is sent: a hundred thousand are then published in minutes. */
const OFTEN = 6_000;

function eventOf(n: number): object {
  const referenceDocument = `SINV-${String(n).padStart(5, '0')}`;
  const data = {
    name: referenceDocument,
    grand_total: ((n * 37) % 1_000) + 0.5,
    customer: `Kunde ${n} — ${'Ωж漢🙂'.repeat(n % 4)}`,
    // some bodies are kept out of the row
    items: Array.from({ length: n % 97 === 0 ? 400 : n % 5 }, (_, line) => ({ sku: `A-${line}`, qty: line * n })),
  };
  return {
    documentType: n < OFTEN || n % 10 === 0 ? KINDS[n % KINDS.length] : 'Nobody wants it',
    event: 'on_submit',
    referenceDocument,
    data,
    idempotencyKey: `key-${n}`,
  };
}

/** Calls of partners: good ones, a repeated one, a forged one. */
export async function receiveCalls(app: TestApp, count: number): Promise<void> {
  const { token, secret } = await agree(app, { name: 'Their shop' });
  const call = (body: string, headers: Record<string, string>) =>
    fetch(`${app.url}/in/${token}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  for (let n = 0; n < count; n += 1) {
    const body = JSON.stringify({ order: n, note: 'é'.repeat(n) });
    const headers = standardHeaders(secret ?? '', body);
    await call(body, headers);
    if (n === 0) await call(body, headers);
    if (n === 1) await call(`${body} `, headers);
  }
}

/** @returns when nothing is left of the document */
export async function eraseDocument(app: TestApp, name: string): Promise<void> {
  const input = { documentType: 'Sales Invoice', name, reason: 'Art. 17' };
  const { erasure } = await mutate(app, 'eraseDocument', input, 'erasure { id }');
  await approve(app);
  for (;;) {
    const { data } = await app.ask(`{ erasure(id: "${erasure.id}") { status } }`);
    if (data.erasure.status === 'DONE') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
