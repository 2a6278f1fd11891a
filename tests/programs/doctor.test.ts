// hookledger doctor: each fault is named with its cure. The server of the tests runs without fsync, which is one fault of all runs.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { checkDisk } from '../../src/programs/doctor/check-machine';
import { type Finding, printFindings } from '../../src/programs/doctor/finding';
import { runChecks, type WhatToCheck } from '../../src/programs/doctor/run-checks';
import { atPort, startTcpProxy } from '../database/database-outage/tcp-proxy';
import { mountSmallDisk } from '../database/small-disk';
import { pem } from '../delivery/partner';
import { startTestApp, type TestApp } from '../support/app';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { runHookledger } from './run-hookledger';

const SYNC = 'synchronous_commit: It is off. A crash loses what was accepted in the last second.';
const FSYNC = 'fsync: It is off. A crash of its machine damages the database.';
const NOTHING_ELSE: WhatToCheck = { urls: [], restored: false, headFiles: [] };

let database: TestDatabase;
let env: Record<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  env = {
    DATABASE_URL: database.servingUrl,
    MIGRATION_DATABASE_URL: database.migrationUrl,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  };
});
afterAll(() => database.drop());

const textOf = ({ what, message }: Finding) => `${what}: ${message}`;

/** What is not well, but for what the server of the tests has in each run. */
async function found(more: Record<string, string> = {}, what: Partial<WhatToCheck> = {}) {
  const findings = await runChecks({ ...env, ...more }, { ...NOTHING_ELSE, ...what });
  const of = (level: Finding['level']) => findings.filter((finding) => finding.level === level).map(textOf);
  const without = (texts: string[]) =>
    texts.filter(
      (text) => ![FSYNC, SYNC].includes(text) && !/^(workers|EVIDENCE_HEAD_FILE|ERASURE_JOURNAL_FILE): /.test(text),
    );
  return { faults: without(of('fault')), warnings: without(of('warning')), well: of('ok') };
}

/** As the owner of everything, with the triggers of the tables switched off; what was changed is changed back. */
async function whileIt(does: string, undo: string, look: () => Promise<void>): Promise<void> {
  await database.query(does);
  try {
    await look();
  } finally {
    await database.query(undo);
  }
}

describe('the command', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
    await createTestWebhook(app, 'http://127.0.0.1:9/');
    await publish(app, [invoice('INV-1')]);
  });
  afterAll(() => app.stop());

  test('finds nothing beside a server that works, and ends with 1 for a fault', async () => {
    const { code, stdout, stderr } = await runHookledger(['doctor'], app.env);
    expect([code, stderr]).toEqual([1, '']);
    const levels = stdout.split('\n').filter((line) => /^(WARNING|FAULT)/.test(line));
    expect(levels).toEqual([
      expect.stringMatching(/^WARNING {2}EVIDENCE_HEAD_FILE: It is unset/),
      expect.stringMatching(/^WARNING {2}ERASURE_JOURNAL_FILE: It is unset/),
      `WARNING  ${SYNC}`,
      `FAULT    ${FSYNC}`,
    ]);
    expect(stdout).toContain('\n         alter system set fsync = on; then restart PostgreSQL.\n');
    expect(stdout).toMatch(/\nok {7}DATABASE_URL: The database at \S+ is PostgreSQL 1[5-8]\.\d+/);
    expect(stdout).toMatch(/\n1 fault, 3 warnings\.\n$/);
    for (const secret of [app.env.ENCRYPTION_KEY, app.adminKey, new URL(app.database.servingUrl).password]) {
      expect(stdout).not.toContain(secret);
    }
  });

  test('says what it takes', async () => {
    expect(await runHookledger(['doctor', '--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^hookledger doctor \[--url URL/),
    });
    expect(await runHookledger(['doctor', '--restore'], env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Unknown option '--restore'"),
    });
  });

  test('ends with 0 without a fault, such as before the first start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hookledger-doctor-'));
    expect(await runHookledger(['doctor'], {}, folder)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('has none yet: the first start makes it.'),
    });
    rmSync(folder, { recursive: true });
  });
});

describe('a database that cannot be used', () => {
  const at = (change: Partial<URL>) => Object.assign(new URL(database.servingUrl), change).href;

  test.each([
    ['is away', () => 'postgres://hookledger:x@127.0.0.1:1/hookledger', /cannot be reached: .*ECONNREFUSED/],
    ['has no such name', () => at({ pathname: '/nowhere' }), /refuses the login: .*"nowhere" does not exist/],
    ['refuses the password', () => at({ password: 'wrong' }), /refuses the login: password authentication failed/],
  ])('that %s', async (_what, url, sentence) => {
    const { faults, well } = await found({ DATABASE_URL: url() });
    expect(faults).toEqual([expect.stringMatching(/^DATABASE_URL: The database at /)]);
    expect(faults[0]).toMatch(sentence);
    // the other login is looked at all the same
    expect(well).toContainEqual(expect.stringMatching(/^MIGRATION_DATABASE_URL: .* is PostgreSQL/));
  });

  test('that is too old', async () => {
    const { port } = new URL(database.servingUrl);
    const older = createServer((client) => {
      const behind = connect(Number(port), '127.0.0.1');
      const rename = (chunk: Buffer) =>
        Buffer.from(chunk.toString('latin1').replace(/(server_version\0)\d\d/, '$114'), 'latin1');
      pipe(client, behind);
      behind.on('data', (chunk) => client.write(rename(chunk)));
    });
    const url = atPort(database.servingUrl, await listening(older));
    const { faults } = await found({ DATABASE_URL: url, MIGRATION_DATABASE_URL: '' });
    expect(faults).toEqual([
      expect.stringMatching(/^DATABASE_URL: It is PostgreSQL 14\.\d+, and Hookledger works with 15 to 18\.$/),
    ]);
    older.close();
  });

  test('that is behind a connection pooler', async () => {
    const { port } = new URL(database.servingUrl);
    const proxy = await startTcpProxy(
      () => Number(port),
      (first) => Buffer.from(first.toString('latin1').replace('application_name', 'application_nama'), 'latin1'),
    );
    const { faults } = await found({ DATABASE_URL: proxy.through(database.servingUrl), MIGRATION_DATABASE_URL: '' });
    expect(faults).toEqual([expect.stringContaining('unrecognized configuration parameter "application_nama"')]);
    await proxy.stop();
  });

  test.each([
    ['valid', 'sslmode=verify-full', []],
    [
      'expired',
      'sslmode=verify-full',
      [expect.stringMatching(/cannot be used over TLS: certificate has expired\. Renew its certificate\.$/)],
    ],
    [
      'self-signed',
      'sslmode=verify-full',
      [expect.stringMatching(/cannot be used over TLS: self-signed certificate;.* Correct sslmode or sslrootcert/)],
    ],
  ])('with a certificate that is %s', async (certificate, search, faults) => {
    const server = await startTlsInFront(certificate);
    const authority = join(__dirname, '../delivery/fixtures/ca.pem');
    const url = `${atPort(database.servingUrl, server.port)}?${search}&sslrootcert=${authority}`;
    expect((await found({ DATABASE_URL: url, MIGRATION_DATABASE_URL: '' })).faults).toEqual(faults);
    server.close();
  });

  test('that accepts no TLS', async () => {
    const url = `${atPort(database.servingUrl, Number(new URL(database.servingUrl).port))}?sslmode=verify-full`;
    expect((await found({ DATABASE_URL: url, MIGRATION_DATABASE_URL: '' })).faults).toEqual([
      expect.stringContaining('cannot be used over TLS: The server does not support SSL connections.'),
    ]);
  });
});

describe('settings and files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hookledger-doctor-'));
  });
  const disk = mountSmallDisk('hookledger-doctor-disk-');
  afterAll(() => {
    disk.remove();
    rmSync(folder, { recursive: true });
  });

  test('each wrong value is a fault of its own', async () => {
    const { faults } = await found({ PORT: 'many', ENCRYPTION_KEY: 'short', TRUSTED_PROXIE: '10.0.0.1' });
    expect(faults).toEqual([
      'PORT: "many" is not a port, 0 to 65535.',
      expect.stringMatching(/^ENCRYPTION_KEY: key 1 is 3 bytes/),
      'TRUSTED_PROXIE: there is no such setting. Name it TRUSTED_PROXIES, or remove it.',
    ]);
  });

  test('files that are not there, or are not what they should be', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, 'no policy');
    const { faults } = await found({
      TRUSTED_DOCUMENTS: file,
      EVIDENCE_POLICY_FILE: join(folder, 'nothing'),
      ALLOWED_TARGET_NETWORKS: 'intranet',
    });
    expect(faults).toEqual([
      expect.stringMatching(/^ALLOWED_TARGET_NETWORKS: /),
      expect.stringMatching(/^EVIDENCE_POLICY_FILE: ENOENT/),
      expect.stringMatching(/^TRUSTED_DOCUMENTS: /),
    ]);
  });

  test('a head file and a journal whose folder is gone, and those that do not exist yet', async () => {
    const files = (name: string) => ({
      EVIDENCE_HEAD_FILE: join(folder, name, 'head.txt'),
      ERASURE_JOURNAL_FILE: join(folder, name, 'erasures.ndjson'),
    });
    const of = async (name: string) =>
      (await runChecks({ ...env, ...files(name) }, NOTHING_ELSE))
        .filter(({ what, level }) => /^(EVIDENCE|ERASURE)/.test(what) && level !== 'ok')
        .map((finding) => `${finding.level} ${textOf(finding)}`);
    expect(await of('gone')).toEqual([
      `fault EVIDENCE_HEAD_FILE: ${folder}/gone cannot be written: ENOENT.`,
      `fault ERASURE_JOURNAL_FILE: ${folder}/gone cannot be written: ENOENT.`,
    ]);
    expect(await of('.')).toEqual([
      `warning EVIDENCE_HEAD_FILE: ${folder}/head.txt does not exist.`,
      `warning ERASURE_JOURNAL_FILE: ${folder}/erasures.ndjson does not exist.`,
    ]);
    // looking makes no journal, which would be taken for an empty one
    expect(await of('.')).toHaveLength(2);
  });

  test('START_PAUSED and UV_THREADPOOL_SIZE', async () => {
    const { warnings } = await found({ START_PAUSED: 'on', UV_THREADPOOL_SIZE: '4' });
    expect(warnings).toEqual([
      expect.stringMatching(/^UV_THREADPOOL_SIZE: It is 4/),
      expect.stringMatching(/^START_PAUSED: /),
    ]);
  });

  // only root may mount it
  (disk.isMounted ? test : test.skip)('a disk that is nearly full', async () => {
    expect(await checkDisk('disk', disk.folder)).toMatchObject([{ level: 'warning' }]);
    disk.fill();
    expect(await checkDisk('disk', disk.folder)).toMatchObject([
      { level: 'fault', message: `0 MiB are free in ${disk.folder}.` },
    ]);
  });
});

describe('in the database', () => {
  test('a login that owns the tables is a warning, in production a fault', async () => {
    const own = { DATABASE_URL: database.migrationUrl, MIGRATION_DATABASE_URL: '' };
    const powerful = expect.stringMatching(/^rights: the login of DATABASE_URL, hookledger_owner, owns the tables/);
    expect((await found(own)).warnings).toContainEqual(powerful);
    expect((await found({ ...own, NODE_ENV: 'production' })).faults).toContainEqual(powerful);
    expect((await found({ ...own, NODE_ENV: 'production', ALLOW_OWNER_ROLE: 'on' })).warnings).toContainEqual(powerful);
  });

  test('rights that are gone', async () => {
    const [revoke, grant] = ['revoke select on webhooks from hookledger', 'grant select on webhooks to hookledger'];
    await whileIt(revoke, grant, async () => {
      const { faults } = await found();
      expect(faults).toContain('rights: hookledger may not read webhooks.');
    });
    const [take, give] = ['revoke insert on replays from hookledger', 'grant insert on replays to hookledger'];
    await whileIt(take, give, async () => {
      const { warnings } = await found();
      expect(warnings).toContainEqual(expect.stringMatching(/^rights: They, or the months, are not as the last start/));
    });
  });

  test('months without tables', async () => {
    const [last] = await database.query<{ name: string }>(
      `select inhrelid::regclass::text as name from pg_inherits
       where inhparent = 'webhook_request_logs'::regclass order by inhrelid::regclass::text desc limit 1`,
    );
    await whileIt(
      `alter table ${last?.name} rename to renamed`,
      `alter table renamed rename to ${last?.name}`,
      async () => {
        const { warnings } = await found();
        expect(warnings).toContain(`months: ${last?.name} are missing, for the next month.`);
      },
    );
  });

  test('a database without tables, or made from other migrations', async () => {
    const empty = await createTestDatabase('template1');
    const { faults } = await found({ DATABASE_URL: empty.servingUrl, MIGRATION_DATABASE_URL: empty.migrationUrl });
    expect(faults).toEqual([
      expect.stringMatching(/^tables: the database at \S+ has no tables of Hookledger\. Give this command/),
    ]);
    await empty.drop();
    const rename = (from: string, to: string) =>
      `update migrations set name = replace(name, '${from}', '${to}') where name like '%request-log.sql%'`;
    await whileIt(rename('4-', '4711-'), rename('4711-', '4-'), async () => {
      expect((await found()).faults).toEqual([
        expect.stringMatching(/^tables: the database at .* was made from other migrations/),
      ]);
    });
  });

  test('a key of secrets that ENCRYPTION_KEY lacks', async () => {
    const app = await startTestApp({ PROCESSES: 'api' });
    await createTestWebhook(app, 'http://127.0.0.1:9/');
    const other = { ...app.env, ENCRYPTION_KEY: randomBytes(32).toString('base64') };
    expect((await found(other)).faults).toEqual([
      expect.stringMatching(/^ENCRYPTION_KEY: ENCRYPTION_KEY lacks the key /),
    ]);
    await app.stop();
  });

  test('a standby that is none', async () => {
    expect((await found({ DATABASE_REPLICA_URL: database.servingUrl })).faults).toEqual([
      expect.stringMatching(/^DATABASE_REPLICA_URL: It is no standby/),
    ]);
  });

  test('too few connections', async () => {
    await whileIt(
      `alter database ${database.name} connection limit 20`,
      `alter database ${database.name} connection limit -1`,
      async () => {
        const { warnings } = await found();
        expect(warnings).toEqual(['connections: A process opens up to 37 connections, and the database accepts 20.']);
      },
    );
  });
});

describe('the address of a partner', () => {
  const LOCAL = { ALLOWED_TARGET_NETWORKS: '127.0.0.0/8' };
  const addressed = async (url: string, more: Record<string, string> = LOCAL) => {
    const { faults, warnings, well } = await found(more, { urls: [url] });
    return [...faults, ...warnings, ...well].filter((text) => /^(127|nowhere|address)/.test(text));
  };

  test.each([
    ['http://127.0.0.1/', {}, /unencrypted http/],
    ['https://127.0.0.1/', {}, /127\.0\.0\.1 is .*loopback/],
    [
      'https://nowhere.invalid/hook?token=swordfish',
      LOCAL,
      /The name nowhere\.invalid (does not exist|could not be resolved)/,
    ],
    ['nonsense', LOCAL, /This is not a URL/],
    ['https://127.0.0.1:1/', LOCAL, /refused the connection: nothing listens on that port/],
  ])('%s', async (url, more, sentence) => {
    const told = await addressed(url, more as Record<string, string>);
    expect(told).toEqual([expect.stringMatching(sentence)]);
    expect(told.join()).not.toContain('swordfish');
  });

  test('its certificate: not trusted, good, and good for some days; and no request is sent', async () => {
    let requests = 0;
    const folder = mkdtempSync(join(tmpdir(), 'hookledger-doctor-tls-'));
    const [key, certificate] = ['key.pem', 'cert.pem'].map((name) => join(folder, name)) as [string, string];
    const options = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 5 -subj /CN=soon -addext subjectAltName=IP:127.0.0.1`;
    execFileSync('openssl', [...options.split(' '), '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const soon = createHttpsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, () => {
      requests += 1;
    });
    const valid = createHttpsServer({ key: pem('key'), cert: pem('valid') }, () => {
      requests += 1;
    });
    const [soonPort, validPort] = [await listening(soon), await listening(valid)];
    expect(await addressed(`https://127.0.0.1:${validPort}/`)).toEqual([
      expect.stringContaining('not signed by a trusted authority'),
    ]);
    const trusted = join(folder, 'trusted.pem');
    writeFileSync(trusted, `${pem('ca')}\n${readFileSync(certificate)}`);
    const urls = [validPort, soonPort].flatMap((port) => ['--url', `https://127.0.0.1:${port}/`]);
    const { stdout } = await runHookledger(['doctor', ...urls], { ...env, ...LOCAL, NODE_EXTRA_CA_CERTS: trusted });
    expect(stdout).toContain(
      `127.0.0.1:${validPort}: 127.0.0.1 (127.0.0.1) accepts connections at port ${validPort}, with TLSv1.3.`,
    );
    expect(stdout).toMatch(
      new RegExp(`WARNING {2}127.0.0.1:${soonPort}: The certificate of 127.0.0.1 expires in [45] days`),
    );
    expect(requests).toBe(0);
    for (const server of [soon, valid]) server.close();
    rmSync(folder, { recursive: true });
  });
});

test('the worst is printed last', () => {
  const finding = (what: string, level: Finding['level']) => ({ what, level, message: 'It is so.', cure: null });
  const text = printFindings([finding('a', 'fault'), finding('b', 'ok'), finding('c', 'warning')]);
  expect(text.match(/[abc](?=: It)/g)).toEqual(['b', 'c', 'a']);
  expect(text.endsWith('\n1 fault, 1 warning.\n')).toBe(true);
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function pipe(client: Socket, behind: Socket): void {
  client.on('data', (chunk) => behind.write(chunk)).on('close', () => behind.destroy());
  behind.on('close', () => client.destroy());
  for (const socket of [client, behind]) socket.on('error', () => socket.destroy());
}

/** PostgreSQL with TLS: the one of the tests has none. */
async function startTlsInFront(certificate: string): Promise<{ port: number; close(): void }> {
  const secureContext = createSecureContext({ key: pem('key'), cert: pem(certificate) });
  const { port } = new URL(database.servingUrl);
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    client.once('data', () => {
      client.write('S');
      const encrypted = new TLSSocket(client, { isServer: true, secureContext });
      const behind = connect(Number(port), '127.0.0.1');
      pipe(encrypted, behind);
      behind.on('data', (chunk) => encrypted.write(chunk));
    });
  });
  const own = await listening(server);
  return { port: own, close: () => server.close() };
}
