import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os, { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startApp } from '../src/app/app';
import { targetPolicyOf } from '../src/app/target-policy';
import { ConfigError, readConfig } from '../src/config';
import { createLog } from '../src/log';
import { checkTargetUrl } from '../src/webhooks/request/target-url';

const ENCRYPTION_KEY = randomBytes(32).toString('base64');
const DATABASE = { DATABASE_URL: 'postgres://hookledger:hunter2@db.example.com/ledger', ENCRYPTION_KEY };

/** What is wrong with this environment, one line a key. */
function problemsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** The keys that readConfig() asks for. */
function keysRead(): Set<string> {
  const keys = new Set<string>();
  const env = new Proxy<Record<string, string>>({}, { get: (_env, key) => void keys.add(String(key)) });
  readConfig(env);
  return keys;
}

describe('with an empty environment', () => {
  test('everything has a default that works on a bare machine', () => {
    expect(readConfig({})).toEqual({
      port: 4000,
      host: '127.0.0.1',
      databaseUrl: null,
      migrationDatabaseUrl: null,
      databaseReplicaUrl: null,
      databaseWaitSeconds: 60,
      dataDir: resolve('.data'),
      processes: new Set(['api', 'worker']),
      adminApiKey: null,
      encryptionKeys: [],
      allowedTargetNetworks: [],
      blockedTargetNetworks: [],
      allowedTargetPorts: null,
      allowHttpTargets: false,
      corsOrigins: [],
      trustedProxies: [],
      clientCertHeader: null,
      publicUrl: null,
      trustedDocuments: null,
      trustedDocumentsOnly: false,
      rateLimits: {
        costPerMinute: 1_000_000,
        requestsPerSecond: 1_000,
        requestsAtOnce: 32,
        wrongKeysPerMinute: 120,
      },
      readPlans: true,
      logLevel: 'info',
      production: false,
    });
  });

  test('a value of blanks is as good as none', () => {
    const blank = Object.fromEntries([...keysRead()].map((key) => [key, '  ']));
    expect(readConfig(blank)).toEqual(readConfig({}));
  });
});

test('what is set is read', () => {
  const second = randomBytes(32);
  const config = readConfig({
    PORT: '0',
    HOST: '::1',
    DATABASE_URL: 'postgres://hookledger:a@db.example.com:5433/ledger?sslmode=require',
    MIGRATION_DATABASE_URL: 'postgresql://owner:b@db.example.com/ledger',
    DATABASE_REPLICA_URL: 'postgres://hookledger:a@standby.example.com/ledger',
    DATABASE_WAIT_SECONDS: '0',
    DATA_DIR: '/srv/hookledger',
    PROCESSES: ' worker , api ',
    ADMIN_API_KEY: 'a-key-that-is-hard-to-guess',
    ENCRYPTION_KEY: `${ENCRYPTION_KEY}, ${second.toString('base64')}`,
    ALLOWED_TARGET_NETWORKS: '10.1.0.0/16, fd00::/8',
    BLOCKED_TARGET_NETWORKS: '10.1.9.0/24',
    ALLOWED_TARGET_PORTS: '443, 8443',
    ALLOW_HTTP_TARGETS: 'ON',
    CORS_ORIGINS: 'https://dashboard.example.com,http://localhost:5173',
    TRUSTED_PROXIES: '10.0.0.2, 10.9.0.0/16,fd00::/8',
    CLIENT_CERT_HEADER: 'X-Client-Cert',
    PUBLIC_URL: 'https://hooks.example.com/in-front/',
    TRUSTED_DOCUMENTS: 'trusted.json',
    RATE_LIMIT_COST_PER_MINUTE: '5000',
    RATE_LIMIT_REQUESTS_PER_SECOND: '0',
    RATE_LIMIT_REQUESTS_AT_ONCE: '4',
    RATE_LIMIT_WRONG_KEYS_PER_MINUTE: '999999999',
    READ_PLANS: 'off',
    LOG_LEVEL: 'debug',
    NODE_ENV: 'production',
  });
  expect(config).toEqual({
    port: 0,
    host: '::1',
    databaseUrl: 'postgres://hookledger:a@db.example.com:5433/ledger?sslmode=require',
    migrationDatabaseUrl: 'postgresql://owner:b@db.example.com/ledger',
    databaseReplicaUrl: 'postgres://hookledger:a@standby.example.com/ledger',
    databaseWaitSeconds: 0,
    dataDir: '/srv/hookledger',
    processes: new Set(['worker', 'api']),
    adminApiKey: 'a-key-that-is-hard-to-guess',
    encryptionKeys: [Buffer.from(ENCRYPTION_KEY, 'base64'), second],
    allowedTargetNetworks: ['10.1.0.0/16', 'fd00::/8'],
    blockedTargetNetworks: ['10.1.9.0/24'],
    allowedTargetPorts: new Set([443, 8443]),
    allowHttpTargets: true,
    corsOrigins: ['https://dashboard.example.com', 'http://localhost:5173'],
    trustedProxies: ['10.0.0.2', '10.9.0.0/16', 'fd00::/8'],
    clientCertHeader: 'x-client-cert',
    publicUrl: 'https://hooks.example.com/in-front',
    trustedDocuments: 'trusted.json',
    trustedDocumentsOnly: true,
    rateLimits: { costPerMinute: 5_000, requestsPerSecond: 0, requestsAtOnce: 4, wrongKeysPerMinute: 999_999_999 },
    readPlans: false,
    logLevel: 'debug',
    production: true,
  });
});

test('a worker listens only where PORT is set', () => {
  expect(readConfig({ PROCESSES: 'worker' }).port).toBeNull();
  expect(readConfig({ PROCESSES: 'worker', PORT: '9100' }).port).toBe(9100);
});

describe('a value that cannot work is refused, and the message names the key, the value, and what would be right', () => {
  test.each([
    ['DATABASE_WAIT_SECONDS', '1.5', '"1.5" is not a whole number of seconds, 0 to 99999.'],
    ['PORT', '65536', '"65536" is not a port, 0 to 65535.'],
    ['PORT', '-1', '"-1" is not a port, 0 to 65535.'],
    ['PORT', '4000.5', '"4000.5" is not a port, 0 to 65535.'],
    ['PORT', 'http', '"http" is not a port, 0 to 65535.'],
    ['HOST', 'http://localhost', '"http://localhost" is neither an IP address nor a host name, such as 127.0.0.1'],
    ['HOST', '[::1]', '"[::1]" is neither an IP address nor a host name'],
    ['HOST', '127.0.0.1:4000', '"127.0.0.1:4000" is neither an IP address nor a host name'],
    ['HOST', '256.0.0.1', '"256.0.0.1" is neither an IP address nor a host name'],
    ['PROCESSES', 'api,scheduler', '"scheduler" is not a process: api, worker, or api,worker.'],
    ['PROCESSES', ',', '"," is not a process: api, worker, or api,worker.'],
    ['ALLOW_HTTP_TARGETS', 'maybe', '"maybe" is neither on nor off.'],
    ['CLIENT_CERT_HEADER', 'X Client', '"X Client" is not the name of a header, such as X-Client-Cert.'],
    ['PUBLIC_URL', 'hooks.example.com', '"hooks.example.com" is not an address such as https://hooks.example.com'],
    ['PUBLIC_URL', 'https://a.example/?x=1', '"https://a.example/?x=1" is not an address such as'],
    ['CORS_ORIGINS', '*', '"*" is not an origin such as https://dashboard.example.com'],
    ['CORS_ORIGINS', 'https://a.example,https://b.example/', '"https://b.example/" is not an origin such as'],
    ['TRUSTED_PROXIES', '10.0.0.2,proxy', '"proxy" is neither an IP address nor a network in CIDR form, such as'],
    ['TRUSTED_PROXIES', '10.0.0.0/33', '"10.0.0.0/33" is neither an IP address nor a network in CIDR form'],
    ['TRUSTED_PROXIES', '0.0.0.0/0', '"0.0.0.0/0" is neither an IP address nor a network in CIDR form'],
    ['RATE_LIMIT_COST_PER_MINUTE', '-1', '"-1" is not a whole number, 0 (no limit) to 999999999.'],
    ['RATE_LIMIT_REQUESTS_PER_SECOND', '1.5', '"1.5" is not a whole number, 0 (no limit) to 999999999.'],
    ['RATE_LIMIT_REQUESTS_AT_ONCE', 'many', '"many" is not a whole number, 0 (no limit) to 999999999.'],
    ['RATE_LIMIT_WRONG_KEYS_PER_MINUTE', '1000000000', '"1000000000" is not a whole number'],
    ['TRUSTED_DOCUMENTS_ONLY', 'perhaps', '"perhaps" is neither on nor off.'],
    ['CLIENT_CERT_HEADER', 'X-Client-Cert', 'is set, but TRUSTED_PROXIES is not: name the proxies'],
    ['TRUSTED_DOCUMENTS_ONLY', 'on', 'is on, but TRUSTED_DOCUMENTS names no file: every query would be refused.'],
    ['ALLOWED_TARGET_PORTS', '443,https', '"https" is not a port'],
    ['ALLOWED_TARGET_PORTS', '0', '"0" names no ports, such as 443,8443.'],
    ['LOG_LEVEL', 'loud', '"loud" is not one of fatal, error, warn, info, debug, trace, silent.'],
  ])('%s=%s', (key, value, message) => {
    expect(problemsOf({ [key]: value })).toEqual([expect.stringContaining(`${key}: ${message}`)]);
  });

  test.each(['10.1.0.0/33', 'intranet', '10.1.0.0/16/8'])(
    'ALLOWED_TARGET_NETWORKS and BLOCKED_TARGET_NETWORKS=%s, before anything is started',
    async (value) => {
      // nothing listens at this address: it would be another error, had anything been tried
      const env = {
        ...DATABASE,
        DATABASE_URL: 'postgres://hookledger@127.0.0.1:1/ledger',
        ALLOWED_TARGET_NETWORKS: value,
        BLOCKED_TARGET_NETWORKS: value,
      };
      const start = startApp(readConfig(env), createLog('silent'));
      await expect(start).rejects.toBeInstanceOf(ConfigError);
      for (const key of ['ALLOWED_TARGET_NETWORKS', 'BLOCKED_TARGET_NETWORKS']) {
        await expect(start).rejects.toThrow(`${key}: "${value}" is not a network: write it like 10.0.0.0/8`);
      }
    },
  );

  test('all at once: one start tells of every bad key', () => {
    const problems = problemsOf({ PORT: 'x', LOG_LEVEL: 'y', ALLOW_HTTP_TARGETS: 'z', NODE_ENV: 'production' });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'PORT',
      'ALLOW_HTTP_TARGETS',
      'LOG_LEVEL',
      'DATABASE_URL',
    ]);
  });
});

describe('a secret value is refused without being repeated', () => {
  const SECRET = 'hunter2';

  test.each(['DATABASE_URL', 'MIGRATION_DATABASE_URL'])('%s', (key) => {
    for (const value of [
      `mysql://user:${SECRET}@db.example.com/ledger`,
      `postgres://user:${SECRET}@db.example.com`,
      `postgres://user:${SECRET}@db.example.com/`,
      `user:${SECRET}@db.example.com/ledger`,
      `postgres://user:${SECRET}@db.example.com:port/ledger`,
    ]) {
      const [problem, ...more] = problemsOf({ ...DATABASE, [key]: value });
      expect(problem).toBe(`${key}: is not postgres://user:password@host:port/database.`);
      expect(more).toEqual([]);
    }
  });

  test.each([
    ['too short', SECRET],
    ['too long', SECRET.repeat(40)],
    ['with a space', `${SECRET} ${SECRET} ${SECRET} ${SECRET}`],
    ['not ASCII', `${SECRET}-${SECRET}-${SECRET}-ä`],
  ])('ADMIN_API_KEY, %s', (_what, value) => {
    const problems = problemsOf({ ADMIN_API_KEY: value });
    expect(problems).toEqual([
      'ADMIN_API_KEY: must be 24 to 200 visible ASCII characters without spaces, and hard to guess.',
    ]);
  });

  test('ENCRYPTION_KEY, which says which key of the list it is, and how to make one', () => {
    const short = Buffer.from(SECRET).toString('base64');
    expect(problemsOf({ ENCRYPTION_KEY: `${ENCRYPTION_KEY},${short}` })).toEqual([
      'ENCRYPTION_KEY: key 2 is 7 bytes, not 32 bytes in base64: `openssl rand -base64 32`.',
    ]);
    const hex = randomBytes(32).toString('hex');
    expect(problemsOf({ ENCRYPTION_KEY: hex })).toEqual([expect.stringContaining('key 1 is 48 bytes, not 32')]);
  });
});

describe('values that cannot work together are refused', () => {
  test('NODE_ENV=production without a database of one’s own', () => {
    expect(problemsOf({ NODE_ENV: 'production', ENCRYPTION_KEY })).toEqual([
      'DATABASE_URL: unset, and embedded Postgres never runs with NODE_ENV=production. Name your database.',
    ]);
    expect(problemsOf({ NODE_ENV: 'production', ...DATABASE })).toEqual([]);
  });

  test.each([undefined, '', ','])('DATABASE_URL with ENCRYPTION_KEY=%s', (value) => {
    const { DATABASE_URL } = DATABASE;
    expect(problemsOf({ DATABASE_URL, ...(value !== undefined && { ENCRYPTION_KEY: value }) })).toEqual([
      'ENCRYPTION_KEY: unset. With DATABASE_URL it must be given: `openssl rand -base64 32` makes one.',
    ]);
  });

  test('MIGRATION_DATABASE_URL without DATABASE_URL', () => {
    expect(problemsOf({ MIGRATION_DATABASE_URL: DATABASE.DATABASE_URL })).toEqual([
      'MIGRATION_DATABASE_URL: is set without DATABASE_URL, the login that serves requests.',
    ]);
  });
});

describe('.env.example', () => {
  const lines = readFileSync(join(__dirname, '../.env.example'), 'utf8').split('\n');
  const entries = lines.flatMap((line, index) => {
    const match = /^(# )?([A-Z][A-Z_]*)=(.*)$/.exec(line);
    return match
      ? [{ key: match[2] as string, isSet: !match[1], value: match[3] as string, above: lines[index - 1] }]
      : [];
  });

  test('names exactly the keys that are read, each with a sentence', () => {
    const read = keysRead();
    expect(read.delete('NODE_ENV')).toBe(true); // Node's own word, which whoever deploys sets elsewhere
    expect(entries.map(({ key }) => key).sort()).toEqual([...read].sort());
    for (const { above } of entries) expect(above).toMatch(/^# .*\.$/);
  });

  test('copied as it stands, says what the defaults say', () => {
    const env = Object.fromEntries(entries.filter(({ isSet }) => isSet).map(({ key, value }) => [key, value]));
    expect(readConfig(env)).toEqual(readConfig({}));
  });

  test('shows values that would be taken', () => {
    const shown = entries.filter(({ value }) => value !== '').map(({ key, value }) => [key, value]);
    expect(problemsOf({ ...Object.fromEntries(shown), ENCRYPTION_KEY })).toEqual([]);
  });
});

describe('the program', () => {
  const root = join(__dirname, '..');
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hookledger-config-'));
    writeFileSync(join(folder, '.env'), 'PORT=from-the-file\nLOG_LEVEL=loud\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('reads .env, lets the environment win, and ends with the message alone', async () => {
    const args = ['--enable-source-maps', join(root, 'dist/src/main.js')];
    const options = {
      cwd: folder,
      env: { PATH: process.env.PATH, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json'), PORT: 'from-outside' },
    };
    const ended = await new Promise<{ code: unknown; stdout: string; stderr: string }>((done) => {
      execFile(process.execPath, args, options, (error, stdout, stderr) => done({ code: error?.code, stdout, stderr }));
    });
    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: [
        'The configuration cannot work:',
        '  PORT: "from-outside" is not a port, 0 to 65535.',
        '  LOG_LEVEL: "loud" is not one of fatal, error, warn, info, debug, trace, silent.',
        '',
      ].join('\n'),
    });
  });
});

test('webhooks are not sent to a public address of the machine itself, unless its network is allowed', () => {
  const own = '93.184.216.34';
  const face = {
    address: own,
    netmask: '255.255.255.0',
    family: 'IPv4',
    mac: '',
    internal: false,
    cidr: `${own}/24`,
  } as const;
  const interfaces = jest.spyOn(os, 'networkInterfaces').mockReturnValue({ eth0: [face] });
  const fault = (env: object, ip: string) => checkTargetUrl(`https://${ip}/`, targetPolicyOf(readConfig({ ...env })));
  try {
    expect(fault({}, own)).toContain('is an address of the machine that Hookledger runs on');
    expect([fault({}, '93.184.216.35'), fault({ ALLOWED_TARGET_NETWORKS: own }, own)]).toEqual([null, null]);
  } finally {
    interfaces.mockRestore();
  }
});
