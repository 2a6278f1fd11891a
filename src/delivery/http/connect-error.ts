// What is said of a connection, a certificate or a TLS handshake that failed.

import { SendError, systemCode, textOf } from '../send-error';

/** The error of a connection attempt. @param encrypting TCP was connected, and TLS failed */
export function connectError(error: Error, host: string, encrypting: boolean): SendError {
  if (error instanceof SendError) return error;
  return encrypting ? tlsError(error, host) : tcpError(error, host);
}

/** Also of faults after the handshake, such as a missing client certificate in TLS 1.3. */
export function tlsError(error: Error, host: string): SendError {
  const code = systemCode(error);
  const fault = CERTIFICATE_FAULTS[code];
  if (fault !== undefined) return new SendError('TLS', `The certificate of ${host} ${fault} (${code}).`);
  const refusal = REFUSALS[code];
  if (refusal !== undefined) return new SendError('TLS', `${host} ${refusal} (${code}).`);
  if (code === 'ECONNRESET') return new SendError('TLS', `${host} closed the connection during the TLS handshake.`);
  const reason = textOf(error, 'reason') || code || error.message;
  return new SendError('TLS', `The TLS connection to ${host} could not be established: ${reason}.`);
}

const TOO_OLD =
  'offers no version of TLS from 1.2 on, and older ones are not used: its operator must enable TLS 1.2 or 1.3';

// The versions do not meet, or an alert about our certificate (RFC 8446, section 6.2), which in TLS 1.3 follows the handshake.
const REFUSALS: { readonly [code: string]: string } = {
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: TOO_OLD,
  ERR_SSL_UNSUPPORTED_PROTOCOL: TOO_OLD,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'requires a client certificate, and this webhook has none',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'does not trust the authority that signed the client certificate of this webhook',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'refused the client certificate of this webhook: it has expired',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: 'refused the client certificate of this webhook: it was revoked',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'refused the client certificate of this webhook',
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    'refused the client certificate of this webhook: its kind is not supported',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE:
    'refused the client certificate of this webhook, or requires one and the webhook has none',
};

function tcpError(error: Error, host: string): SendError {
  const code = systemCode(error);
  return (
    shortageError(code, `No connection to ${host} was opened`) ??
    new SendError('CONNECT', `${host} ${TCP_FAULTS[code] ?? `could not be reached: ${error.message}`} (${code}).`)
  );
}

/** @param undone what this machine could not do @returns null: it has what it needs for it */
export function shortageError(code: string, undone: string): SendError | null {
  const shortage = SHORTAGES[code];
  return shortage === undefined ? null : new SendError('NOT_SENT', `${undone}: ${shortage} (${code}).`);
}

/** What this machine lacks: the partner was not called. */
const SHORTAGES: { readonly [code: string]: string } = {
  EMFILE: 'this process has no file descriptors left; raise its limit (ulimit -n)',
  ENFILE: 'this machine has no file descriptors left',
  EADDRNOTAVAIL: 'this machine has no free port for it',
  ENOBUFS: 'this machine has no memory left for it',
  ENOMEM: 'this machine has no memory left for it',
};

const TCP_FAULTS: { readonly [code: string]: string } = {
  ECONNREFUSED: 'refused the connection: nothing listens on that port',
  ECONNRESET: 'closed the connection while it was being established',
  EHOSTUNREACH: 'could not be reached: there is no route to the host',
  ENETUNREACH: 'could not be reached: its network is unreachable',
  ETIMEDOUT: 'could not be reached: it did not answer the connection attempt',
};

const UNTRUSTED = 'is not signed by a trusted authority; a common cause is a missing intermediate certificate';

const CERTIFICATE_FAULTS: { readonly [code: string]: string } = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an authority that is not trusted',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'was issued for another host',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
};
