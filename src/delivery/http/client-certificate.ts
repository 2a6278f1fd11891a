/** Presented to a partner that requests a client certificate (mTLS). */
export interface ClientCertificate {
  /** Another certificate has another id. */
  readonly id: string;
  /** PEM, followed by intermediate certificates where the partner needs them. */
  readonly certificate: string;
  /** PEM, not encrypted. */
  readonly privateKey: string;
}
