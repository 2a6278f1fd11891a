// What every figure works with.
import { setTimeout as wait } from 'node:timers/promises';
import type { Api } from './api';
import type { Application } from './application';
import { createInstallation, type Installation } from './installation';
import { type Receiver, startReceiver } from './receiver-process';
import { createTally, type Tally } from './tally';

/** Outlives the processes of the application. */
export interface TestBed {
  installation: Installation;
  receiver: Receiver;
  tally: Tally;
}

export interface Bench extends TestBed, Pick<Application, 'api' | 'processes'> {
  /** The webhook that wants the invoices. */
  webhookId: string;
}

type Stop = () => Promise<unknown>;

/** @param stops how to end each part, the last one first; filled as the parts start, also when one of them fails */
export async function startTestBed(stops: Stop[]): Promise<TestBed> {
  const receiver = await startReceiver();
  stops.push(receiver.stop);
  const installation = await createInstallation();
  stops.push(installation.stop);
  return { installation, receiver, tally: createTally(receiver) };
}

/** @param settings of the webhook, beside its name, URL and document type */
export async function createWebhook(api: Api, url: string, documentType: string, settings = {}): Promise<string> {
  const { createWebhook: made } = await api.ask<{ createWebhook: { webhook: { id: string } | null } }>(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } userErrors { message } } }',
    { input: { name: documentType, url, documentType, ...settings } },
  );
  if (!made.webhook) throw new Error(`no webhook was made: ${JSON.stringify(made)}`);
  return made.webhook.id;
}

/** @param retrySchedule null: the default */
export const setSchedule = (api: Api, id: string, retrySchedule: number[] | null) =>
  change(api, 'updateWebhook', { id, retrySchedule });

export const archiveWebhook = (api: Api, id: string) => change(api, 'archiveWebhook', { id });

async function change(api: Api, mutation: 'updateWebhook' | 'archiveWebhook', input: object): Promise<void> {
  const type = mutation === 'updateWebhook' ? 'UpdateWebhookInput' : 'ArchiveWebhookInput';
  const query = `mutation ($input: ${type}!) { made: ${mutation}(input: $input) { userErrors { message } } }`;
  const { made } = await api.ask<{ made: { userErrors: object[] } }>(query, { input });
  if (made.userErrors.length > 0) throw new Error(`${mutation}: ${JSON.stringify(made)}`);
}

/** Otherwise the next figure is that of the autovacuum and the checkpoint that follow a large load. */
export async function tidyUp({ installation: { sql } }: Pick<TestBed, 'installation'>): Promise<void> {
  await sql.query('vacuum analyze');
  await sql.query('checkpoint');
}

/**
 * Waits until the receiver has as many calls as events were published. Gives up after so long without a new one: what
 * is missing then is counted as lost.
 */
export async function untilAllArrived({ tally }: Pick<TestBed, 'tally'>, stallMs = 30_000): Promise<boolean> {
  let missing = tally.missing();
  for (let since = Date.now(); tally.missing() > 0; ) {
    if (Date.now() - since > stallMs) return false;
    await wait(5);
    if (tally.missing() === missing) continue;
    missing = tally.missing();
    since = Date.now();
  }
  return true;
}

/** Enough to keep every process busy, and little enough that publishing goes at the speed of delivering. */
export const UNDER_WAY = 2_000;

/** Waits until fewer than so many deliveries are under way. */
export async function untilRoom({ tally }: Pick<TestBed, 'tally'>): Promise<void> {
  while (tally.missing() >= UNDER_WAY) await wait(2);
}
