// A credential consists of readable settings and an encrypted secret.
import type { EncryptedSecret, Keyring } from '../../keyring/keyring';
import { SECRET_VALUE } from '../../values/text';
import { CONNECTION_KINDS, type StoredKind } from './webhook-credential.entity';

export const CLIENT_AUTHENTICATIONS = ['BASIC', 'BODY'] as const;
export type ClientAuthentication = (typeof CLIENT_AUTHENTICATIONS)[number];

/** The settings of all kinds. */
interface Named {
  /** Header name, user name, client id or certificate subject; of a proxy: the user name, empty without one. */
  name: string;
  /** The origin of the URL of the webhook when the credential was saved, such as https://api.example.com. */
  origin: string | null;
}

export type Settings =
  | (Named & { kind: 'HEADER' | 'BASIC' })
  | (Named & {
      kind: 'OAUTH2';
      tokenUrl: string;
      scope: string | null;
      audience: string | null;
      clientAuthentication: ClientAuthentication;
    })
  | (Named & { kind: 'CERTIFICATE'; expiresAt: string })
  | (Named & { kind: 'PROXY'; proxyUrl: string })
  | (Named & { kind: 'AUTHORITIES'; certificates: readonly ShownAuthority[] });

/** A trusted certificate, as users see it. */
export interface ShownAuthority {
  subject: string;
  /** ISO 8601. */
  expiresAt: string;
  /** SHA-256 of the certificate: 64 hexadecimal digits. */
  fingerprint: string;
}

/** The readable part of a credential. */
interface DescribedCredential {
  kind: StoredKind;
  settings: string;
}

/** Whether it is sent to the partner; false: it says how connections are made. */
export function isForPartner({ kind }: Pick<DescribedCredential, 'kind'>): boolean {
  return !CONNECTION_KINDS.some((each) => each === kind);
}

export function settingsOf(row: DescribedCredential): Settings {
  return { ...JSON.parse(row.settings), kind: row.kind };
}

const placeOf = (id: string) => `webhook_credentials|secret|${id}`;

/**
 * @param secret the header value, password or client secret; for a certificate, the JSON of its `CertificatePair`; for
 *   authorities, the JSON of their PEM texts, which encryption protects from being replaced
 */
export function encryptCredential(keyring: Keyring, id: string, secret: string): EncryptedSecret {
  return keyring.encrypt(Buffer.from(secret), placeOf(id));
}

/** The encrypted secret. @throws Error when it cannot be decrypted */
export function decryptCredential(keyring: Keyring, row: EncryptedSecret & { id: string }): string {
  return keyring.decrypt(row, placeOf(row.id)).toString('utf8');
}

export interface CertificatePair {
  /** PEM: the certificate of the client, followed by the intermediate ones. */
  certificate: string;
  /** PEM, not encrypted. */
  privateKey: string;
}

/** The input field of each kind of credential. */
export const INPUT_FIELDS = {
  HEADER: 'secretHeaders',
  BASIC: 'basicAuth',
  OAUTH2: 'oauth2',
  CERTIFICATE: 'clientCertificate',
  PROXY: 'proxy',
  AUTHORITIES: 'caCertificates',
} as const satisfies Record<Settings['kind'], string>;

/** The header that a credential adds, as request rows show it; null: it adds none. */
export function recordedHeader(row: DescribedCredential): [string, string] | null {
  if (row.kind === 'HEADER') return [settingsOf(row).name, SECRET_VALUE];
  if (row.kind === 'BASIC') return ['authorization', `Basic ${SECRET_VALUE}`];
  return row.kind === 'OAUTH2' ? ['authorization', `Bearer ${SECRET_VALUE}`] : null;
}
