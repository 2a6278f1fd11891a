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
