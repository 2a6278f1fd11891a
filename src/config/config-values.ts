// How the values of the environment are written. Each function throws an Error that says what is allowed.
import { isIP } from 'node:net';
import leven from 'leven';
import { ROLES, type Role } from '../access/viewer';
import { parseDatabaseUrl, type Target } from '../values/database-url';

export type Read<T> = (text: string) => T;

export const PROCESS_ROLES = ['api', 'worker', 'indexer'] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

export const list: Read<string[]> = (text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

export function oneOf<Value extends string>(allowed: readonly Value[]): Read<Value> {
  return (text) => {
    const value = allowed.find((each) => each === text);
    if (value === undefined) throw new Error(`"${text}" is not one of ${allowed.join(', ')}.`);
    return value;
  };
}

const portFrom =
  (least: number): Read<number> =>
  (text) => {
    const isPort = /^\d{1,5}$/.test(text) && Number(text) >= least && Number(text) <= 65_535;
    if (!isPort) throw new Error(`"${text}" is not a port, ${least} to 65535.`);
    return Number(text);
  };

/** 0: any that is free. */
export const port = portFrom(0);
/** One that others must know. */
export const fixedPort = portFrom(1);

export const targetPorts: Read<ReadonlySet<number>> = (text) => {
  const ports = list(text).map(port);
  if (ports.length === 0 || ports.includes(0)) throw new Error(`"${text}" names no ports, such as 443,8443.`);
  return new Set(ports);
};

export const count: Read<number> = (text) => {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`"${text}" is not a whole number, 0 (no limit) to 999999999.`);
  return Number(text);
};

export const part: Read<number> = (text) => {
  const number = /^\d?(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 0 && number <= 1) return number;
  throw new Error(`"${text}" is not a part from 0 to 1, such as 0.1 for a tenth.`);
};

export const seconds: Read<number> = (text) => {
  if (!/^\d{1,5}$/.test(text)) throw new Error(`"${text}" is not a whole number of seconds, 0 to 99999.`);
  return Number(text);
};

const MAX_WAIT_HOURS = 720;

export const waitHours: Read<number> = (text) => {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 1 && number <= MAX_WAIT_HOURS) return number;
  throw new Error(`"${text}" is not a whole number of hours, 1 to ${MAX_WAIT_HOURS}.`);
};

/** With fewer, the parts of a process that share a pool would wait for each other. */
const MIN_CONNECTIONS = 4;
const MAX_CONNECTIONS = 200;

export const connections: Read<number> = (text) => {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= MIN_CONNECTIONS && number <= MAX_CONNECTIONS) return number;
  throw new Error(`"${text}" is not a number of connections, ${MIN_CONNECTIONS} to ${MAX_CONNECTIONS}.`);
};

export const host: Read<string> = (text) => {
  const isName = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i.test(text) && !/^[\d.]+$/.test(text);
  if (!isName && !isIP(text)) {
    throw new Error(`"${text}" is neither an IP address nor a host name, such as 127.0.0.1, ::1 or localhost.`);
  }
  return text;
};

export const onOrOff: Read<boolean> = (text) => {
  if (['1', 'true', 'on', 'yes'].includes(text.toLowerCase())) return true;
  if (['0', 'false', 'off', 'no'].includes(text.toLowerCase())) return false;
  throw new Error(`"${text}" is neither on nor off.`);
};

// the message does not repeat the value, which may contain a password
/** @throws Error that does not have the password */
export const postgresUrl: Read<string> = (text) => {
  parseDatabaseUrl(text);
  return text;
};

const WRITING: readonly (Target | null)[] = ['any', 'read-write', 'primary', null];

/** The URL of what is written to. */
export const primaryUrl: Read<string> = (text) => {
  const { hosts, target } = parseDatabaseUrl(text);
  if (!WRITING.includes(target)) {
    throw new Error(
      `target_session_attrs is ${target}, but Hookledger writes there: let it be read-write. DATABASE_REPLICA_URL names a standby.`,
    );
  }
  if (hosts.length > 1 && target === null) {
    throw new Error(
      'names several hosts, and not which of them is written to: add target_session_attrs=read-write, or =any if each of them leads to the primary.',
    );
  }
  return text;
};

/** The server that mail is handed to. */
export interface MailServer {
  host: string;
  port: number;
  /** Whether TLS begins with the connection (smtps), and not with STARTTLS. */
  tls: boolean;
  /** null: the server asks for no password. */
  login: { user: string; password: string } | null;
}

const SMTP_PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 };

// the message does not repeat the value, which may contain a password
export const smtpUrl: Read<MailServer> = (text) => {
  const url = URL.parse(text);
  const ports = url && SMTP_PORTS[url.protocol];
  const isPlain = url !== null && /^\/?$/.test(url.pathname) && !url.search && !url.hash;
  const user = url && decoded(url.username);
  const password = url && decoded(url.password);
  if (
    !url?.hostname ||
    !ports ||
    !isPlain ||
    user === null ||
    password === null ||
    (user === '') !== (password === '')
  ) {
    throw new Error('is not smtp://user:password@host:port or smtps://user:password@host:port.');
  }
  const login = user ? { user, password: String(password) } : null;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || ports),
    tls: url.protocol === 'smtps:',
    login,
  };
};

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

export interface Sender {
  name: string;
  address: string;
}

export const mailSender: Read<Sender> = (text) => {
  const [, name, inBrackets] = /^([^<>\p{Cc}]*)<([^<>]+)>$/u.exec(text) ?? [];
  const address = inBrackets ?? text;
  if (isMailAddress(address)) return { name: name?.trim() ?? '', address };
  throw new Error(`"${text}" is not an address such as hookledger@example.com or Hookledger <hookledger@example.com>.`);
};

/** One address, which no mail server reads as several, or as a route. */
export function isMailAddress(text: string): boolean {
  return /^[^\s\p{Cc}@<>()[\]\\,;:"]{1,64}@[^\s\p{Cc}@<>()[\]\\,;:"]{1,190}$/u.test(text);
}

export const processes: Read<Set<ProcessRole>> = (text) => {
  const roles = new Set<ProcessRole>();
  for (const name of text.split(',').map((part) => part.trim())) {
    const role = PROCESS_ROLES.find((known) => known === name);
    if (role === undefined) throw new Error(`"${name}" is not a part: name some of ${PROCESS_ROLES.join(', ')}.`);
    if (roles.has(role)) throw new Error(`"${name}" is named twice: name it once.`);
    roles.add(role);
  }
  return roles;
};

export const adminApiKey: Read<string> = (text) => {
  if (text.length < 24 || text.length > 200 || !/^[\x21-\x7e]+$/.test(text)) {
    throw new Error('must be 24 to 200 visible ASCII characters without spaces, and hard to guess.');
  }
  return text;
};

export const encryptionKeys: Read<Buffer[]> = (text) =>
  list(text).map((part, index) => {
    const key = Buffer.from(part, 'base64');
    if (key.length !== 32) {
      throw new Error(`key ${index + 1} is ${key.length} bytes, not 32 bytes in base64: \`openssl rand -base64 32\`.`);
    }
    return key;
  });

export const origins: Read<string[]> = (text) =>
  list(text).map((origin) => {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new Error(
        `"${origin}" is not an origin such as https://dashboard.example.com (no path, no trailing slash).`,
      );
    }
    return origin;
  });

export const headerName: Read<string> = (text) => {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/.test(text)) {
    throw new Error(`"${text}" is not the name of a header, such as X-Client-Cert.`);
  }
  return text.toLowerCase();
};

export const publicUrl: Read<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && !url.search && !url.hash && !url.username && !url.password;
  if (!isPlain || !['http:', 'https:'].includes(url.protocol)) {
    throw new Error(`"${text}" is not an address such as https://hooks.example.com, without query and credentials.`);
  }
  return url.href.replace(/\/+$/, '');
};

// Fastify would refuse an invalid one too, without naming the key
export const proxies: Read<string[]> = (text) =>
  list(text).map((part) => {
    const [address = '', bits, ...rest] = part.split('/');
    const version = isIP(address);
    const isPrefix = bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
    if (version === 0 || !isPrefix || rest.length > 0) {
      throw new Error(`"${part}" is neither an IP address nor a network in CIDR form, such as 10.0.0.2 or 10.0.0.0/8.`);
    }
    return part;
  });

export const httpUrl: Read<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password || url.hash) {
    throw new Error(`"${text}" is not an address such as https://tsa.example.com, without credentials.`);
  }
  return url.href;
};

export const issuerUrl: Read<string> = (text) => {
  const url = URL.parse(text);
  const isLocal = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url && !url.search && !url.hash && (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal)))
    return text;
  throw new Error(`"${text}" is not the https address of an OpenID provider, such as https://login.example.com.`);
};

export const scopes: Read<string> = (text) => {
  const names = text.split(/ +/);
  if (names.includes('openid') && names.every((name) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name)))
    return names.join(' ');
  throw new Error(`"${text}" is not a list of scopes with openid, such as openid profile email groups.`);
};

/** People with this value in this claim have the role. */
export interface RoleRule {
  claim: string;
  value: string;
  role: Role;
}

export const roleMap: Read<RoleRule[]> = (text) => {
  const rules = jsonIn(text);
  if (Array.isArray(rules) && rules.length > 0 && rules.every(isRoleRule)) return rules;
  const wrong = Array.isArray(rules) ? rules.find((rule) => !isRoleRule(rule)) : undefined;
  const fault =
    wrong === undefined ? 'is not a JSON list such as' : `has ${JSON.stringify(wrong)}, which is not a rule as in`;
  throw new Error(
    `${fault} [{ "claim": "groups", "value": "erp-audit", "role": "AUDITOR" }], with the roles ${ROLES.join(', ')}.`,
  );
};

function isRoleRule(rule: unknown): rule is RoleRule {
  if (typeof rule !== 'object' || rule === null) return false;
  const { claim, value, role, ...others } = rule as Record<string, unknown>;
  const isText = (text: unknown) => typeof text === 'string' && text !== '';
  return isText(claim) && isText(value) && ROLES.some((each) => each === role) && Object.keys(others).length === 0;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// A setting with a mistyped name would keep its default without a word: no journal, no limit.

/** HOST and PORT are too short: other programs use names like them. */
const MIN_LENGTH = 8;
const LONG_NAME = 18;

/**
 * @param settings the names of all settings
 * @returns a sentence for each variable whose name is unknown and nearly that of a setting that has no value
 */
export function mistypedSettings(env: Record<string, string | undefined>, settings: ReadonlySet<string>): string[] {
  const isSet = (name: string) => Boolean(env[name]?.trim());
  const missing = [...settings].filter((name) => name.length >= MIN_LENGTH && !isSet(name));
  return Object.keys(env)
    .filter((name) => !settings.has(name) && isSet(name))
    .flatMap((name) => {
      const meant = missing.find((setting) => isNearly(name.toUpperCase(), setting));
      return meant === undefined ? [] : [`${name}: there is no such setting. Name it ${meant}, or remove it.`];
    });
}

// two, so that LOG_LEVLE is near; PUBLIC_KEY is three away from PUBLIC_URL. Of the shortest, SMPT_URL is near, and SITE_URL is another name
function isNearly(name: string, setting: string): boolean {
  const lettersOf = (text: string) => [...text].sort().join('');
  if (setting.length === MIN_LENGTH) return leven(name, setting) <= 1 || lettersOf(name) === lettersOf(setting);
  const allowed = setting.length < LONG_NAME ? 2 : 3;
  return Math.abs(name.length - setting.length) <= allowed && leven(name, setting) <= allowed;
}
