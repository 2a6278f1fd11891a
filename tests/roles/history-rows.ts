// Rows of the audit trail and of the history of webhooks.
import { createHash } from 'node:crypto';
import type { TestApp } from '../support/app';
import { createTestWebhook } from '../support/webhooks';

const NOWHERE = 'http://127.0.0.1:9/';

export async function pausedWebhook(app: TestApp): Promise<string> {
  const { id } = await createTestWebhook(app, NOWHERE, { documentType: 'Nothing' });
  await app.ask(`mutation { pauseWebhook(input: { id: "${id}" }) { userErrors { message } } }`);
  return id;
}

export async function versionOf(app: TestApp, webhook: string): Promise<string> {
  const answer = await app.ask(`{ webhook(id: "${webhook}") { versions { nodes { id } } } }`);
  return answer.data.webhook.versions.nodes[0].id;
}

export async function entryOf(app: TestApp, subject: string): Promise<string> {
  const answer = await app.ask(`{ auditEntries(where: { subjectId: { eq: "${subject}" } }) { nodes { id } } }`);
  return answer.data.auditEntries.nodes[0].id;
}

/** That a user signed in. */
export async function entryOfSession(app: TestApp): Promise<string> {
  const answer = await app.ask(
    '{ auditEntries(where: { action: { eq: "session.started" } }, first: 1) { nodes { id } } }',
  );
  return answer.data.auditEntries.nodes[0].id;
}

/** So that the owner of the key finds an entry of their own. */
export async function recordEntryOf(app: TestApp, token: string): Promise<void> {
  await app.database.query(
    `insert into audit_entries (id, at, action, actor_id, actor_kind, details)
     select new_id(), now(), 'made.by_test', user_id, 'USER', '{"before": 1, "after": 2}' from api_keys where token_hash = $1`,
    [createHash('sha256').update(token).digest()],
  );
}
