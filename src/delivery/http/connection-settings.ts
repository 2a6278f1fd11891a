import { createSecureContext, getCACertificates, type SecureContext, type SecureVersion } from 'node:tls';
import { LRUCache } from 'lru-cache';

/** The proxy through which a webhook is sent: a tunnel (CONNECT) to each target. */
export interface ProxyServer {
  /** Another proxy, user name or password has another id. */
  readonly id: string;
  /** Scheme, host and port: http://proxy.example:3128. */
  readonly url: string;
  /** null: it requires no credentials. */
  readonly username: string | null;
  readonly password: string;
}

/** Certificates that are trusted beside those that Node trusts. */
export interface TrustedAuthorities {
  /** Other certificates have another id. */
  readonly id: string;
  /** PEM. */
  readonly certificates: readonly string[];
}

/** What a connection depends on, beside its origin. A connection is used only for requests for which all of it is the same. */
export interface ConnectionSettings {
  /** null: none is presented. */
  readonly certificate: ClientCertificate | null;
  /** null: connected directly. */
  readonly proxy: ProxyServer | null;
  /** null: only those that Node trusts. */
  readonly authorities: TrustedAuthorities | null;
}

export const DIRECT: ConnectionSettings = { certificate: null, proxy: null, authorities: null };

/** Differs where the settings do. */
export function connectionKey(origin: string, { certificate, proxy, authorities }: ConnectionSettings): string {
  return [origin, certificate?.id, proxy?.id, authorities?.id].join(' ');
}

/** Presented to a partner that requests a client certificate (mTLS). */
export interface ClientCertificate {
  /** Another certificate has another id. */
  readonly id: string;
  /** PEM, followed by intermediate certificates where the partner needs them. */
  readonly certificate: string;
  /** PEM, not encrypted. */
  readonly privateKey: string;
}

// The TLS settings of connections: the oldest version, what is presented, and who is trusted.

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
