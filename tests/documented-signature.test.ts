// The request that docs/receiving.md shows, and its ways to verify it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';

const page = readFileSync(join(__dirname, '../docs/receiving.md'), 'utf8');
const [, headers = '', body = ''] = /```http\nPOST .+\n([\s\S]+?)\n\n(.+)\n```/.exec(page) ?? [];
const header = (name: string) => new RegExp(`^${name}: (.+)$`, 'm').exec(headers)?.[1] ?? '';
const secret = /was signed with `(whsec_[^`]+)`/.exec(page)?.[1] ?? '';
const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(header) as [
  string,
  string,
  string,
];

test('its signature is that of the secret which the page gives', () => {
  expect(signature).toMatch(/^v1,/);
  expect(new Webhook(secret).sign(id, new Date(Number(timestamp) * 1000), body)).toBe(signature);
});

test('the commands of the shell print it', () => {
  const [, commands = ''] = /In a shell[\s\S]+?```sh\n([\s\S]+?)```/.exec(page) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'hookledger-signature-'));
  try {
    writeFileSync(join(folder, 'body.json'), body);
    const env = { PATH: process.env.PATH, WEBHOOK_SECRET: secret, ID: id, TIMESTAMP: timestamp };
    const printed = execFileSync('sh', ['-c', commands], { cwd: folder, env, encoding: 'utf8' });
    expect(`v1,${printed.trim()}`).toBe(signature);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
