import { uuidOf } from '../../src/values/ids';
import type { TestApp } from '../support/app';
import { CHANGES_RECORDED } from '../support/changes-recorded';

export const URL = 'https://partner.example/hooks';
const FIELDS = `id name direction status statusReason url documentType events retrySchedule timeoutMs owner { name }
  createdAt updatedAt`;

export type Mutation = 'createWebhook' | 'updateWebhook' | 'pauseWebhook' | 'resumeWebhook' | 'archiveWebhook';

/** Runs a mutation on one webhook. @returns its payload @throws Error with the code of a top-level error */
export async function change(app: TestApp, mutation: Mutation, input: object, key?: string) {
  const type = mutation.charAt(0).toUpperCase() + mutation.slice(1);
  const secret = mutation === 'createWebhook' ? 'secret' : '';
  const { data, errors } = await app.ask(
    `mutation ($input: ${type}Input!) {
      ${mutation}(input: $input) { webhook { ${FIELDS} } ${secret} userErrors { field code message } }
    }`,
    { input },
    key,
  );
  if (errors) throw new Error(errors.map(({ extensions, message }) => `${extensions.code}: ${message}`).join('; '));
  return data[mutation];
}

export async function readWebhook(app: TestApp, id: string) {
  return (await app.ask(`query ($id: ID!) { webhook(id: $id) { ${FIELDS} } }`, { id })).data.webhook;
}

/** What the audit trail says was done to it, in order. */
export async function auditTrailOf(app: TestApp, id: string): Promise<string[]> {
  const rows = await app.database.query<{ action: string }>(
    'select action from audit_entries where subject_id = $1 order by id',
    [uuidOf('Webhook', id)],
  );
  return rows.map((row) => row.action);
}

/** How many rows a refused mutation might have left behind. */
export async function rowCounts(app: TestApp) {
  const [row] = await app.database.query(
    `select (select count(*) from webhooks) as webhooks, (select count(*) from webhook_secrets) as secrets,
       ${CHANGES_RECORDED} as audited`,
  );
  return row;
}
