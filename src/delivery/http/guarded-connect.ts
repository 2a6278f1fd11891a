import { lookup as systemLookup } from 'node:dns/promises';
import { open } from 'node:fs/promises';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { devNull } from 'node:os';
import { LRUCache } from 'lru-cache';
import { buildConnector } from 'undici';
import { createFairSlots } from '../../limits/fair-slots';
import { type AddressPolicy, type AddressRefusal, refusalOf } from '../../webhooks/request/allowed-addresses';
import type { TargetPolicy } from '../../webhooks/request/target-url';
import { SendError, systemCode } from '../send-error';
import { type Connect, type Connector, connectError, shortageError } from './connect';
import { type ConnectionSettings, createTlsOptions, DIRECT, type TlsOptions } from './connection-settings';
import { certificateUnusable } from './exchange-error';
import { proxiedConnect } from './proxied-connect';

export interface ConnectOptions {
  readonly policy: TargetPolicy;
  readonly lookup: Lookup;
  /** PEM of the authorities that replace the built-in ones. */
  readonly ca?: string | undefined;
}

// For each address of a host with several. Node's default of 250 ms is too short for partners on another continent.
const NEXT_ADDRESS_AFTER_MS = 1000;

/**
 * The SSRF guard. It is part of the connector because only here the checked address is the one that is connected to:
 * net.connect calls our lookup once and connects to its result, and keeps the name for SNI and for the certificate. IP
 * literals are not looked up, so they are checked first.
 */
export function guardedConnector({ policy, lookup, ca }: ConnectOptions): Connector {
  const resolve = guardedLookup(policy, lookup);
  const nodeLookup = asNodeLookup(resolve);
  const tlsOptions = createTlsOptions(ca);
  const addressesOf = async (host: string) => {
    const refusal = literalRefusal(host, policy);
    if (refusal) throw refusal;
    return isIP(host) === 0 ? resolve(host) : [host];
  };
  const direct = (settings: ConnectionSettings): Connect => {
    return whenNeeded(() => guardedConnect(policy, openingConnector(nodeLookup, tlsOptions(settings))));
  };
  const plain = direct(DIRECT);
  return (settings) => {
    const { proxy, authorities } = settings;
    if (proxy === null) return settings.certificate === null && authorities === null ? plain : direct(settings);
    return whenNeeded(() => {
      const encrypting = openingConnector(nodeLookup, tlsOptions(settings));
      // the client certificate is for the partner alone
      const toProxy = direct({ ...DIRECT, authorities });
      return proxiedConnect({
        proxy,
        addressesOf,
        toProxy,
        encrypt: (options, tunnel) => encrypt(encrypting, options, tunnel),
      });
    });
  };
}

// OpenSSL may refuse a certificate, which must fail the exchange and nothing else.
function whenNeeded(make: () => Connect): Connect {
  let made: Connect | null = null;
  return (options, callback, dialling) => {
    try {
      made ??= make();
      made(options, callback, dialling);
    } catch (error) {
      const code = systemCode(error as Error);
      callback(/^ERR_(SSL|OSSL)/.test(code) ? certificateUnusable(code) : (error as Error), null);
    }
  };
}

function guardedConnect(policy: TargetPolicy, connect: OpeningConnector): Connect {
  return (options, callback, dialling) => {
    const { hostname } = options;
    const refusal = literalRefusal(hostname, policy);
    if (refusal) {
      callback(refusal, null);
      return;
    }
    let connected = false;
    const socket = connect(options, (error, socket) => {
      if (error === null) callback(null, socket);
      else callback(connectError(error, hostname, connected), null);
    });
    socket.once('connect', () => {
      connected = true;
    });
    dialling.socket(socket);
  };
}

function literalRefusal(host: string, policy: TargetPolicy) {
  const refusal = isIP(host) === 0 ? null : refusalOf(host, policy);
  return refusal && blockedAddress(host, refusal);
}

function encrypt(connect: OpeningConnector, options: buildConnector.Options, tunnel: Socket): Promise<Socket> {
  return new Promise((resolve, reject) => {
    connect({ ...options, httpSocket: tunnel }, (error, socket) => {
      if (error === null) resolve(socket as Socket);
      else reject(connectError(error, options.hostname, true));
    });
  });
}

// undici's connector returns the socket that it opens (undici's Client relies on it), but its type does not say so.
type OpeningConnector = (...args: Parameters<buildConnector.connector>) => Socket;

function openingConnector(lookup: LookupFunction, tls: TlsOptions): OpeningConnector {
  return buildConnector({
    lookup,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
    allowH2: false,
    timeout: 0, // the exchange has its own deadline
    rejectUnauthorized: true, // explicit: otherwise NODE_TLS_REJECT_UNAUTHORIZED=0 would disable it
    ...tls,
  }) as OpeningConnector;
}

function asNodeLookup(lookup: Lookup): LookupFunction {
  return (host, options, callback) => {
    lookup(host).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        if (options.all) callback(null, found);
        // a lookup without an address fails
        else callback(null, found[0]!.address, found[0]!.family);
      },
      (error: Error) => callback(error, ''),
    );
  };
}

/** Every address of a host name. */
export type Lookup = (host: string) => Promise<string[]>;

/**
 * A lookup that returns addresses only if all of them are allowed. One forbidden address refuses the host: a name with
 * both public and private addresses is misconfigured or hostile, and using the public one would hide that.
 */
export function guardedLookup(policy: AddressPolicy, lookup: Lookup): Lookup {
  const resolve = sharedLookup(lookup);
  const resolver = createResolverCheck(resolve);
  return async (host) => {
    const addresses = await resolve(host).catch(async (error: Error) => {
      const isOurs = systemCode(error) === NO_ANSWER && (await resolver.isDown(host));
      throw isOurs ? resolverDown(host) : lookupError(error, host);
    });
    resolver.answered(host);
    if (addresses.length === 0) throw new SendError('DNS', `The name ${host} has no address.`);
    for (const address of addresses) {
      const refusal = refusalOf(address, policy);
      if (refusal) throw blockedAddress(`${host} resolves to ${address}, which`, refusal);
    }
    return addresses;
  };
}

/** The error of a refused address. @param subject its start: "10.0.0.5" or "a.example resolves to 10.0.0.5, which" */
function blockedAddress(subject: string, { kind, rule }: AddressRefusal): SendError {
  return new SendError('BLOCKED_ADDRESS', `${subject} is ${kind}; ${rule}.`);
}

/** The resolver of the machine, with /etc/hosts and search domains. */
export async function lookupAddresses(host: string): Promise<string[]> {
  try {
    const found = await systemLookup(host, { all: true });
    return found.map(({ address }) => address);
  } catch (error) {
    throw (await whyNothingOpens()) ?? error;
  }
}

/** getaddrinfo says that a name does not exist where it cannot open its own files and sockets. @returns null: a file can be opened */
async function whyNothingOpens(): Promise<unknown> {
  try {
    await (await open(devNull)).close();
    return null;
  } catch (error) {
    return error;
  }
}

/** libuv gives look-ups half of its threads, of which `main.ts` makes 64. */
export const LOOKUPS_AT_ONCE = 32;

/** A name whose last look-up took longer shares threads with the names that were never looked up. */
const PROMPT_MS = 2_000;
const PROMPT_NAMES_KEPT = 10_000;

// getaddrinfo blocks one of libuv's few threads until it times out. Concurrent connections to a host share one lookup, and the
// names of a domain share the threads with those of others: a host whose name servers are down, or a partner with a name for each
// customer, would otherwise occupy all threads. Many domains together would too, so half of the threads are for names that were
// looked up promptly the last time.
function sharedLookup(lookup: Lookup): Lookup {
  const open = new Map<string, Promise<string[]>>();
  const prompt = new LRUCache<string, true>({ max: PROMPT_NAMES_KEPT });
  const threads = createFairSlots(LOOKUPS_AT_ONCE);
  const threadsOfOthers = createFairSlots(LOOKUPS_AT_ONCE / 2);

  const look = async (host: string) => {
    const begun = performance.now();
    try {
      return await lookup(host);
    } finally {
      if (performance.now() - begun < PROMPT_MS) prompt.set(host, true);
      else prompt.delete(host);
    }
  };
  const inThreads = (host: string) => {
    const domain = domainOf(host);
    const inThread = () => threads.run(domain, () => look(host));
    return prompt.has(host) ? inThread() : threadsOfOthers.run(domain, inThread);
  };

  return (host) => {
    const running = open.get(host);
    if (running !== undefined) return running;
    const answer = inThreads(host).finally(() => open.delete(host));
    open.set(host, answer);
    return answer;
  };
}

/** `a.partner.example` and all names beside it belong to `partner.example`; `partner.example` belongs to itself. */
function domainOf(host: string): string {
  const parent = host.slice(host.indexOf('.') + 1);
  return parent.includes('.') ? parent : host;
}

/** The name servers of the host gave no answer, or the resolver of this machine did not. */
const NO_ANSWER = 'EAI_AGAIN';
const DOMAINS_KEPT = 10;

/** Says which of both it was by looking up a name of another domain that was found before. */
function createResolverCheck(resolve: Lookup) {
  const found = new LRUCache<string, string>({ max: DOMAINS_KEPT });
  return {
    answered: (host: string) => void found.set(domainOf(host), host),
    /** false if no other domain is known. */
    async isDown(host: string): Promise<boolean> {
      const own = domainOf(host);
      // the latest first
      const [, other] = [...found.entries()].find(([domain]) => domain !== own) ?? [];
      if (other === undefined) return false;
      return resolve(other).then(
        () => false,
        (error: Error) => systemCode(error) === NO_ANSWER,
      );
    },
  };
}

function resolverDown(host: string): SendError {
  const why = 'nor could a name that was found before, so the resolver of this machine does not answer';
  return new SendError('NOT_SENT', `The name ${host} could not be resolved, ${why} (${NO_ANSWER}).`);
}

function lookupError(error: Error, host: string): SendError {
  const code = systemCode(error) || error.message;
  if (code === 'ENOTFOUND') return new SendError('DNS', `The name ${host} does not exist (ENOTFOUND).`);
  const undone = `The name ${host} could not be resolved`;
  return shortageError(code, undone) ?? new SendError('DNS', `${undone} (${code}).`);
}
