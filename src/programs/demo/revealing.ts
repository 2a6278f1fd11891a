// A support agent sees a masked row, reveals it with a reason, and the audit trail has both the agent and the reason.
import { currentMs } from '../../clock';
import { type Client, createClient } from './client';
import { shortJson } from './short-json';

export interface Revealing {
  masked: string;
  revealed: string;
  entry: string;
}

const REASON = 'Ticket 4711: the customer asks what was sent';
const HIDDEN = '***';

/** @throws Error if the row is not masked, or its reveal has no entry in the trail */
export async function revealToSupport(client: Client, url: string, document: string): Promise<Revealing> {
  await allowReveal(client, 'Bookkeeping');
  const key = await supportKey(client);
  const { webhookRequestLogs } = await createClient(url, key).ask<{
    webhookRequestLogs: { nodes: { id: string; data: unknown }[] };
  }>(
    `query ($document: String!) { webhookRequestLogs(first: 1, where: { referenceDocument: { eq: $document },
      status: { eq: SUCCEEDED }, webhook: { name: { eq: "Bookkeeping" } } }) { nodes { id data } } }`,
    JSON.stringify({ document }),
  );
  const [row] = webhookRequestLogs.nodes;
  if (!row || !JSON.stringify(row.data).includes(HIDDEN)) throw new Error('the row is not masked from SUPPORT');
  const revealed = await reveal(url, key, row.id);
  const { auditEntries } = await client.ask<{ auditEntries: { nodes: object[] } }>(
    `query ($id: ID!) { auditEntries(first: 1, where: { subjectId: { eq: $id }, action: { eq: "content.revealed" } }) {
      nodes { createdAt action reason details actor { name } } } }`,
    JSON.stringify({ id: row.id }),
  );
  const [entry] = auditEntries.nodes;
  if (!entry) throw new Error('the reveal has no entry in the audit trail');
  return { masked: shortJson(row.data), revealed: shortJson(revealed), entry: shortJson(entry) };
}

async function allowReveal(client: Client, name: string): Promise<void> {
  const { webhooks } = await client.ask<{ webhooks: { nodes: { id: string }[] } }>(
    `query ($name: String!) { webhooks(where: { name: { eq: $name }, status: { eq: ACTIVE } }) { nodes { id } } }`,
    JSON.stringify({ name }),
  );
  for (const { id } of webhooks.nodes) {
    await client.ask(
      'mutation ($input: UpdateWebhookInput!) { updateWebhook(input: $input) { userErrors { message } } }',
      JSON.stringify({ input: { id, supportMayReveal: true } }),
    );
  }
}

async function supportKey(client: Client): Promise<string> {
  const name = `support-${currentMs()}@example.com`;
  const { createUser } = await client.ask<{ createUser: { user: { id: string } } }>(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
    JSON.stringify({ input: { name, roles: ['SUPPORT'] } }),
  );
  const { createApiKey } = await client.ask<{ createApiKey: { token: string } }>(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token } }',
    JSON.stringify({ input: { userId: createUser.user.id, label: 'demo' } }),
  );
  return createApiKey.token;
}

/** Signed in as in a browser, since a key reveals nothing. */
async function reveal(url: string, key: string, requestId: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
  const signedIn = await fetch(`${url}/auth/login`, { method: 'POST', headers, body: JSON.stringify({ apiKey: key }) });
  const [cookie = ''] = (signedIn.headers.get('set-cookie') ?? '').split(';');
  const query = `mutation ($input: RevealContentInput!) { revealContent(input: $input) {
    content { data } userErrors { message } } }`;
  const body = JSON.stringify({ query, variables: { input: { requestId, parts: ['DATA'], reason: REASON } } });
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { ...headers, cookie }, body });
  const { data, errors = [] } = (await response.json()) as {
    data?: { revealContent: { content: { data: unknown } | null; userErrors: { message: string }[] } };
    errors?: { message: string }[];
  };
  const faults = [...errors, ...(data?.revealContent.userErrors ?? [])];
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join('\n'));
  return data?.revealContent.content?.data;
}
