import type { TestApp } from '../../support/app';
import { askMutation, mutate } from '../../support/mutate';
import { createTestWebhook } from '../../support/webhooks';

export const URL = 'https://partner.example/hook';

const IMPORTED = `plan webhooks { name action changes { setting before after } unusedSecrets secretMissing secret publicKey
  frappeSecret token address webhook { id name version status } }`;

/** The text of the file of these webhooks. */
export async function exportedText(app: TestApp, where?: object): Promise<string> {
  const { file, userErrors } = await mutate(
    app,
    'exportWebhooks',
    where ? { where } : {},
    'file { text sha256 webhookCount }',
  );
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  return file.text;
}

/** The webhooks of such a file. */
export async function exported(app: TestApp, where?: object) {
  return JSON.parse(await exportedText(app, where)).webhooks;
}

export const documentOf = (...webhooks: unknown[]) =>
  JSON.stringify({ format: 'hookledger/webhooks', formatVersion: 1, webhooks });

/** @param document text, or the webhooks of one */
export async function importFile(app: TestApp, document: string | unknown[], more: object = {}) {
  const text = typeof document === 'string' ? document : documentOf(...document);
  return mutate(app, 'importWebhooks', { document: text, ...more }, IMPORTED);
}

export const plan = (app: TestApp, document: string | unknown[], more: object = {}) =>
  importFile(app, document, { dryRun: true, ...more });

/** The whole answer, for a caller who may be refused. */
export const askImport = (app: TestApp, document: string, key: string) =>
  askMutation(app, 'importWebhooks', { document }, 'plan', key);

let made = 0;

/** A webhook with a name of its own. */
export async function namedWebhook(app: TestApp, settings: object = {}) {
  const name = `Webhook ${++made}`;
  const { id } = await createTestWebhook(app, URL, { name, ...settings });
  return { id, name };
}

/** Everything that an import could change. */
export async function stored(app: TestApp) {
  return app.database.query(
    `select (select jsonb_agg(to_jsonb(w) order by id) from webhooks w) as webhooks,
       (select count(*)::int from webhook_versions) as versions, (select count(*)::int from webhook_secrets) as secrets,
       (select count(*)::int from webhook_credentials) as credentials, (select count(*)::int from incoming_tokens) as tokens,
       (select count(*)::int from users) as users,
       (select count(*)::int from audit_entries where action like 'webhook.%' and action <> 'webhook.exported') as entries`,
  );
}

interface Fault {
  field: string[];
  code: string;
  message: string;
}

/** Each fault as its code and the path of its field. */
export const shown = (faults: Fault[]) => faults.map(({ field, code }) => `${code} ${field.join('.')}`);
