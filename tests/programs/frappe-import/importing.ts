import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestApp } from '../../support/app';

const ROOT = join(__dirname, '../../..');

/** What makes its start quick: global-setup.ts has compiled it. */
const { PATH, NODE_COMPILE_CACHE } = process.env;

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The program as an operator runs it, in a process of its own. @param env its environment */
export async function runImport(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, ['--enable-source-maps', 'dist/src/programs/frappe-import/main.js', ...args], {
    cwd: ROOT,
    env: { PATH, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = { code: null as number | null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    ended.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    ended.stderr += chunk;
  });
  [ended.code] = await once(child, 'close');
  return ended;
}

/** Into this application, as its administrator. */
export function importInto(app: TestApp, file: string, ...args: string[]): Promise<Ended> {
  return runImport([file, '--url', app.url, ...args], { API_KEY: app.adminKey });
}

const directories: string[] = [];

afterAll(async () => {
  for (const directory of directories) await rm(directory, { recursive: true });
});

/** A file with this content, in a directory of its own, which goes with the tests. */
export async function fileWith(content: string | Buffer | object): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hookledger-import-'));
  directories.push(directory);
  const path = join(directory, 'webhooks.json');
  const isRaw = typeof content === 'string' || Buffer.isBuffer(content);
  await writeFile(path, isRaw ? content : JSON.stringify(content));
  return path;
}

/** A fixture, with the partner's address in the place of partner.example.com. */
export async function fixture(name: string, partner: string): Promise<Record<string, unknown>[]> {
  const text = await readFile(join(__dirname, 'fixtures', name), 'utf8');
  return JSON.parse(text.replaceAll('https://partner.example.com', partner));
}

export interface ImportedWebhook {
  id: string;
  name: string;
  status: string;
  statusReason: string | null;
  condition: string | null;
  url: string;
  [field: string]: unknown;
}

/** All webhooks, in the order in which they were made. */
export async function webhooksOf(app: TestApp): Promise<ImportedWebhook[]> {
  const answer = await app.ask(`{ webhooks(first: 100, orderBy: { field: CREATED_AT, direction: ASC }) { nodes {
    id name status statusReason url documentType events condition method headers { name template } bodyFormat body
    fields { key fieldname } timeoutMs retrySchedule signatures credentials { kind }
  } } }`);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data.webhooks.nodes;
}

/** @throws Error unless exactly one has the name */
export function webhookNamed(webhooks: ImportedWebhook[], name: string): ImportedWebhook {
  const found = webhooks.filter((each) => each.name === name);
  if (found.length !== 1) throw new Error(`${found.length} webhooks have the name ${name}`);
  return found[0] as ImportedWebhook;
}

/** A secret from the table that the import prints. */
export function secretIn(stdout: string, name: string, scheme: string): string {
  const line = stdout.split('\n').find((each) => each.startsWith(name) && each.includes(`  ${scheme} `));
  return line?.split(/\s{2,}/).at(-1) ?? '';
}
