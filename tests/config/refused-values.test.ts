import { randomBytes } from 'node:crypto';
import { startApp } from '../../src/app/app';
import { ConfigError, readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { DATABASE, ENCRYPTION_KEY, problemsOf } from './problems';

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
    ['PROCESSES', 'api,scheduler', '"scheduler" is not a part: name some of api, worker, indexer.'],
    ['PROCESSES', 'api,,worker', '"" is not a part: name some of api, worker, indexer.'],
    ['PROCESSES', ',', '"" is not a part: name some of api, worker, indexer.'],
    ['PROCESSES', 'worker, api, worker', '"worker" is named twice: name it once.'],
    ['SERVE_CONNECTIONS', '3', '"3" is not a number of connections, 4 to 200.'],
    ['DELIVER_CONNECTIONS', '201', '"201" is not a number of connections, 4 to 200.'],
    ['READ_CONNECTIONS', 'many', '"many" is not a number of connections, 4 to 200.'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318', '"localhost:4318" is not an address such as'],
    ['OTEL_TRACES_SAMPLER', 'jaeger_remote', '"jaeger_remote" is not one of always_on, always_off, traceidratio,'],
    ['OTEL_TRACES_SAMPLER_ARG', '10%', '"10%" is not a part from 0 to 1, such as 0.1 for a tenth.'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5', '"1.5" is not a part from 0 to 1'],
    ['ALLOW_HTTP_TARGETS', 'maybe', '"maybe" is neither on nor off.'],
    [
      'OIDC_ISSUER',
      'http://login.example.com',
      '"http://login.example.com" is not the https address of an OpenID provider',
    ],
    [
      'OIDC_ISSUER',
      'https://login.example.com/?a',
      '"https://login.example.com/?a" is not the https address of an OpenID provider',
    ],
    ['SECOND_PERSON_WAIT_HOURS', '0', '"0" is not a whole number of hours, 1 to 720.'],
    ['SECOND_PERSON_WAIT_HOURS', '721', '"721" is not a whole number of hours, 1 to 720.'],
    ['OIDC_SCOPES', 'profile', '"profile" is not a list of scopes with openid'],
    ['OIDC_ROLE_MAP', '[]', 'is not a JSON list such as'],
    ['OIDC_ROLE_MAP', '{ "claim"', 'is not a JSON list such as'],
    [
      'OIDC_ROLE_MAP',
      '[{ "claim": "groups", "value": "x", "role": "EMPEROR" }]',
      'has {"claim":"groups","value":"x","role":"EMPEROR"}, which is not a rule as in [{ "claim"',
    ],
    ['CLIENT_CERT_HEADER', 'X Client', '"X Client" is not the name of a header, such as X-Client-Cert.'],
    ['PUBLIC_URL', 'hooks.example.com', '"hooks.example.com" is not an address such as https://hooks.example.com'],
    ['PUBLIC_URL', 'https://a.example/?x=1', '"https://a.example/?x=1" is not an address such as'],
    ['SMTP_FROM', 'sara', '"sara" is not an address such as hookledger@example.com'],
    ['SMTP_FROM', 'a@example.com, b@example.com', '"a@example.com, b@example.com" is not an address'],
    ['CORS_ORIGINS', '*', '"*" is not an origin such as https://dashboard.example.com'],
    ['CORS_ORIGINS', 'https://a.example,https://b.example/', '"https://b.example/" is not an origin such as'],
    ['TRUSTED_PROXIES', '10.0.0.2,proxy', '"proxy" is neither an IP address nor a network in CIDR form, such as'],
    ['TRUSTED_PROXIES', '10.0.0.0/33', '"10.0.0.0/33" is neither an IP address nor a network in CIDR form'],
    ['TRUSTED_PROXIES', '0.0.0.0/0', '"0.0.0.0/0" is neither an IP address nor a network in CIDR form'],
    ['RATE_LIMIT_COST_PER_MINUTE', '-1', '"-1" is not a whole number, 0 (no limit) to 999999999.'],
    ['RATE_LIMIT_REQUESTS_PER_SECOND', '1.5', '"1.5" is not a whole number, 0 (no limit) to 999999999.'],
    ['RATE_LIMIT_REQUESTS_AT_ONCE', 'many', '"many" is not a whole number, 0 (no limit) to 999999999.'],
    ['RATE_LIMIT_WRONG_KEYS_PER_MINUTE', '1000000000', '"1000000000" is not a whole number'],
    ['MAX_BACKLOG', '-1', '"-1" is not a whole number, 0 (no limit) to 999999999.'],
    ['START_PAUSED', 'maybe', '"maybe" is neither on nor off.'],
    ['MAX_BACKLOG_MIB', '10 GiB', '"10 GiB" is not a whole number'],
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

  test.each([
    ['a,b', '', 'names several hosts, and not which of them is written to: add target_session_attrs=read-write'],
    ['a,b', '?target_session_attrs=standby', 'target_session_attrs is standby, but Hookledger writes there'],
    ['a,b', '?target_session_attrs=rw', 'target_session_attrs is "rw", which is none of any, read-write'],
  ])('DATABASE_URL with %s%s', (hosts, query, message) => {
    const url = `postgres://u:secret@${hosts}/ledger${query}`;
    const problems = problemsOf({ ...DATABASE, DATABASE_URL: url });
    expect(problems).toEqual([expect.stringContaining(`DATABASE_URL: ${message}`)]);
  });

  test('DATABASE_REPLICA_URL names standbys, in any number', () => {
    for (const query of ['', '?target_session_attrs=prefer-standby']) {
      expect(problemsOf({ ...DATABASE, DATABASE_REPLICA_URL: `postgres://u:p@a,b/ledger${query}` })).toEqual([]);
    }
  });

  test('all at once: one start reports every bad key', () => {
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
      'DATABASE_URL: unset, and embedded PostgreSQL never runs with NODE_ENV=production. Name your database.',
    ]);
    expect(problemsOf({ NODE_ENV: 'production', ...DATABASE })).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ['DATABASE_URL', { ...DATABASE, MIGRATION_DATABASE_URL: DATABASE.DATABASE_URL, DATABASE_URL: 'mysql://db/ledger' }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://db/ledger', NODE_ENV: 'production' }],
    ['ENCRYPTION_KEY', { ...DATABASE, ENCRYPTION_KEY: 'short' }],
    ['TRUSTED_PROXIES', { CLIENT_CERT_HEADER: 'X-Client-Cert', TRUSTED_PROXIES: 'proxy' }],
  ])('but a setting whose value is refused is not called unset: %s', (key, env) => {
    expect(problemsOf(env).map((problem) => problem.split(':')[0])).toEqual([key]);
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

  test.each([
    ['OIDC_CLIENT_ID', 'hookledger'],
    ['OIDC_CLIENT_SECRET', 'hunter2'],
    ['OIDC_ROLE_MAP', '[{ "claim": "groups", "value": "erp-audit", "role": "AUDITOR" }]'],
  ])('%s without OIDC_ISSUER', (key, value) => {
    expect(problemsOf({ [key]: value })).toEqual([`${key}: is set without OIDC_ISSUER, the address of the provider.`]);
  });

  test('SMTP_URL alone, and SMTP_FROM without it', () => {
    expect(problemsOf({ SMTP_URL: 'smtps://mail.example.com' })).toEqual([
      'SMTP_FROM: unset, but SMTP_URL is set: name the address that mail is from.',
      'PUBLIC_URL: unset. With SMTP_URL it must be given: mail has links to it.',
    ]);
    expect(problemsOf({ SMTP_FROM: 'hookledger@example.com' })).toEqual([
      'SMTP_FROM: is set without SMTP_URL, the address of the mail server.',
    ]);
  });

  test.each([
    'mail.example.com',
    'https://mail.example.com',
    'smtp://mail.example.com/?logger=true',
    'smtp://:hunter2@mail.example.com',
    'smtp://ledger@mail.example.com',
    'smtp://ledger:%zz@mail.example.com',
  ])('SMTP_URL=%s, of which nothing is repeated', (url) => {
    expect(
      problemsOf({ SMTP_URL: url, SMTP_FROM: 'a@example.com', PUBLIC_URL: 'https://hooks.example.com' }),
    ).toContain('SMTP_URL: is not smtp://user:password@host:port or smtps://user:password@host:port.');
  });
});
