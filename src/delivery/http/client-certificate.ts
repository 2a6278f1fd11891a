/** What a partner that asks for it (mTLS) is shown. */
export interface ClientCertificate {
  /** Changes with the certificate. */
  readonly id: string;
  /** PEM, with intermediate certificates behind it where the partner needs them. */
  readonly certificate: string;
  /** PEM, not encrypted. */
  readonly privateKey: string;
}
