// The database answers, and cannot write: its disk is full, or it is read-only as after a failover.

import { useTestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { type RawAnswer, sendRaw } from '../support/raw-http';
import { waitFor } from '../support/wait-for';
import { invoice } from '../support/webhooks';

let address: string;
const lines: string[] = [];

const app = useTestApp({ LOG_LEVEL: 'info' }, { write: (line) => lines.push(line) });

beforeAll(async () => {
  ({ address } = await mutate(
    app,
    'createWebhook',
    { name: 'Bank', direction: 'INCOMING', provider: 'NONE' },
    'address',
  ));
  await app.database.query(`create function refuse_to_write() returns trigger language plpgsql as $$
    begin raise exception 'could not extend file "base/%/1259"', random() using errcode = tg_argv[0]; end $$`);
});

const MUTATIONS = [
  ['publishEvents', { events: [invoice('INV-1')] }],
  ['createWebhook', { name: 'Shop', url: 'https://shop.example/hook' }],
  ['createUser', { name: 'somebody', roles: ['AUDITOR'] }],
] as const;
const TABLES = ['business_events', 'webhooks', 'users', 'audit_entries', 'webhook_request_logs', 'payloads'];

function sendMutation(name: string, input: object): Promise<RawAnswer> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  return sendQuery(`mutation ($input: ${type}!) { ${name}(input: $input) { userErrors { message } } }`, input);
}

function sendQuery(query: string, input: object): Promise<RawAnswer> {
  return sendRaw(`${app.url}/graphql`, {
    headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` },
    body: JSON.stringify({ query, variables: { input } }),
  });
}

const callAsBank = () => sendRaw(address, { headers: { 'content-type': 'application/json' }, body: '{"type":"paid"}' });

function summaryOf({ status, headers, json }: RawAnswer): unknown[] {
  return [status, headers['retry-after'], json.errors?.[0].extensions.code, json.errors?.[0].message];
}

async function whileRefusing(code: string, work: () => Promise<void>): Promise<void> {
  for (const table of TABLES) {
    await app.database.query(`create trigger refuse before insert on ${table} for each statement
      execute function refuse_to_write('${code}')`);
  }
  try {
    await work();
  } finally {
    for (const table of TABLES) await app.database.query(`drop trigger refuse on ${table}`);
  }
}

describe.each([
  ['53100', 'has no space left on its disk'],
  ['53200', 'cannot be reached'],
  ['58030', 'cannot be reached'],
  ['25006', 'is read-only'],
])('while statements end with %s', (code, why) => {
  test('every mutation and every call of a partner is UNAVAILABLE, and says when to try again', async () => {
    await whileRefusing(code, async () => {
      const answers = await Promise.all(MUTATIONS.map(([name, input]) => sendMutation(name, input)));
      const refused = [503, '5', 'UNAVAILABLE', `The database ${why}. Try again.`];
      expect(answers.map(summaryOf)).toEqual(MUTATIONS.map(() => refused));
      const message = `The call was not recorded: the database ${why}. Send it again.`;
      expect(summaryOf(await callAsBank())).toEqual([503, '5', 'UNAVAILABLE', message]);
    });
    const [name, input] = MUTATIONS[0];
    expect((await sendMutation(name, input)).json.data).toEqual({ publishEvents: { userErrors: [] } });
    expect((await callAsBank()).status).toBe(200);
  });
});

test('two hundred refused callers are a few lines of the log, without stacks', async () => {
  lines.length = 0;
  await whileRefusing('53100', async () => {
    for (let n = 0; n < 5; n += 1) {
      await Promise.all(Array.from({ length: 20 }, () => Promise.all([sendMutation(...MUTATIONS[0]), callAsBank()])));
    }
  });
  // the loops of the worker meet the same database: each has one line a minute, with the place of the fault
  const ofCallers = lines.filter((line) => !line.includes('"loop"'));
  expect(ofCallers.filter((line) => line.includes('"stack"'))).toEqual([]);
  expect(lines.join('').length).toBeLessThan(10_000);
});

test('a database that has become read-only is named by /readyz, until it is not', async () => {
  const ready = async () => sendRaw(`${app.url}/readyz`, { method: 'GET' });
  const [{ name }] = (await app.database.query('select current_database() as name')) as [{ name: string }];
  const setReadOnly = async (value: string) => {
    await app.database.query(`alter database ${name} set default_transaction_read_only = ${value}`);
    await app.database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
  };
  expect((await ready()).json.checks).toEqual({ clock: null, database: null, migrations: null });
  await setReadOnly('on');
  await waitFor('it to be noticed', async () => (await ready()).json.checks.database === 'is read-only');
  expect((await ready()).status).toBe(503);
  expect(summaryOf(await sendMutation(...MUTATIONS[0])).slice(0, 3)).toEqual([503, '5', 'UNAVAILABLE']);
  await setReadOnly('off');
  await waitFor('it to be ready again', async () => (await ready()).status === 200);
  expect((await sendMutation(...MUTATIONS[0])).status).toBe(200);
});
