// How the values of the environment are written. Each function throws an Error that says what is allowed.
import { isIP } from 'node:net';
import { ROLES, type Role } from '../viewer';

export type Read<T> = (text: string) => T;

export const PROCESS_ROLES = ['api', 'worker', 'indexer'] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

export const list: Read<string[]> = (text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);

export function oneOf(allowed: readonly string[]): Read<string> {
  return (text) => {
    if (!allowed.includes(text)) throw new Error(`"${text}" is not one of ${allowed.join(', ')}.`);
    return text;
  };
}

export const port: Read<number> = (text) => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new Error(`"${text}" is not a port, 0 to 65535.`);
  return Number(text);
};

export const targetPorts: Read<ReadonlySet<number>> = (text) => {
  const ports = list(text).map(port);
  if (ports.length === 0 || ports.includes(0)) throw new Error(`"${text}" names no ports, such as 443,8443.`);
  return new Set(ports);
};

export const count: Read<number> = (text) => {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`"${text}" is not a whole number, 0 (no limit) to 999999999.`);
  return Number(text);
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
export const postgresUrl: Read<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol) || url.pathname.length < 2) {
    throw new Error('is not postgres://user:password@host:port/database.');
  }
  return text;
};

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
