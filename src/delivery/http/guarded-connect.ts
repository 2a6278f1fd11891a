import { isIP, type LookupFunction, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { type AddressPolicy, type AddressRefusal, refusalOf } from '../../webhooks/request/allowed-addresses';
import type { TargetPolicy } from '../../webhooks/request/target-url';
import { SendError, systemCode } from '../send-error';
import type { Connect, Connector } from './connect';
import { connectError } from './connect-error';
import { type ConnectionSettings, DIRECT } from './connection-settings';
import { createResolverCheck, type Lookup, lookupError, NO_ANSWER, resolverDown, sharedLookup } from './dns-lookup';
import { certificateUnusable } from './exchange-error';
import { proxiedConnect } from './proxied-connect';
import { createTlsOptions, type TlsOptions } from './tls-options';

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
