// Connects through an HTTP proxy, with CONNECT (RFC 9110, section 9.3.6).
import { maxHeaderSize, request } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { SendError, systemCode } from '../send-error';
import type { Connect, Dialling } from './connect';
import type { ProxyServer } from './connection-settings';

/** Further addresses of a target are not tried. */
const MAX_ADDRESSES = 4;
/** Of an answer to CONNECT. Empty lines before an answer are allowed, and never end it. */
const MAX_ANSWER_BYTES = 64 * 1024;

export interface ProxiedConnectParts {
  readonly proxy: ProxyServer;
  /** The allowed addresses of a target. @throws SendError if it has one that is not allowed */
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
  /** Connects to the proxy itself, with the address guard. */
  readonly toProxy: Connect;
  /** Encrypts a tunnel. */
  readonly encrypt: (options: buildConnector.Options, tunnel: Socket) => Promise<Socket>;
}

/**
 * The address guard holds behind a proxy too: the target is resolved and checked here, and the proxy is asked to connect to
 * the checked address, not to the name, which it could resolve to another one. SNI, certificate check and Host keep the
 * name. Targets over http use a tunnel as well.
 */
export function proxiedConnect(parts: ProxiedConnectParts): Connect {
  return (options, callback, dialling) => {
    connectThrough(parts, options, dialling).then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
}

async function connectThrough(
  parts: ProxiedConnectParts,
  options: buildConnector.Options,
  dialling: Dialling,
): Promise<Socket> {
  const { hostname, protocol } = options;
  const port = Number(options.port || (protocol === 'https:' ? 443 : 80));
  const proxyHost = new URL(parts.proxy.url).host;
  const addresses = [...(await parts.addressesOf(hostname))].sort(byFamily).slice(0, MAX_ADDRESSES);
  if (isIP(hostname) === 0) dialling.resolved();
  const tunnel = await openTunnel(parts, { hostname, port, proxyHost }, addresses, dialling);
  dialling.connected();
  if (protocol !== 'https:') return tunnel;
  dialling.waitsFor(`${hostname} did not finish the TLS handshake through the proxy ${proxyHost}`);
  const encrypted = await parts.encrypt(options, tunnel);
  dialling.socket(encrypted);
  return encrypted;
}

// a proxy without IPv6 is common, one without IPv4 is not
function byFamily(one: string, other: string): number {
  return isIP(one) - isIP(other);
}

interface Target {
  hostname: string;
  port: number;
  proxyHost: string;
}

async function openTunnel(
  { proxy, toProxy }: ProxiedConnectParts,
  { hostname, port, proxyHost }: Target,
  addresses: readonly string[],
  dialling: Dialling,
): Promise<Socket> {
  let failure: SendError | null = null;
  for (const address of addresses) {
    dialling.waitsFor(`The proxy ${proxyHost} could not be reached`);
    const socket = await connectToProxy(proxy, toProxy, dialling);
    dialling.address(address);
    dialling.waitsFor(`The proxy ${proxyHost} did not connect to ${hostname}`);
    const authority = `${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
    const shown = address === hostname ? authority : `${hostname} at ${authority}`;
    const answer = await askForTunnel(proxy, proxyHost, socket, authority, shown);
    if (!(answer instanceof SendError)) return answer;
    socket.destroy();
    if (!(answer instanceof AddressNotReached)) throw answer;
    failure = answer;
  }
  throw failure ?? new SendError('DNS', `The name ${hostname} has no address.`);
}

function connectToProxy({ url }: ProxyServer, toProxy: Connect, dialling: Dialling): Promise<Socket> {
  const { hostname, host, protocol, port } = new URL(url);
  const options = { hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port };
  return new Promise((resolve, reject) => {
    const done: buildConnector.Callback = (error, socket) => {
      if (error === null) resolve(socket as Socket);
      else reject(error instanceof SendError ? proxyConnectError(error) : error);
    };
    toProxy(options, done, dialling);
  });
}

/** @returns the socket when it is a tunnel, or why it is none */
function askForTunnel(
  { username, password }: ProxyServer,
  proxyHost: string,
  socket: Socket,
  authority: string,
  shown: string,
): Promise<Socket | SendError> {
  const credentials = Buffer.from(`${username}:${password}`).toString('base64');
  const headers = { host: authority, ...(username !== null && { 'proxy-authorization': `Basic ${credentials}` }) };
  return new Promise((resolve) => {
    const read = () => {
      if (socket.bytesRead > MAX_ANSWER_BYTES) resolve(endlessAnswer(proxyHost));
    };
    socket.on('data', read);
    const asking = request({ method: 'CONNECT', path: authority, headers, createConnection: () => socket });
    asking.once('connect', ({ statusCode = 0 }, _socket, head) => {
      socket.off('data', read);
      if (statusCode < 200 || statusCode > 299) {
        resolve(refusedTunnel(proxyHost, statusCode, shown, username !== null));
      } else {
        resolve(head.length > 0 ? earlyData(proxyHost) : socket);
      }
    });
    asking.on('error', (error) => resolve(brokenTunnel(proxyHost, error)));
    asking.end();
  });
}

// The errors of the hop to the proxy. Each says so, because the partner is not their cause.

/** The error of a connection to the proxy itself. */
export function proxyConnectError(error: SendError): SendError {
  // what the guard refuses stays recognisable, and what this machine lacks is no fault of the proxy
  const isOurs = error.errorCode === 'BLOCKED_ADDRESS' || error.errorCode === 'NOT_SENT';
  const code = isOurs ? error.errorCode : 'PROXY';
  return new SendError(code, `The proxy of this webhook cannot be used: ${error.message}`);
}

/** The proxy could not reach this address of the target: another one may succeed. */
class AddressNotReached extends SendError {}

/** @param target the host and the address that the proxy was asked to connect to */
function refusedTunnel(proxyHost: string, status: number, target: string, hasCredentials: boolean): SendError {
  const subject = `The proxy ${proxyHost}`;
  if (status === 407) {
    const why = hasCredentials
      ? 'refused the user name or the password of this webhook'
      : 'requires a user name and a password, and this webhook has none';
    return new SendError('PROXY', `${subject} ${why} (407).`);
  }
  if (status >= 500) return new AddressNotReached('PROXY', `${subject} could not connect to ${target} (${status}).`);
  return new SendError('PROXY', `${subject} refused to connect to ${target} (${status}).`);
}

/** The connection to the proxy broke before it answered. */
function brokenTunnel(proxyHost: string, error: Error): SendError {
  const code = systemCode(error);
  return new SendError('PROXY', `The proxy ${proxyHost} ${faultOfAnswer(code)} (${code || error.message}).`);
}

function faultOfAnswer(code: string): string {
  if (code === 'HPE_HEADER_OVERFLOW') return `answered with headers of more than ${maxHeaderSize / 1024} KiB`;
  return code.startsWith('HPE_')
    ? 'sent an answer that is not HTTP/1.1'
    : 'closed the connection before it answered CONNECT';
}

function earlyData(proxyHost: string): SendError {
  return new SendError('PROXY', `The proxy ${proxyHost} sent data of its own after its answer to CONNECT.`);
}

function endlessAnswer(proxyHost: string): SendError {
  return new SendError('PROXY', `The proxy ${proxyHost} sent more than 64 KiB without an answer to CONNECT.`);
}
