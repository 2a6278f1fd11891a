// Creates the planned webhooks, one after the other.
import { MAX_REASON } from '../../values/reason';
import { type Client, Refusal, type UserError } from '../api-client';
import { CommandError } from '../terminal';
import type { Plan, WebhookInput } from './plan/plan';

type Outcome = 'IMPORTED' | 'PAUSED' | 'SKIPPED' | 'REFUSED';

/** Generated secrets, which are shown only once. */
interface NewSecrets {
  secret: string | null;
  frappeSecret: string | null;
}

export interface Imported extends Plan {
  outcome: Outcome;
  secrets: NewSecrets | null;
}

/**
 * @param again create also webhooks that exist already
 * @param done called after each webhook, so that no secret is lost if the import breaks off
 */
export async function importWebhooks(
  client: Client,
  plans: readonly Plan[],
  again: boolean,
  done: (imported: Imported) => void,
): Promise<void> {
  for (const plan of plans) {
    try {
      await importOne(client, plan, again, done);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      done({ ...plan, problems: [error.message, ...plan.problems], outcome: 'REFUSED', secrets: null });
    }
  }
}

async function importOne(
  client: Client,
  plan: Plan,
  again: boolean,
  done: (imported: Imported) => void,
): Promise<void> {
  if (plan.input === null) return done({ ...plan, outcome: 'REFUSED', secrets: null });
  if (!again && (await exists(client, plan.input))) {
    const note = 'It exists already, with this name, document type and URL; --again creates another one.';
    return done({ ...plan, problems: [], pauses: [], notes: [note], outcome: 'SKIPPED', secrets: null });
  }
  const isPaused = plan.problems.length + plan.pauses.length > 0;
  // A webhook is active as soon as it is created. One that is to be paused has the condition `false` until then.
  const input = isPaused ? { ...plan.input, condition: 'false' } : plan.input;
  const { webhook, userErrors, ...secrets } = await create(client, input);
  if (webhook === null) {
    const refused = userErrors.map(({ field, message }) => `${(field ?? []).join('.')}: ${message}`);
    return done({ ...plan, problems: [...refused, ...plan.problems], outcome: 'REFUSED', secrets: null });
  }
  done({ ...plan, outcome: isPaused ? 'PAUSED' : 'IMPORTED', secrets });
  if (isPaused) await pause(client, webhook.id, plan, plan.input.condition);
}

async function exists(client: Client, { name, documentType, url }: WebhookInput): Promise<boolean> {
  const { webhooks } = await client.ask<{ webhooks: { nodes: unknown[] } }>(
    'query ($where: WebhookWhere!) { webhooks(first: 1, where: $where) { nodes { id } } }',
    {
      where: {
        name: { eq: name },
        documentType: { eq: documentType },
        url: { eq: url },
        status: { in: ['ACTIVE', 'PAUSED', 'DISABLED'] },
      },
    },
  );
  return webhooks.nodes.length > 0;
}

interface Created extends NewSecrets {
  webhook: { id: string } | null;
  userErrors: UserError[];
}

async function create(client: Client, input: WebhookInput): Promise<Created> {
  const { createWebhook } = await client.ask<{ createWebhook: Created }>(
    `mutation ($input: CreateWebhookInput!) {
      createWebhook(input: $input) { webhook { id } secret frappeSecret userErrors { field message } }
    }`,
    { input },
  );
  return createWebhook;
}

async function pause(client: Client, id: string, plan: Plan, condition: string | null): Promise<void> {
  const why = `Imported from Frappe. ${[...plan.pauses, ...plan.problems].join(' ')}`;
  const reason = why
    .replace(/[\p{Cc}\p{Cs}]/gu, ' ')
    .slice(0, MAX_REASON)
    .toWellFormed();
  try {
    await change(client, 'pauseWebhook', 'PauseWebhookInput', { id, reason });
    if (condition !== 'false') await change(client, 'updateWebhook', 'UpdateWebhookInput', { id, condition });
  } catch (error) {
    const message = (error as Error).message;
    throw new CommandError(`${plan.name} was created with the condition false, but is not ready: ${message}`);
  }
}

async function change(client: Client, mutation: string, type: string, input: object): Promise<void> {
  const answer = await client.ask<{ change: { userErrors: UserError[] } }>(
    `mutation ($input: ${type}!) { change: ${mutation}(input: $input) { userErrors { message } } }`,
    { input },
  );
  const [error] = answer.change.userErrors;
  if (error) throw new Error(error.message);
}
