// The end of the demo: one exchange is proven to an auditor, who has only files, and a forged byte is found.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { currentMs } from '../../time/clock';
import { type Client, createClient } from './partner';
import { shortJson } from './story';

const run = promisify(execFile);
/** Sealing runs every second. */
const TRIES = 60;
const TRY_MS = 250;

export interface Proof {
  /** What the verifier printed about the bundle, and about the bundle with one byte changed. */
  verified: string;
  forged: string;
}

/** @throws Error if the verifier does not accept the exchange, or accepts the forged one */
export async function proveExchange(client: Client, url: string, referenceDocument: string): Promise<Proof> {
  const id = await sealedRequest(client, referenceDocument);
  const { exportEvidence } = await client.ask<{ exportEvidence: { bundle: { text: string } } }>(
    'mutation ($input: ExportEvidenceInput!) { exportEvidence(input: $input) { bundle { text } } }',
    JSON.stringify({ input: { rows: { ids: [id] }, disclose: ['BODY', 'RESPONSE'], reason: 'Shown by the demo' } }),
  );
  const { text } = exportEvidence.bundle;
  const file = async (path: string) => (await fetch(`${url}${path}`)).text();
  const [verifier, keys] = await Promise.all([file('/evidence/verify.mjs'), file('/evidence/vkey')]);
  const vkey = keys.split('\n')[0] as string;
  const folder = await mkdtemp(join(tmpdir(), 'hookledger-auditor-'));
  try {
    await writeFile(join(folder, 'verify-evidence.mjs'), verifier);
    const verified = await verify(folder, text, vkey, 0);
    return { verified, forged: await verify(folder, forge(text), vkey, 1) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function sealedRequest(client: Client, referenceDocument: string): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const { webhookRequestLogs } = await client.ask<{
      webhookRequestLogs: { nodes: { id: string; evidence: { status: string } }[] };
    }>(
      `query ($document: String!) { webhookRequestLogs(first: 1, where: { referenceDocument: { eq: $document },
        status: { eq: SUCCEEDED } }) { nodes { id evidence { status } } } }`,
      JSON.stringify({ document: referenceDocument }),
    );
    const [request] = webhookRequestLogs.nodes;
    if (request?.evidence.status === 'SEALED') return request.id;
    await wait(TRY_MS);
  }
  throw new Error(`no request about ${referenceDocument} was sealed`);
}

async function verify(folder: string, bundle: string, vkey: string, expectedExit: number): Promise<string> {
  await writeFile(join(folder, 'bundle.json'), bundle);
  const args = ['verify-evidence.mjs', 'bundle.json', '--key', vkey];
  const ended = await run(process.execPath, args, { cwd: folder, env: {} }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  if (ended.code !== expectedExit) throw new Error(`the verifier ended with ${ended.code}: ${ended.stdout}`);
  return ended.stdout.trimEnd();
}

/** Changes one bit of the body that the partner got. */
function forge(bundle: string): string {
  return bundle.replace(/extra ([A-Za-z0-9+/=]+)/, (_, encoded: string) => {
    const extra = JSON.parse(Buffer.from(encoded, 'base64').toString()) as { parts: { body: { content: string } } };
    const body = Buffer.from(extra.parts.body.content, 'base64');
    body[0] = (body[0] as number) ^ 1;
    extra.parts.body.content = body.toString('base64');
    return `extra ${Buffer.from(JSON.stringify(extra)).toString('base64')}`;
  });
}

// A support agent sees a masked row, reveals it with a reason, and the audit trail has both the agent and the reason.

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
