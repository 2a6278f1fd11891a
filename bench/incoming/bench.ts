// What every figure works with.
import { randomBytes } from 'node:crypto';
import { type Api, connectApi } from '../api';
import { createInstallation, type Installation } from '../installation';
import type { ServerProcess } from '../server-process';
import { type LoadProcess, startLoadProcess, type Target } from './load';
import { createTally, type Tally } from './tally';

export interface Bench {
  installation: Installation;
  processes: { api: ServerProcess; worker: ServerProcess };
  load: LoadProcess;
  /** Calls that are right, of one partner. */
  partner: Target;
  partnerId: string;
  /** Calls with signatures that are wrong, at the address of another. */
  forger: Target;
  forgedId: string;
  tally: Tally;
}

type Stop = () => Promise<unknown>;

/** @param stops how to end each part, the last one first; filled as the parts start, also when one of them fails */
export async function startBench(stops: Stop[]): Promise<Bench> {
  const load = startLoadProcess();
  stops.push(load.stop);
  const installation = await createInstallation();
  stops.push(installation.stop);
  const processes = { api: await installation.start('api'), worker: await installation.start('worker,indexer') };
  const api = connectApi(processes.api.url as string, installation.adminKey);
  stops.push(async () => api.close());
  const partner = await createAgreement(api, 'Bank');
  const forged = await createAgreement(api, 'Shop');
  return {
    installation,
    processes,
    load,
    partner: { url: partner.address, key: partner.secret.slice('whsec_'.length), status: 200 },
    partnerId: partner.id,
    forger: { url: forged.address, key: randomBytes(32).toString('base64'), status: 401 },
    forgedId: forged.id,
    tally: createTally(),
  };
}

interface Made {
  webhook: { id: string } | null;
  address: string;
  secret: string;
}

/** Standard Webhooks; calls become business events. @returns `id` as the database has it */
async function createAgreement(api: Api, name: string) {
  const { createWebhook: made } = await api.ask<{ createWebhook: Made }>(
    `mutation ($input: CreateWebhookInput!) {
       createWebhook(input: $input) { webhook { id } address secret userErrors { message } } }`,
    { input: { name, direction: 'INCOMING', provider: 'STANDARD_WEBHOOKS', documentType: `Call of ${name}` } },
  );
  if (!made.webhook) throw new Error(`no webhook was made: ${JSON.stringify(made)}`);
  return { ...made, id: made.webhook.id.slice('whk_'.length) };
}
