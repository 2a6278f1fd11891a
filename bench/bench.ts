// What every figure works with.
import { setTimeout as wait } from 'node:timers/promises';
import { type Api, connectApi } from './api';
import { createInstallation, type Installation } from './installation';
import { type Receiver, startReceiver } from './receiver-process';
import type { ServerProcess } from './server-process';
import { createTally, type Tally } from './tally';

export interface Bench {
  installation: Installation;
  receiver: Receiver;
  api: Api;
  apiProcess: ServerProcess;
  tally: Tally;
  /** The webhook that wants the invoices. */
  webhookId: string;
}

type Stop = () => Promise<unknown>;

/** @param stops how to end each part, the last one first; filled as the parts start, also when one of them fails */
export async function startBench(stops: Stop[]): Promise<Bench> {
  const receiver = await startReceiver();
  stops.push(receiver.stop);
  const installation = await createInstallation();
  stops.push(installation.stop);
  const apiProcess = await installation.start('api');
  const api = connectApi(apiProcess.url as string, installation.adminKey);
  stops.push(api.close);
  const webhookId = await createWebhook(api, `${receiver.url}/hook`, 'Sales Invoice');
  return { installation, receiver, api, apiProcess, tally: createTally(receiver), webhookId };
}

export async function createWebhook(api: Api, url: string, documentType: string): Promise<string> {
  const { createWebhook: made } = await api.ask<{ createWebhook: { webhook: { id: string } | null } }>(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } userErrors { message } } }',
    { input: { name: documentType, url, documentType } },
  );
  if (!made.webhook) throw new Error(`no webhook was made: ${JSON.stringify(made)}`);
  return made.webhook.id;
}

/** @param retrySchedule null: the default */
export async function setSchedule(api: Api, id: string, retrySchedule: number[] | null): Promise<void> {
  const query = `mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) { userErrors { message } } }`;
  const answer = await api.ask<Record<string, { userErrors: object[] }>>(query, { input: { id, retrySchedule } });
  if (answer.updateWebhook?.userErrors.length !== 0) throw new Error(`updateWebhook: ${JSON.stringify(answer)}`);
}

/** @param mutation one that needs no more than an id */
export async function changeWebhook(api: Api, mutation: 'archiveWebhook', id: string): Promise<void> {
  const query = `mutation ($id: ID!) { ${mutation}(input: { id: $id }) { userErrors { message } } }`;
  const answer = await api.ask<Record<string, { userErrors: object[] }>>(query, { id });
  if (answer[mutation]?.userErrors.length !== 0) throw new Error(`${mutation}: ${JSON.stringify(answer)}`);
}

/**
 * Waits until the receiver has as many calls as events were published. Gives up after so long without a new one: what
 * is missing then is counted as lost.
 */
export async function untilAllArrived({ tally }: Bench, stallMs = 30_000): Promise<boolean> {
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
