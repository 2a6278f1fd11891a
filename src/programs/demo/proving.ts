// The end of the demo: one exchange is proven to an auditor, who has only files, and a forged byte is found.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Client } from './client';

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
    JSON.stringify({ input: { ids: [id], disclose: ['BODY', 'RESPONSE'], reason: 'Shown by the demo' } }),
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
