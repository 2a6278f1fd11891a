// A log of many rows: sealing them, proving one row, a bundle, and verifying all.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDataSource } from '../../src/database/data-source';
import { DELIVER, SEALING } from '../../src/database/pools';
import { seal } from '../../src/evidence/seal';
import { verifyNext } from '../../src/evidence/verifying/verify-run';
import { createKeyring } from '../../src/keyring/keyring';
import { pipelinedTransactions } from '../../src/sql/transactions';
import type { Api } from '../api';
import { startApiAlone } from '../application';
import { clockMs } from '../clock';
import { differenceOf, readCpu } from '../cost';
import { createInstallation, type Installation } from '../installation';
import { type Percentiles, percentilesOf } from '../numbers';
import { partsOf } from '../printed';
import { residentMb } from '../process-use';
import { seedLog } from './seed';

export interface SealedLog {
  sealedPerSecond: number;
  proofMs: Percentiles;
  bundleMadeSeconds: number;
  bundleVerifiedSeconds: number;
  verifyAllSeconds: number;
  /** How much the memory of the verifying process grew. */
  verifyMemoryMb: number;
  findings: number;
}

const PROOFS = 1_000;
const BUNDLE_ROWS = 1_000;
const SAMPLE_MS = 200;

export async function measureSealedLog(rows: number, stops: (() => Promise<unknown>)[]): Promise<SealedLog> {
  const installation = await createInstallation();
  stops.push(installation.stop);
  const application = await startApiAlone(installation);
  stops.push(application.stop);
  console.log(`making a log of ${rows.toLocaleString('en')} requests`);
  await seedLog(installation.sql, rows);
  const source = await createDataSource(installation.servingUrl, DELIVER).initialize();
  stops.push(() => source.destroy());
  const transaction = pipelinedTransactions(source, SEALING);
  const keyring = createKeyring([Buffer.from(installation.encryptionKey, 'base64')]);
  const sayCpu = cpuCounter(installation);
  const sealing = await secondsOf(async () => {
    while (await seal(transaction, keyring, 'bench.example.com'));
  });
  await sayCpu('sealing', rows);
  await installation.sql.query('vacuum analyze');
  const ids = await someIds(installation.sql.query.bind(installation.sql), PROOFS + BUNDLE_ROWS);
  const proofMs = await measureProofs(application.api, ids.slice(0, PROOFS));
  const bundle = await measureBundle(application.api, ids.slice(PROOFS));
  await sayCpu('proofs and bundle', PROOFS + BUNDLE_ROWS);
  const trust = { keyring, witnesses: [], authorities: [] };
  const verified = await measureVerifying(application.api, () => verifyNext(source.manager, transaction, trust));
  await sayCpu('verifying', rows);
  await application.stop();
  return { sealedPerSecond: rows / sealing, proofMs, ...bundle, ...verified };
}

/** Prints the CPU of this process and PostgreSQL since the last call: on a busy machine it is steadier than seconds. */
function cpuCounter(installation: Installation) {
  const read = () => readCpu({ installation, processes: { 'this process': process } });
  let before = read();
  return async (what: string, count: number) => {
    const each = differenceOf(await before, await read(), 1000 / count);
    before = read();
    console.log(`${what}: CPU in µs for each: ${partsOf(each, 1)}`);
  };
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = clockMs();
  await work();
  return (clockMs() - begun) / 1000;
}

type Query = (sql: string, values: unknown[]) => Promise<{ rows: { id: string }[] }>;

async function someIds(query: Query, count: number): Promise<string[]> {
  const { rows } = await query(
    `select 'req_' || replace(id::text, '-', '') as id from webhook_request_logs order by md5(id::text) limit $1`,
    [count],
  );
  return rows.map(({ id }) => id);
}

async function measureProofs(api: Api, ids: readonly string[]): Promise<Percentiles> {
  const query = 'query ($id: ID!) { webhookRequestLog(id: $id) { evidence { proof } } }';
  const times: number[] = [];
  for (const id of ids) {
    const begun = clockMs();
    const { webhookRequestLog } = await api.ask<{ webhookRequestLog: { evidence: { proof: string | null } } }>(query, {
      id,
    });
    if (webhookRequestLog.evidence.proof === null) throw new Error(`${id} is not sealed`);
    times.push(clockMs() - begun);
  }
  // without those that warm up the program
  return percentilesOf(times.slice(times.length / 10));
}

const VERIFIER = join(__dirname, '../../src/evidence/verify-evidence.mjs');
const run = promisify(execFile);

async function measureBundle(api: Api, ids: readonly string[]) {
  const query = `mutation ($input: ExportEvidenceInput!) {
    exportEvidence(input: $input) { bundle { text } userErrors { field message } } }`;
  const disclose = ['BODY', 'RESPONSE', 'URL', 'HEADERS'];
  const input = { rows: { ids }, disclose, reason: 'Benchmark of the sealed log' };
  let text = '';
  const bundleMadeSeconds = await secondsOf(async () => {
    const answer = await api.ask<{ exportEvidence: { bundle: { text: string } | null } }>(query, { input });
    if (!answer.exportEvidence.bundle) throw new Error(JSON.stringify(answer).slice(0, 500));
    text = answer.exportEvidence.bundle.text;
  });
  const { evidenceStatus } = await api.ask<{ evidenceStatus: { keys: string[] } }>('{ evidenceStatus { keys } }', {});
  const folder = await mkdtemp(join(tmpdir(), 'hookledger-bench-bundle-'));
  try {
    await writeFile(join(folder, 'bundle.json'), text);
    const args = [VERIFIER, 'bundle.json', '--key', evidenceStatus.keys[0] as string, '--json'];
    const bundleVerifiedSeconds = await secondsOf(() =>
      run(process.execPath, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }),
    );
    return { bundleMadeSeconds, bundleVerifiedSeconds };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measureVerifying(api: Api, verify: () => Promise<unknown>) {
  const order = 'mutation { verifyEvidence(input: { depth: CONTENT }) { evidenceRun { id } userErrors { message } } }';
  const { verifyEvidence } = await api.ask<{ verifyEvidence: { evidenceRun: { id: string } } }>(order, {});
  const before = (await residentMb(process.pid)) ?? 0;
  let most = before;
  const sampling = setInterval(async () => {
    most = Math.max(most, (await residentMb(process.pid)) ?? 0);
  }, SAMPLE_MS);
  const verifyAllSeconds = await secondsOf(verify).finally(() => clearInterval(sampling));
  const { evidenceRun } = await api.ask<{ evidenceRun: { status: string; findingCount: number } }>(
    'query ($id: ID!) { evidenceRun(id: $id) { status findingCount } }',
    { id: verifyEvidence.evidenceRun.id },
  );
  if (evidenceRun.status !== 'COMPLETED') throw new Error(`the verification is ${evidenceRun.status}`);
  return { verifyAllSeconds, verifyMemoryMb: most - before, findings: evidenceRun.findingCount };
}
