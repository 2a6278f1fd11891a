import { randomBytes } from 'node:crypto';
import { type App, startApp } from '../../src/app/app';
import { readConfig } from '../../src/config/config';
import { MIGRATIONS } from '../../src/database/migrations';
import { createLog } from '../../src/logging/log';
import { askAt, type LogSink } from '../support/app';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';

const ENCRYPTION_KEY = randomBytes(32).toString('base64');

type Started = App & { adminToken: string | null };

async function start(database: TestDatabase, env: Record<string, string> = {}, logTo?: LogSink): Promise<Started> {
  const config = readConfig({
    DATABASE_URL: database.servingUrl,
    MIGRATION_DATABASE_URL: database.migrationUrl,
    ENCRYPTION_KEY,
    PORT: '0',
    ...env,
  });
  let adminToken: string | null = null;
  const app = await startApp(config, createLog(logTo ? 'warn' : 'silent', logTo), (token) => {
    adminToken = token;
  });
  return { ...app, adminToken };
}

/** Runs the work with each of these databases' connections closed and the database gone afterwards. */
async function withDatabase(template: string, work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase(template);
  try {
    await work(database);
  } finally {
    await database.drop();
  }
}

test('four processes that start at once on an empty database migrate it once, make one key, and all serve', async () => {
  await withDatabase('template1', async (database) => {
    const apps = await Promise.all(Array.from({ length: 4 }, () => start(database)));
    try {
      const tokens = apps.map((app) => app.adminToken).filter((token) => token !== null);
      expect(tokens).toHaveLength(1);
      const answers = await Promise.all(
        apps.map((app) => askAt(app.url as string, '{ viewer { name } }', {}, tokens[0])),
      );
      expect(answers.map((answer) => answer.data?.viewer.name)).toEqual(Array(4).fill('Administrator'));
      const ready = await Promise.all(apps.map(async (app) => (await fetch(`${app.url}/readyz`)).status));
      expect(ready).toEqual(Array(4).fill(200));
      expect(await database.query('select count(*)::int as n from migrations')).toEqual([{ n: MIGRATIONS.length }]);
      expect(await database.query('select count(*)::int as n from users')).toEqual([{ n: 1 }]);
    } finally {
      await Promise.all(apps.map((app) => app.stop()));
    }
  });
});

test('a later start makes no key and changes nothing', async () => {
  await withDatabase('hookledger_template', async (database) => {
    const first = await start(database);
    await first.stop();
    const keys = await database.query('select * from api_keys');
    const second = await start(database);
    await second.stop();
    expect(first.adminToken).toMatch(/^hl_/);
    expect(second.adminToken).toBeNull();
    expect(await database.query('select * from api_keys')).toEqual(keys);
  });
});

test('a start without the key under which secrets are encrypted is refused, and names it', async () => {
  await withDatabase('hookledger_template', async (database) => {
    const first = await start(database);
    const input = { name: 'Partner', url: 'https://partner.example/hook' };
    await askAt(
      first.url as string,
      'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret } }',
      { input },
      first.adminToken,
    );
    await first.stop();
    const [secret] = await database.query<{ kek: string }>('select kek from webhook_secrets');
    const another = randomBytes(32).toString('base64');
    await expect(start(database, { ENCRYPTION_KEY: another })).rejects.toThrow(
      `ENCRYPTION_KEY lacks the key ${secret?.kek} under which secrets in this database are encrypted`,
    );
    await noConnectionsTo(database);

    const both = await start(database, { ENCRYPTION_KEY: `${another},${ENCRYPTION_KEY}` });
    await both.stop();
  });
});

test('a start that fails leaves nothing running', async () => {
  await withDatabase('hookledger_template', async (database) => {
    await expect(start(database, { ALLOWED_TARGET_NETWORKS: '10.0.0.0/99' })).rejects.toThrow(
      'ALLOWED_TARGET_NETWORKS',
    );
    const taken = await start(database);
    const port = new URL(taken.url as string).port;
    await expect(start(database, { PORT: port })).rejects.toThrow(`PORT: another program already listens on ${port}.`);
    await taken.stop();
    await noConnectionsTo(database);
  });
});

describe('with one login for everything', () => {
  let partner: Receiver;

  beforeAll(async () => {
    partner = await startReceiver();
  });
  beforeEach(() => {
    partner.calls.length = 0;
  });
  afterAll(() => partner.stop());

  const LOCAL = { ALLOW_HTTP_TARGETS: 'on', ALLOWED_TARGET_NETWORKS: '127.0.0.0/8' };

  /** The whole path, from a webhook that is made to an event that arrives. */
  async function expectDelivery(app: Started): Promise<void> {
    const made = await askAt(app.url as string, MAKE, { input: { name: 'P', url: partner.url } }, app.adminToken);
    expect(made.data.createWebhook.userErrors).toEqual([]);
    const event = { documentType: 'Sales Invoice', event: 'on_submit', referenceDocument: 'INV-1', data: {} };
    const published = await askAt(app.url as string, PUBLISH, { input: { events: [event] } }, app.adminToken);
    expect(published.data.publishEvents.userErrors).toEqual([]);
    await waitFor('the call', () => partner.calls.length === 1);
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  }

  const MAKE = 'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { userErrors { message } } }';
  const PUBLISH = 'mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { userErrors { message } } }';

  /** Starts with DATABASE_URL alone. @returns what it logged as a warning or worse */
  async function warningsOf(database: TestDatabase, login: string): Promise<string> {
    let warnings = '';
    const write = (line: string) => {
      warnings += line;
    };
    const env = { ...LOCAL, DATABASE_URL: login, MIGRATION_DATABASE_URL: '' };
    const app = await start(database, env, { write });
    try {
      await expectDelivery(app);
    } finally {
      await app.stop();
    }
    return warnings;
  }

  test('the owner migrates an empty database, delivers, and the log says which protection that costs', async () => {
    await withDatabase('template1', async (database) => {
      const warnings = await warningsOf(database, database.migrationUrl);
      expect(warnings).toContain('the login of DATABASE_URL, hookledger_owner, owns the tables');
      expect(warnings).toContain('set DATABASE_URL to a login that owns nothing');
      expect(warnings.trim().split('\n')).toHaveLength(1);
    });
  });

  test.each([
    { who: 'the owner', power: 'owns the tables', urlOf: (database: TestDatabase) => database.migrationUrl },
    { who: 'a superuser', power: 'is a superuser', urlOf: (database: TestDatabase) => database.superuserUrl },
  ])('$who is refused in production, and starts with ALLOW_OWNER_ROLE', async ({ power, urlOf }) => {
    await withDatabase('hookledger_template', async (database) => {
      const env = { DATABASE_URL: urlOf(database), MIGRATION_DATABASE_URL: '', NODE_ENV: 'production' };
      await expect(start(database, env)).rejects.toThrow(
        new RegExp(`^It cannot start: the login of DATABASE_URL, \\w+, ${power}, .*or set ALLOW_OWNER_ROLE=1\\.$`),
      );
      await noConnectionsTo(database);
      const app = await start(database, { ...env, ALLOW_OWNER_ROLE: '1' });
      expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
      await app.stop();
    });
  });

  test('the serving login is enough for a database that was migrated before, and nothing is to be warned of', async () => {
    await withDatabase('hookledger_template', async (database) => {
      expect(await warningsOf(database, database.servingUrl)).toBe('');
    });
  });

  test('the serving login cannot migrate an empty database, and says so', async () => {
    await withDatabase('template1', async (database) => {
      const env = { DATABASE_URL: database.servingUrl, MIGRATION_DATABASE_URL: '' };
      await expect(start(database, env)).rejects.toThrow('permission denied');
      await noConnectionsTo(database);
    });
  });
});

describe('a starter whose lock is lost', () => {
  /** Ends the connection that holds or awaits the lock of migrations, once it does nothing but this. */
  function cutLock(database: TestDatabase, state: string): Promise<boolean> {
    const sql = `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()
      and application_name = 'hookledger migrate lock' and ${state}`;
    return waitFor('the starter’s lock', async () => (await database.query(sql)).length === 1);
  }

  /** Another starter that holds the lock. */
  const block = (database: TestDatabase, key: string) => database.query(`select pg_advisory_lock(${key})`);
  const unblock = (database: TestDatabase, key: string) => database.query(`select pg_advisory_unlock(${key})`);

  test('while it waits for others begins again, and leaves no connection behind', async () => {
    await withDatabase('hookledger_template', async (database) => {
      await database.query('delete from prepared_logins');
      await block(database, '4206900001');
      const starting = start(database);
      await cutLock(database, `state = 'idle' and query like 'select pg_try_advisory_lock%'`);
      await unblock(database, '4206900001');
      const app = await starting;
      expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
      await app.stop();
      await noConnectionsTo(database);
    });
  });

  test('while it works goes on, and costs its process nothing either', async () => {
    await withDatabase('hookledger_template', async (database) => {
      const partitions = `hashtext('hookledger.partitions')`;
      const [last] = await database.query<{ name: string }>(
        `select max(inhrelid::regclass::text) as name from pg_inherits where inhparent = 'request_index'::regclass`,
      );
      await database.query(`drop table ${last?.name}`);
      await block(database, partitions);
      const starting = start(database);
      await waitFor('its work to wait', async () => {
        const sql = `select 1 from pg_stat_activity where wait_event = 'advisory' and datname = current_database()`;
        return (await database.query(sql)).length === 1;
      });
      await cutLock(database, `state = 'idle'`);
      await unblock(database, partitions);
      const app = await starting;
      expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
      await app.stop();
    });
  });
});

/** A backend ends a moment after its client. */
function noConnectionsTo(database: TestDatabase): Promise<unknown> {
  return waitFor('no connection', async () => (await connectionsTo(database)) === 0);
}

/** How many others are connected. */
async function connectionsTo(database: TestDatabase): Promise<number> {
  const [row] = await database.query<{ n: number }>(
    `select count(*)::int as n from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
  );
  return row?.n ?? -1;
}
