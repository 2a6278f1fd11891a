import { SendError, systemCode, textOf } from '../send-error';

/** The sentence for a connection that could not be made; `encrypting` says that TCP stood and TLS failed. */
export function connectError(error: Error, host: string, encrypting: boolean): SendError {
  if (error instanceof SendError) return error;
  return encrypting ? tlsError(error, host) : tcpError(error, host);
}

/** Also for faults that come after the handshake, such as a partner that asks for a client certificate in TLS 1.3. */
export function tlsError(error: Error, host: string): SendError {
  const code = systemCode(error);
  const fault = CERTIFICATE_FAULTS[code];
  if (fault !== undefined) return new SendError('TLS', `The certificate of ${host} ${fault} (${code}).`);
  const refusal = ALERTS[code];
  if (refusal !== undefined) return new SendError('TLS', `${host} ${refusal} (${code}).`);
  if (code === 'ECONNRESET') return new SendError('TLS', `${host} closed the connection during the TLS handshake.`);
  const reason = textOf(error, 'reason') || code || error.message;
  return new SendError('TLS', `No TLS connection to ${host} could be made: ${reason}.`);
}

// What a partner says of our certificate (RFC 8446, section 6.2), in TLS 1.3 after the handshake seemed done.
const ALERTS: { readonly [code: string]: string } = {
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'asks for a client certificate, and this webhook has none',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'does not trust the authority that signed our client certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'refused our client certificate: it has expired',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: 'refused our client certificate: it was revoked',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'refused our client certificate',
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: 'refused our client certificate: it is of a kind that it does not take',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE:
    'refused our client certificate, or asks for one that this webhook does not have',
};

function tcpError(error: Error, host: string): SendError {
  const code = systemCode(error);
  return new SendError('CONNECT', `${host} ${TCP_FAULTS[code] ?? `could not be reached: ${error.message}`} (${code}).`);
}

const TCP_FAULTS: { readonly [code: string]: string } = {
  ECONNREFUSED: 'refused the connection: nothing listens on that port',
  ECONNRESET: 'closed the connection while it was being made',
  EHOSTUNREACH: 'could not be reached: there is no route to it',
  ENETUNREACH: 'could not be reached: there is no network to it',
  ETIMEDOUT: 'could not be reached: it did not answer the attempt to connect',
};

const UNTRUSTED = 'is not signed by an authority that is trusted here; often its intermediate certificate is missing';

const CERTIFICATE_FAULTS: { readonly [code: string]: string } = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an authority that is not trusted here',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'was issued for another host',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
};
