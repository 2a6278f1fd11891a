// The errors of the hop to the proxy. Each says so, because the partner is not their cause.
import { maxHeaderSize } from 'node:http';
import { SendError, systemCode } from '../send-error';

/** The error of a connection to the proxy itself. */
export function proxyConnectError(error: SendError): SendError {
  // what the guard refuses stays recognisable, and what this machine lacks is no fault of the proxy
  const isOurs = error.errorCode === 'BLOCKED_ADDRESS' || error.errorCode === 'NOT_SENT';
  const code = isOurs ? error.errorCode : 'PROXY';
  return new SendError(code, `The proxy of this webhook cannot be used: ${error.message}`);
}

/** The proxy could not reach this address of the target: another one may succeed. */
export class AddressNotReached extends SendError {}

/** @param target the host and the address that the proxy was asked to connect to */
export function refusedTunnel(proxyHost: string, status: number, target: string, hasCredentials: boolean): SendError {
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
export function brokenTunnel(proxyHost: string, error: Error): SendError {
  const code = systemCode(error);
  return new SendError('PROXY', `The proxy ${proxyHost} ${faultOfAnswer(code)} (${code || error.message}).`);
}

function faultOfAnswer(code: string): string {
  if (code === 'HPE_HEADER_OVERFLOW') return `answered with headers of more than ${maxHeaderSize / 1024} KiB`;
  return code.startsWith('HPE_')
    ? 'sent an answer that is not HTTP/1.1'
    : 'closed the connection before it answered CONNECT';
}

export function earlyData(proxyHost: string): SendError {
  return new SendError('PROXY', `The proxy ${proxyHost} sent data of its own after its answer to CONNECT.`);
}

export function endlessAnswer(proxyHost: string): SendError {
  return new SendError('PROXY', `The proxy ${proxyHost} sent more than 64 KiB without an answer to CONNECT.`);
}
