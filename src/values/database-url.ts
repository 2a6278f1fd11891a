// The URL of a database, with one host or several, as libpq writes it:
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS

export interface DatabaseHost {
  /** A name, an address, or the folder of a Unix socket. */
  host: string;
  port: number;
}

/** Which servers of the hosts a session may be with. */
export const TARGETS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
export type Target = (typeof TARGETS)[number];

export interface DatabaseUrl {
  /** '': none is named. */
  login: string;
  database: string;
  /** In the order in which they are preferred. */
  hosts: readonly [DatabaseHost, ...DatabaseHost[]];
  /** null: not named, which is as `any`. */
  target: Target | null;
  /** For one host, in milliseconds; null: not named. */
  connectTimeoutMs: number | null;
  /** The value of `sslrootcert`. */
  authority: string | null;
  /** The URL that names this host alone. */
  urlOf(host: DatabaseHost): string;
}

const FORM = /^(postgres(?:ql)?):\/\/([^/?#]*)\/([^?#]+)(?:\?([^#]*))?$/;
/** Names no part of the text: it may be the password. */
const NO_URL = 'is not postgres://user:password@host:port/database.';
const HOST = /^(\[[^\]]+\]|[^:]*)(?::(\d*))?$/;
const DEFAULT_PORT = 5432;
/** What only this file reads. */
const OF_HOSTS = ['host', 'port', 'target_session_attrs', 'connect_timeout'];

/** @throws Error whose message says what is wrong, without the password */
export function parseDatabaseUrl(text: string): DatabaseUrl {
  const [, scheme, authority = '', database = '', query] = FORM.exec(text) ?? [];
  if (scheme === undefined) throw new Error(NO_URL);
  const parameters = new URLSearchParams(query ?? '');
  const at = authority.lastIndexOf('@');
  const credentials = at < 0 ? '' : authority.slice(0, at + 1);
  const hosts = hostsOf(authority.slice(at + 1), parameters);
  const target = targetOf(parameters.get('target_session_attrs'));
  const isPlain = hosts.length === 1 && target === null;
  const others = new URLSearchParams([...parameters].filter(([key]) => !OF_HOSTS.includes(key)));
  const url: DatabaseUrl = {
    login: decoded(credentials.slice(0, -1).split(':', 1)[0] ?? ''),
    database: decoded(database),
    hosts,
    target,
    connectTimeoutMs: timeoutOf(parameters.get('connect_timeout')),
    authority: parameters.get('sslrootcert'),
    urlOf({ host, port }) {
      if (isPlain) return text;
      const isFolder = host.startsWith('/');
      const search = new URLSearchParams([...others, ...(isFolder ? [['host', host]] : [])]);
      const name = isFolder ? 'localhost' : host.includes(':') ? `[${host}]` : encodeURIComponent(host);
      return `${scheme}://${credentials}${name}:${port}/${database}${search.size > 0 ? `?${search}` : ''}`;
    },
  };
  if (!hosts.every((host) => URL.canParse(url.urlOf(host)))) throw new Error(NO_URL);
  return url;
}

function hostsOf(authority: string, parameters: URLSearchParams): DatabaseUrl['hosts'] {
  const written = authority.split(',').map((each) => {
    const [, host, port] = HOST.exec(each) ?? [];
    if (host === undefined) throw new Error(NO_URL);
    return { host: decoded(host.replace(/^\[(.+)\]$/, '$1')), port: port ?? '' };
  });
  const names = parameters.get('host')?.split(',') ?? written.map(({ host }) => host);
  const ports = parameters.get('port')?.split(',') ?? written.map(({ port }) => port);
  if (ports.length > 1 && ports.length !== names.length) {
    throw new Error(`names ${names.length} hosts and ${ports.length} ports: name one port for all, or one for each.`);
  }
  if (names.length > 1 && names.includes('')) throw new Error('has an empty name in its list of hosts: remove it.');
  const [first, ...others] = names.map((host, index) => ({ host, port: portOf(ports[ports.length > 1 ? index : 0]) }));
  return [first as DatabaseHost, ...others];
}

function portOf(text = ''): number {
  if (text === '') return DEFAULT_PORT;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new Error(NO_URL);
  return port;
}

function targetOf(text: string | null): Target | null {
  if (text === null) return null;
  const target = TARGETS.find((each) => each === text);
  if (target === undefined) {
    throw new Error(`target_session_attrs is "${text}", which is none of ${TARGETS.join(', ')}.`);
  }
  return target;
}

function timeoutOf(text: string | null): number | null {
  if (text === null) return null;
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds < 1 || seconds > 60) {
    throw new Error(`connect_timeout is "${text}", which is no number of seconds from 1 to 60.`);
  }
  return seconds * 1_000;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('has a % that begins no encoded character: write it as %25.');
  }
}
