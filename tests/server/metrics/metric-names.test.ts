// What a monitor reads before anything has happened.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { DATABASE_GAUGES } from '../../../src/server/routes/database-gauges';
import { startTestApp, type TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { testWithPromtool } from './promtool';

let app: TestApp;
let text: string;

beforeAll(async () => {
  app = await startTestApp();
  text = await (await fetch(`${app.url}/metrics`)).text();
});
afterAll(() => app.stop());

const familiesOf = (exposition: string) =>
  [...exposition.matchAll(/^# TYPE (hookledger_\w+) /gm)].map(([, name]) => name as string).sort();

test.each([
  ['hookledger_attempts_total', ['SUCCEEDED', 'DNS', 'CONNECT', 'TLS', 'TIMEOUT', 'RESET', 'HTTP_STATUS', 'NOT_SENT']],
  ['hookledger_incoming_calls_total', ['ACCEPTED', 'DUPLICATE', 'UNAVAILABLE', 'BAD_SIGNATURE', 'TIMEOUT', 'RESET']],
])('%s is 0 for each outcome, so that the first fault is a rise', (metric, outcomes) => {
  const zeros = [...text.matchAll(new RegExp(`^${metric}\\{outcome="(\\w+)".*\\} 0$`, 'gm'))].map(
    ([, outcome]) => outcome,
  );
  expect(zeros).toEqual(expect.arrayContaining(outcomes));
});

test('lines of the log that were lost are counted', () => {
  expect(text).toMatch(/^# TYPE hookledger_log_lines_lost_total counter\n^hookledger_log_lines_lost_total 0$/m);
});

const describedIn = (cells: RegExp) => {
  const [, table = ''] = /^\| metric \|.*\n([\s\S]*?)\n\n/m.exec(readFileSync('docs/monitoring.md', 'utf8')) ?? [];
  const rows = table.split('\n').filter((row) => cells.test(row));
  return rows
    .flatMap((row) => [...(row.split(' | ')[0] as string).matchAll(/`(hookledger_\w+)/g)])
    .map(([, name]) => name)
    .sort();
};

test('the manual describes each metric, and no other', () => {
  expect(describedIn(/./)).toEqual(familiesOf(text));
});

test('the manual says which metrics all processes show alike, because they are read from the database', () => {
  const shared = [...DATABASE_GAUGES.map(({ name }) => name), 'hookledger_backlog', 'hookledger_backlog_bytes'];
  expect(describedIn(/^[^|]*\|[^|]*\| all \|/)).toEqual(shared.sort());
});

test('what the database takes is seen by table and month', async () => {
  const month = new Date().toISOString().slice(0, 7);
  const bytes = (table: string, of: string) =>
    Number(new RegExp(`^hookledger_table_bytes\\{table="${table}",month="${of}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
  expect(bytes('webhook_request_logs', month)).toBeGreaterThan(0);
  expect(bytes('users', '')).toBeGreaterThan(0);
  expect(bytes('webhook_request_logs', '')).toBeNaN();
});

test('the next expiry of each kind is seen', async () => {
  expect(text).not.toMatch(/^hookledger_next_expiry_seconds\{/m);
  const user = `select id from users limit 1`;
  for (const days of [30, 3]) {
    await app.database.query(
      `insert into api_keys (id, user_id, label, key_id, token_hash, created_at, expires_at)
       values (gen_random_uuid(), (${user}), 'x', 'k${days}', sha256('${days}'), now(), now() + interval '${days} days')`,
    );
  }
  const seconds = await waitFor('the key', async () => {
    const now = await (await fetch(`${app.url}/metrics`)).text();
    return /^hookledger_next_expiry_seconds\{kind="API_KEY"\} (\d+)/m.exec(now)?.[1];
  });
  expect(Number(seconds) / 86_400).toBeGreaterThan(2);
  expect(Number(seconds) / 86_400).toBeLessThanOrEqual(3);
});

testWithPromtool('promtool finds no fault in their names', () => {
  const own = text.split('\n').filter((line) => /^(# \w+ )?hookledger_/.test(line));
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: `${own.join('\n')}\n`,
    encoding: 'utf8',
  });
  expect(stdout + stderr).toBe('');
  expect(status).toBe(0);
});
