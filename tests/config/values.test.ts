import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readConfig } from '../../src/config/config';
import { ENCRYPTION_KEY, keysRead } from './problems';

describe('with an empty environment', () => {
  test('everything has a default that works on a bare machine', () => {
    expect(readConfig({})).toEqual({
      port: 4000,
      monitorPort: null,
      host: '127.0.0.1',
      databaseUrl: null,
      migrationDatabaseUrl: null,
      databaseReplicaUrl: null,
      replicaMaxLagSeconds: 10,
      allowOwnerRole: false,
      databaseWaitSeconds: 60,
      dataDir: resolve('.data'),
      startPaused: false,
      processes: new Set(['api', 'worker', 'indexer']),
      connections: { serve: 12, deliver: 10, read: 12 },
      adminApiKey: null,
      encryptionKeys: [],
      allowedTargetNetworks: [],
      blockedTargetNetworks: [],
      allowedTargetPorts: null,
      allowHttpTargets: false,
      corsOrigins: [],
      trustedProxies: [],
      clientCertHeader: null,
      identityProvider: null,
      secondPersonWaitHours: 24,
      evidenceHeadFile: null,
      erasureJournalFile: null,
      evidencePolicyFile: null,
      evidenceTsaUrl: null,
      evidenceTsaCaFile: null,
      publicUrl: null,
      mail: null,
      trustedDocuments: null,
      trustedDocumentsOnly: false,
      rateLimits: {
        costPerMinute: 1_000_000,
        requestsPerSecond: 1_000,
        requestsAtOnce: 32,
        wrongKeysPerMinute: 120,
      },
      backlogLimits: { items: 1_000_000, mib: 10_240 },
      readPlans: true,
      graphiql: true,
      tracing: null,
      logLevel: 'info',
      production: false,
    });
  });

  test('a value of blanks counts as unset', () => {
    const blank = Object.fromEntries([...keysRead()].map((key) => [key, '  ']));
    expect(readConfig(blank)).toEqual(readConfig({}));
  });
});

test('all settings are read', () => {
  const second = randomBytes(32);
  const config = readConfig({
    PORT: '0',
    MONITOR_PORT: '9464',
    HOST: '::1',
    DATABASE_URL: 'postgres://hookledger:a@db.example.com:5433/ledger?sslmode=require',
    MIGRATION_DATABASE_URL: 'postgresql://owner:b@db.example.com/ledger',
    DATABASE_REPLICA_URL: 'postgres://hookledger:a@standby.example.com/ledger',
    REPLICA_MAX_LAG_SECONDS: '3',
    ALLOW_OWNER_ROLE: '1',
    DATABASE_WAIT_SECONDS: '0',
    DATA_DIR: '/srv/hookledger',
    START_PAUSED: 'on',
    PROCESSES: ' worker , api ',
    SERVE_CONNECTIONS: '4',
    DELIVER_CONNECTIONS: '20',
    READ_CONNECTIONS: '200',
    ADMIN_API_KEY: 'a-key-that-is-hard-to-guess',
    ENCRYPTION_KEY: `${ENCRYPTION_KEY}, ${second.toString('base64')}`,
    ALLOWED_TARGET_NETWORKS: '10.1.0.0/16, fd00::/8',
    BLOCKED_TARGET_NETWORKS: '10.1.9.0/24',
    ALLOWED_TARGET_PORTS: '443, 8443',
    ALLOW_HTTP_TARGETS: 'ON',
    CORS_ORIGINS: 'https://dashboard.example.com,http://localhost:5173',
    TRUSTED_PROXIES: '10.0.0.2, 10.9.0.0/16,fd00::/8',
    CLIENT_CERT_HEADER: 'X-Client-Cert',
    OIDC_ISSUER: 'https://login.example.com/realms/erp',
    OIDC_CLIENT_ID: 'hookledger',
    OIDC_CLIENT_SECRET: 'hunter2',
    OIDC_SCOPES: 'openid  groups',
    OIDC_ROLE_MAP: '[{ "claim": "groups", "value": "erp-audit", "role": "AUDITOR" }]',
    OIDC_CREATE_USERS: 'on',
    SECOND_PERSON_WAIT_HOURS: '720',
    EVIDENCE_HEAD_FILE: '/var/lib/hookledger/head.txt',
    ERASURE_JOURNAL_FILE: '/var/lib/hookledger/erasures.ndjson',
    EVIDENCE_POLICY_FILE: '/etc/hookledger/policy.txt',
    EVIDENCE_TSA_URL: 'http://tsa.example.com',
    EVIDENCE_TSA_CA_FILE: '/etc/hookledger/tsa.pem',
    PUBLIC_URL: 'https://hooks.example.com/in-front/',
    SMTP_URL: 'smtp://ledger:p%40ss%3A@mail.example.com',
    SMTP_FROM: 'The Ledger <ledger@example.com>',
    TRUSTED_DOCUMENTS: 'trusted.json',
    RATE_LIMIT_COST_PER_MINUTE: '5000',
    RATE_LIMIT_REQUESTS_PER_SECOND: '0',
    RATE_LIMIT_REQUESTS_AT_ONCE: '4',
    RATE_LIMIT_WRONG_KEYS_PER_MINUTE: '999999999',
    MAX_BACKLOG: '0',
    MAX_BACKLOG_MIB: '512',
    READ_PLANS: 'off',
    GRAPHIQL: 'off',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318/',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
    LOG_LEVEL: 'debug',
    NODE_ENV: 'production',
  });
  expect(config).toEqual({
    port: 0,
    monitorPort: 9464,
    host: '::1',
    databaseUrl: 'postgres://hookledger:a@db.example.com:5433/ledger?sslmode=require',
    migrationDatabaseUrl: 'postgresql://owner:b@db.example.com/ledger',
    databaseReplicaUrl: 'postgres://hookledger:a@standby.example.com/ledger',
    replicaMaxLagSeconds: 3,
    allowOwnerRole: true,
    databaseWaitSeconds: 0,
    dataDir: '/srv/hookledger',
    startPaused: true,
    processes: new Set(['worker', 'api']),
    connections: { serve: 4, deliver: 20, read: 200 },
    adminApiKey: 'a-key-that-is-hard-to-guess',
    encryptionKeys: [Buffer.from(ENCRYPTION_KEY, 'base64'), second],
    allowedTargetNetworks: ['10.1.0.0/16', 'fd00::/8'],
    blockedTargetNetworks: ['10.1.9.0/24'],
    allowedTargetPorts: new Set([443, 8443]),
    allowHttpTargets: true,
    corsOrigins: ['https://dashboard.example.com', 'http://localhost:5173'],
    trustedProxies: ['10.0.0.2', '10.9.0.0/16', 'fd00::/8'],
    clientCertHeader: 'x-client-cert',
    identityProvider: {
      issuer: 'https://login.example.com/realms/erp',
      clientId: 'hookledger',
      clientSecret: 'hunter2',
      scopes: 'openid groups',
      roleMap: [{ claim: 'groups', value: 'erp-audit', role: 'AUDITOR' }],
      createUsers: true,
    },
    secondPersonWaitHours: 720,
    evidenceHeadFile: '/var/lib/hookledger/head.txt',
    erasureJournalFile: '/var/lib/hookledger/erasures.ndjson',
    evidencePolicyFile: '/etc/hookledger/policy.txt',
    evidenceTsaUrl: 'http://tsa.example.com/',
    evidenceTsaCaFile: '/etc/hookledger/tsa.pem',
    publicUrl: 'https://hooks.example.com/in-front',
    mail: {
      server: { host: 'mail.example.com', port: 587, tls: false, login: { user: 'ledger', password: 'p@ss:' } },
      from: { name: 'The Ledger', address: 'ledger@example.com' },
    },
    trustedDocuments: 'trusted.json',
    trustedDocumentsOnly: true,
    rateLimits: { costPerMinute: 5_000, requestsPerSecond: 0, requestsAtOnce: 4, wrongKeysPerMinute: 999_999_999 },
    backlogLimits: { items: 0, mib: 512 },
    readPlans: false,
    graphiql: false,
    tracing: { endpoint: 'http://localhost:4318', sampler: 'parentbased_traceidratio', ratio: 0.25 },
    logLevel: 'debug',
    production: true,
  });
});

test.each(['worker', 'indexer', 'indexer,worker'])('with PROCESSES=%s it listens only where PORT is set', (parts) => {
  expect(readConfig({ PROCESSES: parts }).port).toBeNull();
  expect(readConfig({ PROCESSES: parts, PORT: '9100' }).port).toBe(9100);
});

describe('the program', () => {
  const root = join(__dirname, '../..');
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
