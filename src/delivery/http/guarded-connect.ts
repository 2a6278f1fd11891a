import { isIP, type LookupFunction, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { refusalOf } from '../../webhooks/request/allowed-addresses';
import type { TargetPolicy } from '../../webhooks/request/target-url';
import type { ClientCertificate } from './client-certificate';
import { connectError } from './connect-error';
import { blockedAddress, guardedLookup, type Lookup } from './guarded-lookup';

export interface ConnectOptions {
  readonly policy: TargetPolicy;
  readonly lookup: Lookup;
  /** PEM of the authorities that replace the built-in ones. */
  readonly ca?: string | undefined;
}

/** Opens one connection. `onSocket` receives the socket while it is connecting. */
export type Connect = (
  options: buildConnector.Options,
  callback: buildConnector.Callback,
  onSocket: (socket: Socket) => void,
) => void;

/** Connects with a client certificate, or without. TLS sessions are resumed only with the same certificate. */
export type Connector = (certificate: ClientCertificate | null) => Connect;

// For each address of a host with several. Node's default of 250 ms is too short for partners on another continent.
const NEXT_ADDRESS_AFTER_MS = 1000;

/**
 * The SSRF guard. It is part of the connector because only here the checked address is the one that is connected to:
 * net.connect calls our lookup once and connects to its result, and keeps the name for SNI and for the certificate. IP
 * literals are not looked up, so they are checked first.
 */
export function guardedConnector({ policy, lookup, ca }: ConnectOptions): Connector {
  const guarded = asNodeLookup(guardedLookup(policy, lookup));
  const plain = guardedConnect(policy, guarded, { ca });
  return (certificate) => {
    if (certificate === null) return plain;
    return guardedConnect(policy, guarded, { ca, cert: certificate.certificate, key: certificate.privateKey });
  };
}

interface TlsOptions {
  readonly ca: string | undefined;
  readonly cert?: string;
  readonly key?: string;
}

function guardedConnect(policy: TargetPolicy, lookup: LookupFunction, tls: TlsOptions): Connect {
  const connect = openingConnector({
    lookup,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS,
    allowH2: false,
    timeout: 0, // the exchange has its own deadline
    rejectUnauthorized: true, // explicit: otherwise NODE_TLS_REJECT_UNAUTHORIZED=0 would disable it
    ...tls,
  });
  return (options, callback, onSocket) => {
    const { hostname } = options;
    const refusal = isIP(hostname) === 0 ? null : refusalOf(hostname, policy);
    if (refusal) {
      callback(blockedAddress(hostname, refusal), null);
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
    onSocket(socket);
  };
}

// undici's connector returns the socket that it opens (undici's Client relies on it), but its type does not say so.
type OpeningConnector = (...args: Parameters<buildConnector.connector>) => Socket;

function openingConnector(options: buildConnector.BuildOptions): OpeningConnector {
  return buildConnector(options) as OpeningConnector;
}

function asNodeLookup(lookup: Lookup): LookupFunction {
  return (host, options, callback) => {
    lookup(host).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        if (options.all) callback(null, found);
        else callback(null, found[0]!.address, found[0]!.family);
      },
      (error: Error) => callback(error, ''),
    );
  };
}
