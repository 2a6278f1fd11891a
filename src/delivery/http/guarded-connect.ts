import { isIP, type LookupFunction, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { refusalOf } from '../../webhooks/request/public-address';
import type { TargetPolicy } from '../../webhooks/request/target-url';
import type { ClientCertificate } from './client-certificate';
import { connectError } from './connect-error';
import { blockedAddress, guardedLookup, type Lookup } from './guarded-lookup';

export interface ConnectOptions {
  readonly policy: TargetPolicy;
  readonly lookup: Lookup;
  /** PEM of the authorities to trust instead of the built-in ones. */
  readonly ca?: string | undefined;
}

/** Makes one connection; `onSocket` gets the socket while it is still connecting. */
export type Connect = (
  options: buildConnector.Options,
  callback: buildConnector.Callback,
  onSocket: (socket: Socket) => void,
) => void;

/** How to connect with a client certificate, or without. TLS sessions are resumed under that one alone. */
export type Connector = (certificate: ClientCertificate | null) => Connect;

// Per address, where a host has several. Node's default of 250 ms gives up on partners on another continent.
const NEXT_ADDRESS_AFTER_MS = 1000;

/**
 * The SSRF guard. It stands in the connector because only here is the checked address the dialled one: net.connect
 * asks our lookup once and dials what it returned, with the name kept for SNI and for the certificate. IP literals
 * never reach a lookup, so they are checked first.
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
    timeout: 0, // the deadline of the exchange is the only clock
    rejectUnauthorized: true, // said aloud, or NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off
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

// undici's connector returns the socket that it opens (its own Client relies on that), which its type does not say.
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
