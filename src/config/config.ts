import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SAMPLERS, type Sampler, type TracingSettings } from '../tracing/span';
import {
  adminApiKey,
  connections,
  count,
  encryptionKeys,
  fixedPort,
  headerName,
  host,
  httpUrl,
  issuerUrl,
  list,
  type MailServer,
  mailSender,
  mistypedSettings,
  oneOf,
  onOrOff,
  origins,
  PROCESS_ROLES,
  type ProcessRole,
  part,
  port,
  postgresUrl,
  primaryUrl,
  processes,
  proxies,
  publicUrl,
  type Read,
  type RoleRule,
  roleMap,
  type Sender,
  scopes,
  seconds,
  smtpUrl,
  targetPorts,
  waitHours,
} from './config-values';

/** The configuration from the environment. Only this file reads `process.env`. */
export interface Config {
  /** null: no port is opened. A process without the API listens only if PORT is set, and serves only its health. */
  port: number | null;
  /** Where metrics are served, and not on `port`; null: they are on `port`. */
  monitorPort: number | null;
  host: string;
  /** The login that serves requests; null: embedded PostgreSQL in `dataDir`. */
  databaseUrl: string | null;
  /** The login of the owner, which migrates; null: `databaseUrl` migrates too. */
  migrationDatabaseUrl: string | null;
  /** A standby from which queries read; null: they read from the primary. */
  databaseReplicaUrl: string | null;
  /** Queries read from the primary while the standby is further behind. */
  replicaMaxLagSeconds: number;
  /** Whether requests may be served in production with a login that owns the tables. */
  allowOwnerRole: boolean;
  /** How long a start waits for an unavailable database. */
  databaseWaitSeconds: number;
  dataDir: string;
  /** Whether the start pauses all deliveries before anything is sent, as for a restored backup. */
  startPaused: boolean;
  processes: ReadonlySet<ProcessRole>;
  /** Maximum number of connections of each pool of this process. */
  connections: { serve: number; deliver: number; read: number };
  adminApiKey: string | null;
  /** 32-byte keys, newest first; empty: one is created in `dataDir` (embedded PostgreSQL only). */
  encryptionKeys: Buffer[];
  /** CIDRs that the address guard allows. The guard parses them. */
  allowedTargetNetworks: string[];
  /** CIDRs to which no webhook is sent, even if they are public or allowed. */
  blockedTargetNetworks: string[];
  /** null: every port. */
  allowedTargetPorts: ReadonlySet<number> | null;
  allowHttpTargets: boolean;
  corsOrigins: string[];
  trustedProxies: string[];
  /** The header, in lower case, in which a trusted proxy passes on the client certificate; null: none. */
  clientCertHeader: string | null;
  /** Where people sign in with OpenID Connect; null: they sign in with API keys alone. */
  identityProvider: {
    issuer: string;
    clientId: string;
    clientSecret: string;
    scopes: string;
    /** null: roles are given in Hookledger. */
    roleMap: RoleRule[] | null;
    /** Whether a person without a user gets one. */
    createUsers: boolean;
  } | null;
  /** How long an erasure or the release of a hold waits where no second person can approve it. */
  secondPersonWaitHours: number;
  /** The file in which this process keeps the newest signed head of the evidence; null: none. */
  evidenceHeadFile: string | null;
  /** The file in which this process notes what it erases; null: none. */
  erasureJournalFile: string | null;
  /** A file of c2sp.org/tlog-policy that names the witnesses of the evidence; null: none. */
  evidencePolicyFile: string | null;
  /** The time-stamp authority (RFC 3161) of the evidence; null: none. */
  evidenceTsaUrl: string | null;
  /** A PEM file of the certificates by which that of the time-stamp authority is trusted; null: any is accepted. */
  evidenceTsaCaFile: string | null;
  /** The URL at which partners call, without a trailing slash; null: the address at which this process listens. */
  publicUrl: string | null;
  /** How users get mail; null: they get none. */
  mail: { server: MailServer; from: Sender } | null;
  /** A JSON file { "sha256:<hex>": "query ..." }; null: no documents are trusted. */
  trustedDocuments: string | null;
  /** Whether only trusted documents are executed. */
  trustedDocumentsOnly: boolean;
  /** For each API key in each process. 0: no limit. */
  rateLimits: {
    costPerMinute: number;
    requestsPerSecond: number;
    /** Requests above the limit wait. */
    requestsAtOnce: number;
    /** For each address; also for the calls that one user has explained, which could be used to guess a secret. */
    wrongKeysPerMinute: number;
  };
  /** Events and due deliveries that wait for a worker; from these on, publishing is refused. 0: no limit. */
  backlogLimits: { items: number; mib: number };
  /** Whether queries are answered with one SQL statement where possible. */
  readPlans: boolean;
  /** Whether GraphiQL is served at `/graphiql`. */
  graphiql: boolean;
  /** null: no spans are exported. */
  tracing: TracingSettings | null;
  logLevel: string;
  production: boolean;
}

/** The environment contains invalid values. One message names every faulty key. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(`The configuration cannot work:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

type Environment = Record<string, string | undefined>;

/** The environment and the `.env` file of this directory. Variables that are already set take precedence. */
export function environment(): Environment {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

const DEFAULT_PORT = 4000;
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** @throws ConfigError that names each key with an invalid value, the value, and what is allowed, and each mistyped key */
export function readConfig(env: Environment): Config {
  const problems: string[] = [];
  const invalid = new Set<string>();
  // Node's own, and read below
  const settings = new Set(['NODE_ENV']);
  const read = <T>(key: string, fallback: T, parse: Read<T>): T => {
    settings.add(key);
    const text = env[key]?.trim();
    if (!text) return fallback;
    try {
      return parse(text);
    } catch (error) {
      invalid.add(key);
      problems.push(`${key}: ${(error as Error).message}`);
      return fallback;
    }
  };
  const config: Config = {
    port: read<number | null>('PORT', null, port),
    monitorPort: read<number | null>('MONITOR_PORT', null, fixedPort),
    host: read('HOST', '127.0.0.1', host),
    databaseUrl: read('DATABASE_URL', null, primaryUrl),
    migrationDatabaseUrl: read('MIGRATION_DATABASE_URL', null, primaryUrl),
    databaseReplicaUrl: read('DATABASE_REPLICA_URL', null, postgresUrl),
    replicaMaxLagSeconds: read('REPLICA_MAX_LAG_SECONDS', 10, seconds),
    allowOwnerRole: read('ALLOW_OWNER_ROLE', false, onOrOff),
    databaseWaitSeconds: read('DATABASE_WAIT_SECONDS', 60, seconds),
    dataDir: resolve(read('DATA_DIR', '.data', String)),
    startPaused: read('START_PAUSED', false, onOrOff),
    processes: read('PROCESSES', new Set<ProcessRole>(PROCESS_ROLES), processes),
    connections: {
      serve: read('SERVE_CONNECTIONS', 12, connections),
      deliver: read('DELIVER_CONNECTIONS', 10, connections),
      read: read('READ_CONNECTIONS', 12, connections),
    },
    adminApiKey: read('ADMIN_API_KEY', null, adminApiKey),
    encryptionKeys: read('ENCRYPTION_KEY', [], encryptionKeys),
    allowedTargetNetworks: read('ALLOWED_TARGET_NETWORKS', [], list),
    blockedTargetNetworks: read('BLOCKED_TARGET_NETWORKS', [], list),
    allowedTargetPorts: read<ReadonlySet<number> | null>('ALLOWED_TARGET_PORTS', null, targetPorts),
    allowHttpTargets: read('ALLOW_HTTP_TARGETS', false, onOrOff),
    corsOrigins: read('CORS_ORIGINS', [], origins),
    trustedProxies: read('TRUSTED_PROXIES', [], proxies),
    clientCertHeader: read<string | null>('CLIENT_CERT_HEADER', null, headerName),
    identityProvider: readIdentityProvider(read),
    secondPersonWaitHours: read('SECOND_PERSON_WAIT_HOURS', 24, waitHours),
    evidenceHeadFile: read<string | null>('EVIDENCE_HEAD_FILE', null, resolve),
    erasureJournalFile: read<string | null>('ERASURE_JOURNAL_FILE', null, resolve),
    evidencePolicyFile: read<string | null>('EVIDENCE_POLICY_FILE', null, resolve),
    evidenceTsaCaFile: read<string | null>('EVIDENCE_TSA_CA_FILE', null, resolve),
    evidenceTsaUrl: read<string | null>('EVIDENCE_TSA_URL', null, httpUrl),
    publicUrl: read<string | null>('PUBLIC_URL', null, publicUrl),
    mail: readMail(read),
    trustedDocuments: read<string | null>('TRUSTED_DOCUMENTS', null, String),
    trustedDocumentsOnly: read<boolean | null>('TRUSTED_DOCUMENTS_ONLY', null, onOrOff) ?? trustsInProduction(env),
    rateLimits: {
      costPerMinute: read('RATE_LIMIT_COST_PER_MINUTE', 1_000_000, count),
      requestsPerSecond: read('RATE_LIMIT_REQUESTS_PER_SECOND', 1_000, count),
      requestsAtOnce: read('RATE_LIMIT_REQUESTS_AT_ONCE', 32, count),
      wrongKeysPerMinute: read('RATE_LIMIT_WRONG_KEYS_PER_MINUTE', 120, count),
    },
    backlogLimits: { items: read('MAX_BACKLOG', 1_000_000, count), mib: read('MAX_BACKLOG_MIB', 10_240, count) },
    readPlans: read('READ_PLANS', true, onOrOff),
    graphiql: read('GRAPHIQL', true, onOrOff),
    tracing: readTracing(read),
    logLevel: read('LOG_LEVEL', 'info', oneOf(LOG_LEVELS)),
    production: env.NODE_ENV === 'production',
  };
  if (config.processes.has('api')) config.port ??= DEFAULT_PORT;
  problems.push(
    ...contradictions(config, invalid),
    ...withoutAddress(env, invalid),
    ...mistypedSettings(env, settings),
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

type ReadKey = <T>(key: string, fallback: T, parse: Read<T>) => T;

// the other keys are read without OIDC_ISSUER too: each fault is named
function readIdentityProvider(read: ReadKey): Config['identityProvider'] {
  const issuer = read<string | null>('OIDC_ISSUER', null, issuerUrl);
  const provider = {
    clientId: read('OIDC_CLIENT_ID', '', String),
    clientSecret: read('OIDC_CLIENT_SECRET', '', String),
    scopes: read('OIDC_SCOPES', 'openid profile email', scopes),
    roleMap: read<RoleRule[] | null>('OIDC_ROLE_MAP', null, roleMap),
    createUsers: read('OIDC_CREATE_USERS', false, onOrOff),
  };
  return issuer === null ? null : { issuer, ...provider };
}

/** Named as OpenTelemetry names them. Its SDK reads the rest, such as the headers for the collector, and only with an endpoint. */
function readTracing(read: ReadKey): Config['tracing'] {
  const endpoint = read<string | null>('OTEL_EXPORTER_OTLP_ENDPOINT', null, publicUrl);
  const sampler = read<Sampler>('OTEL_TRACES_SAMPLER', 'parentbased_always_on', oneOf(SAMPLERS));
  const ratio = read('OTEL_TRACES_SAMPLER_ARG', 1, part);
  return endpoint === null ? null : { endpoint, sampler, ratio };
}

function readMail(read: ReadKey): Config['mail'] {
  const server = read<MailServer | null>('SMTP_URL', null, smtpUrl);
  const from = read<Sender>('SMTP_FROM', { name: '', address: '' }, mailSender);
  return server && { server, from };
}

/** Those that have no default. Without the address, no one could sign in by the provider or get mail, and nothing would say why. */
function withoutAddress(env: Environment, invalid: ReadonlySet<string>): string[] {
  const isSet = (key: string) => Boolean(env[key]?.trim());
  const without = (needed: string, what: string, keys: readonly string[]) =>
    (isSet(needed) ? [] : keys)
      .filter((key) => isSet(key) && !invalid.has(key))
      .map((key) => `${key}: is set without ${needed}, the address of the ${what}.`);
  return [
    ...without('OIDC_ISSUER', 'provider', ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_ROLE_MAP']),
    ...without('SMTP_URL', 'mail server', ['SMTP_FROM']),
  ];
}

function trustsInProduction(env: Environment): boolean {
  return env.NODE_ENV === 'production' && Boolean(env.TRUSTED_DOCUMENTS?.trim());
}

/** @param invalid the settings whose value is a problem already, and which are null in the configuration for this */
function contradictions(config: Config, invalid: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const hasDatabase = config.databaseUrl !== null || invalid.has('DATABASE_URL');
  if (config.production && !hasDatabase) {
    problems.push(
      'DATABASE_URL: unset, and embedded PostgreSQL never runs with NODE_ENV=production. Name your database.',
    );
  }
  if (config.databaseUrl && config.encryptionKeys.length === 0 && !invalid.has('ENCRYPTION_KEY')) {
    problems.push('ENCRYPTION_KEY: unset. With DATABASE_URL it must be given: `openssl rand -base64 32` makes one.');
  }
  if (config.migrationDatabaseUrl && !hasDatabase) {
    problems.push('MIGRATION_DATABASE_URL: is set without DATABASE_URL, the login that serves requests.');
  }
  if (config.databaseReplicaUrl && !hasDatabase) {
    problems.push('DATABASE_REPLICA_URL: is set without DATABASE_URL, the database that it follows.');
  }
  if (config.monitorPort !== null && config.monitorPort === config.port) {
    problems.push(`MONITOR_PORT: is ${config.port}, as PORT is. Name another port, or remove it.`);
  }
  if (config.clientCertHeader && config.trustedProxies.length === 0 && !invalid.has('TRUSTED_PROXIES')) {
    problems.push(
      'CLIENT_CERT_HEADER: is set, but TRUSTED_PROXIES is not: name the proxies that may pass on client certificates.',
    );
  }
  const provider = config.identityProvider;
  if (provider && !config.publicUrl && !invalid.has('PUBLIC_URL')) {
    problems.push('PUBLIC_URL: unset. With OIDC_ISSUER it must be given: the provider sends browsers back to it.');
  }
  if (provider && !provider.clientId) problems.push('OIDC_CLIENT_ID: unset, but OIDC_ISSUER is set.');
  if (provider && !provider.clientSecret) problems.push('OIDC_CLIENT_SECRET: unset, but OIDC_ISSUER is set.');
  if (config.mail && !config.mail.from.address && !invalid.has('SMTP_FROM')) {
    problems.push('SMTP_FROM: unset, but SMTP_URL is set: name the address that mail is from.');
  }
  if (config.mail && !config.publicUrl && !invalid.has('PUBLIC_URL')) {
    problems.push('PUBLIC_URL: unset. With SMTP_URL it must be given: mail has links to it.');
  }
  if (config.trustedDocumentsOnly && !config.trustedDocuments) {
    problems.push('TRUSTED_DOCUMENTS_ONLY: is on, but TRUSTED_DOCUMENTS names no file: every query would be refused.');
  }
  return problems;
}
