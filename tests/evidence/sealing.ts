// An application whose webhook has delivered, and its evidence.
import { fork } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestApp } from '../support/app';
import { waitFor } from '../support/wait-for';

export interface Evidence {
  status: string;
  sealedAt: string | null;
  leafIndex: number | null;
  treeSize: number | null;
  leafHash: string | null;
  proof: string | null;
}

export async function evidenceOf(app: TestApp, id: string): Promise<Evidence> {
  const { data } = await app.ask(
    `query ($id: ID!) { webhookRequestLog(id: $id) { evidence { status sealedAt leafIndex treeSize leafHash proof } } }`,
    { id },
  );
  return data.webhookRequestLog.evidence;
}

/** The ids of all finished requests, once a signed head contains them, oldest first. */
export async function sealedRequests(app: TestApp, count: number): Promise<string[]> {
  return waitFor('sealed requests', async () => {
    const { data, errors } = await app.ask('{ webhookRequestLogs(last: 100) { nodes { id evidence { status } } } }');
    if (errors) throw new Error(JSON.stringify(errors));
    const sealed = data.webhookRequestLogs.nodes.filter(
      (node: { evidence: Evidence }) => node.evidence.status === 'SEALED',
    );
    return sealed.length >= count ? sealed.map((node: { id: string }) => node.id) : null;
  });
}

export const EXPORT = `mutation ($input: ExportEvidenceInput!) {
  exportEvidence(input: $input) { bundle { text sha256 rowCount } userErrors { field code message } }
}`;

export interface Verdict {
  code: number;
  output: string;
}

const VERIFIER = join(__dirname, '../../src/evidence/verify-evidence.mjs');

/** Runs the verifier in an empty folder, without the environment of this process. */
export async function verify(text: string, options: string[], others: Record<string, string> = {}): Promise<Verdict> {
  const folder = await mkdtemp(join(tmpdir(), 'hookledger-verify-'));
  try {
    await writeFile(join(folder, 'bundle.json'), text);
    for (const [name, content] of Object.entries(others)) await writeFile(join(folder, name), content);
    return await verifierProcess().run({ verifier: VERIFIER, folder, args: ['bundle.json', ...options] });
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface VerifierProcess {
  run(what: { verifier: string; folder: string; args: string[] }): Promise<Verdict>;
  stop(): Promise<void>;
}

/** The test files of a jest worker share it. */
function verifierProcess(): VerifierProcess {
  const { ofWorker } = globalThis as unknown as { ofWorker: Map<string, VerifierProcess> };
  const shared = ofWorker.get('verifier') ?? startVerifierProcess();
  ofWorker.set('verifier', shared);
  return shared;
}

function startVerifierProcess(): VerifierProcess {
  const child = fork(join(__dirname, 'verifier/verifier-process.mjs'), { cwd: '/', env: {}, execArgv: [] });
  const running = new Map<number, (verdict: Verdict) => void>();
  child.on('message', ({ id, ...verdict }: Verdict & { id: number }) => {
    running.get(id)?.(verdict);
    running.delete(id);
  });
  child.on('exit', (code) => {
    for (const end of running.values()) end({ code: code ?? -1, output: 'the process of the verifier has ended' });
  });
  let runs = 0;
  return {
    run: (what) =>
      new Promise((resolve) => {
        runs += 1;
        running.set(runs, resolve);
        child.send({ id: runs, ...what });
      }),
    stop: async () => void child.kill(),
  };
}
