// Which of the hosts that a URL names a session is with. `pg` connects to one host, and asks no server what it is.
import { Client } from 'pg';
import { type DatabaseHost, type DatabaseUrl, parseDatabaseUrl, type Target } from '../values/database-url';
import { isCertificateFault, isDatabaseUnavailable, NoHost, reasonOf } from './database-errors';

/** What a server says of itself when a session begins, and again when it changes; null: it does not say. */
export interface ServerState {
  isStandby: boolean | null;
  isReadOnly: boolean | null;
}

/** How long a host may take to answer: less than a caller waits for a connection, so that the next host serves it. */
const ANSWER_MS = 3_000;

/** Of `pg`; missing in its types. */
interface Reporting {
  on(event: 'parameterStatus', listener: (status: { parameterName: string; parameterValue: string }) => void): void;
}

/** @param onChange called after each change of the state */
export function followState(client: Client, onChange: () => void = () => undefined): ServerState {
  const state: ServerState = { isStandby: null, isReadOnly: null };
  const { connection } = client as unknown as { connection: Reporting };
  connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
    if (parameterName === 'in_hot_standby') state.isStandby = parameterValue === 'on';
    else if (parameterName === 'default_transaction_read_only') state.isReadOnly = parameterValue === 'on';
    else return;
    onChange();
  });
  return state;
}

export function accepts(target: Target | null, { isStandby, isReadOnly }: ServerState): boolean {
  switch (target) {
    case 'read-write':
      return !isStandby && !isReadOnly;
    case 'read-only':
      return isStandby === true || isReadOnly === true;
    case 'primary':
      return !isStandby;
    case 'standby':
      return isStandby === true;
    default:
      return true;
  }
}

/** A URL whose hosts have to be asked. */
export interface HostList extends DatabaseUrl {
  text: string;
}

/** @returns null: the URL names one host, and accepts whatever is there */
export function hostListOf(text: string): HostList | null {
  const url = parseDatabaseUrl(text);
  return url.hosts.length === 1 && url.target === null ? null : { ...url, text };
}

/** By the text of the URL, until a session with the host is lost or is refused. */
const chosen = new Map<string, Promise<DatabaseHost>>();

/** Asks all hosts at once, unless the answer is known. @throws NoHost */
export function chooseHost(list: HostList): Promise<DatabaseHost> {
  const known = chosen.get(list.text);
  if (known) return known;
  const choosing = askHosts(list);
  chosen.set(list.text, choosing);
  choosing.catch(() => forgetHost(list.text, choosing));
  return choosing;
}

/** @param only if this is still the choice */
export function forgetHost(url: string, only?: Promise<DatabaseHost>): void {
  if (only === undefined || chosen.get(url) === only) chosen.delete(url);
}

/** Of a session with one of the hosts, before it is known with which. */
export function configOf({ urlOf, hosts: [first], connectTimeoutMs }: HostList) {
  return { connectionString: urlOf(first), connectionTimeoutMillis: connectTimeoutMs ?? ANSWER_MS };
}

/** Whether two servers that both meet the URL would be two primaries. */
export function isForWriting({ target }: HostList): boolean {
  return target === 'read-write' || target === 'primary';
}

interface Asked {
  host: DatabaseHost;
  state: ServerState | null;
  fault: unknown;
}

/** The first in their order, so that all processes choose the same one of two. */
async function askHosts(list: HostList): Promise<DatabaseHost> {
  const asked = list.hosts.map((host) => askHost(list, host));
  const targets: (Target | null)[] = list.target === 'prefer-standby' ? ['standby', 'any'] : [list.target];
  for (const target of targets) {
    for (const each of asked) {
      const { host, state } = await each;
      if (state && accepts(target, state)) return host;
    }
  }
  throw noHost(list, await Promise.all(asked));
}

async function askHost(list: HostList, host: DatabaseHost): Promise<Asked> {
  const client = new Client({
    ...configOf(list),
    connectionString: list.urlOf(host),
    application_name: 'hookledger hosts',
  });
  client.on('error', () => undefined);
  const state = followState(client);
  try {
    await client.connect();
    return { host, state, fault: null };
  } catch (fault) {
    return { host, state: null, fault };
  } finally {
    client.end().catch(() => undefined);
  }
}

function noHost({ target }: HostList, asked: readonly Asked[]): NoHost {
  const found = asked.map(({ host, state, fault }) => `${addressOf(host)}: ${state ? kindOf(state) : reasonOf(fault)}`);
  const lasting = asked.find(
    ({ fault }) => fault !== null && (isCertificateFault(fault) || !isDatabaseUnavailable(fault)),
  );
  return new NoHost(`no host is ${target ?? 'any'} (${found.join('; ')})`, lasting?.fault);
}

export function kindOf({ isStandby, isReadOnly }: ServerState): string {
  if (isStandby) return 'is a standby';
  return isReadOnly ? 'is read-only' : 'is a primary';
}

export function addressOf({ host, port }: DatabaseHost): string {
  return host.startsWith('/') ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
