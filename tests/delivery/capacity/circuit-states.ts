import { type App, startApp } from '../../../src/app/app';
import { readConfig } from '../../../src/config/config';
import { createLog } from '../../../src/logging/log';
import { uuidOf } from '../../../src/values/ids';
import type { LogSink, TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';

/** A second process of the same installation, in this one: it delivers and serves nothing. */
export function startSecondWorker(app: TestApp, logTo?: LogSink): Promise<App> {
  const config = readConfig({ ...app.env, PROCESSES: 'worker', PORT: '' });
  return startApp(config, createLog(logTo ? 'warn' : 'silent', logTo));
}

export interface CircuitState {
  state: string;
  failures: number;
  openings: number;
  reason: string | null;
  hasWaiting: boolean;
  openUntil: Date | null;
  failingSince: Date | null;
  probeDeliveryId: string | null;
}

export async function circuitOf(app: TestApp, webhookId: string): Promise<CircuitState> {
  const rows = await app.database.prepared<CircuitState>(
    `select state, failures, openings, reason, has_waiting as "hasWaiting", open_until as "openUntil", failing_since as "failingSince",
       probe_delivery_id as "probeDeliveryId" from webhook_circuits where webhook_id = $1`,
    [uuidOf('Webhook', webhookId)],
  );
  return rows[0] as CircuitState;
}

/** Waits until a circuit is so, and gives it back. */
export function circuitThatIs(
  app: TestApp,
  webhookId: string,
  isSo: (circuit: CircuitState) => boolean,
  limitMs?: number,
): Promise<CircuitState> {
  const ask = async () => {
    const circuit = await circuitOf(app, webhookId);
    return isSo(circuit) && circuit;
  };
  return waitFor(`a circuit that is so`, ask, limitMs);
}

/** As if the pause of an open circuit, or the patience with its probe, were over. */
export function endPause(app: TestApp, webhookId: string): Promise<unknown> {
  return app.database.query(
    `update webhook_circuits set open_until = now() where webhook_id = $1 and state <> 'CLOSED'`,
    [uuidOf('Webhook', webhookId)],
  );
}

/** A pause that does not end by itself, however long the machine takes. */
export function prolongPause(app: TestApp, webhookId: string): Promise<unknown> {
  return app.database.query(
    `update webhook_circuits set open_until = now() + interval '1 hour' where webhook_id = $1 and state = 'OPEN'`,
    [uuidOf('Webhook', webhookId)],
  );
}

let types = 0;

/** A webhook that gets the events of one test alone, at a path of its own. */
export async function createOwnWebhook(app: TestApp, url: string, settings: object = {}) {
  types += 1;
  const documentType = `Type ${types}`;
  const path = `/hook/${types}`;
  const webhook = await createTestWebhook(app, new URL(path, url).href, { documentType, ...settings });
  /** One event for each of these documents, in this order. */
  const publishFor = async (references: readonly string[], data: (n: number) => object = (n) => ({ n })) => {
    for (let from = 0; from < references.length; from += 500) {
      const part = references.slice(from, from + 500);
      await publish(
        app,
        part.map((reference, n) => invoice(reference, { documentType, data: data(from + n) })),
      );
    }
  };
  const publishMany = (count: number) => publishFor(Array.from({ length: count }, (_, n) => `INV-${n}`));
  return { ...webhook, path, documentType, publishFor, publishMany };
}

/** How many open deliveries of a webhook wait for this. */
export async function waitingFor(app: TestApp, webhookId: string, waitsFor: string): Promise<number> {
  const [row] = await app.database.prepared<{ n: number }>(
    `select count(*)::int as n from deliveries where webhook_id = $1 and waits_for = $2`,
    [uuidOf('Webhook', webhookId), waitsFor],
  );
  return row?.n ?? -1;
}
