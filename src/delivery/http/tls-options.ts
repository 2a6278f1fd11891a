// The TLS settings of connections: the oldest version, what is presented, and who is trusted.

import { createSecureContext, getCACertificates, type SecureContext, type SecureVersion } from 'node:tls';
import { LRUCache } from 'lru-cache';
import type { ConnectionSettings } from './connection-settings';

/** Explicit: otherwise NODE_OPTIONS=--tls-min-v1.0 would allow versions whose hashes can be forged. */
const MIN_TLS_VERSION: SecureVersion = 'TLSv1.2';

export interface TlsOptions {
  readonly minVersion: SecureVersion;
  readonly ca?: string | undefined;
  readonly cert?: string;
  readonly key?: string;
  readonly secureContext?: SecureContext;
}

/** @throws Error if OpenSSL refuses the certificate */
export type TlsOptionsOf = (settings: ConnectionSettings) => TlsOptions;

/** A context holds about 150 parsed certificates. */
const MAX_CONTEXTS = 50;

/** @param ca PEM of the authorities that replace Node's (which NODE_EXTRA_CA_CERTS extends) */
export function createTlsOptions(ca: string | undefined): TlsOptionsOf {
  const contexts = new LRUCache<string, SecureContext>({ max: MAX_CONTEXTS });
  return ({ certificate, authorities }) => {
    const own = certificate === null ? {} : { cert: certificate.certificate, key: certificate.privateKey };
    if (authorities === null) return { minVersion: MIN_TLS_VERSION, ca, ...own };
    const id = `${authorities.id} ${certificate?.id}`;
    const known = contexts.get(id);
    if (known !== undefined) return { minVersion: MIN_TLS_VERSION, secureContext: known };
    const trusted = ca === undefined ? getCACertificates('default') : [ca];
    const secureContext = createSecureContext({
      minVersion: MIN_TLS_VERSION,
      ca: [...trusted, ...authorities.certificates],
      // each listed certificate is trusted by itself, also an intermediate one and that of the server
      allowPartialTrustChain: true,
      ...own,
    });
    contexts.set(id, secureContext);
    return { minVersion: MIN_TLS_VERSION, secureContext };
  };
}
