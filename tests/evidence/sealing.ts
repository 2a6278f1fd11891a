// An application whose webhook has delivered, and its evidence.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestApp } from '../support/app';
import { waitFor } from '../support/wait-for';

export interface Evidence {
  state: string;
  sealedAt: string | null;
  leafIndex: number | null;
  treeSize: number | null;
  leafHash: string | null;
  proof: string | null;
}

export async function evidenceOf(app: TestApp, id: string): Promise<Evidence> {
  const { data } = await app.ask(
    `query ($id: ID!) { webhookRequestLog(id: $id) { evidence { state sealedAt leafIndex treeSize leafHash proof } } }`,
    { id },
  );
  return data.webhookRequestLog.evidence;
}

/** The ids of all finished requests, once a signed head contains them, oldest first. */
export async function sealedRequests(app: TestApp, count: number): Promise<string[]> {
  return waitFor('sealed requests', async () => {
    const { data, errors } = await app.ask('{ webhookRequestLogs(last: 100) { nodes { id evidence { state } } } }');
    if (errors) throw new Error(JSON.stringify(errors));
    const sealed = data.webhookRequestLogs.nodes.filter(
      (node: { evidence: Evidence }) => node.evidence.state === 'SEALED',
    );
    return sealed.length >= count ? sealed.map((node: { id: string }) => node.id) : null;
  });
}

export const EXPORT = `mutation ($input: ExportEvidenceInput!) {
  exportEvidence(input: $input) { bundle { text sha256 rows } userErrors { field code message } }
}`;

export interface Verdict {
  code: number;
  output: string;
}

const VERIFIER = join(__dirname, '../../src/evidence/verify-evidence.mjs');
const run = promisify(execFile);

/** Runs the verifier in an empty folder, without the environment of this process. */
export async function verify(text: string, options: string[], others: Record<string, string> = {}): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'hookledger-verify-'));
  try {
    await writeFile(join(folder, 'bundle.json'), text);
    for (const [name, content] of Object.entries(others)) await writeFile(join(folder, name), content);
    const { stdout } = await run(process.execPath, [VERIFIER, 'bundle.json', ...options], { cwd: folder, env: {} });
    return { code: 0, output: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  } finally {
    await rm(folder, { recursive: true });
  }
}
