// What a credential is made of: the part that may be read, and the part that is sealed.
import { SECRET_VALUE } from '../../header-pairs';
import type { Keyring, SealedSecret } from '../../keyring/keyring';
import type { CredentialKind } from './webhook-credential.entity';

export const CLIENT_AUTHENTICATIONS = ['BASIC', 'BODY'] as const;
export type ClientAuthentication = (typeof CLIENT_AUTHENTICATIONS)[number];

/** Beside what each kind has: whose it is, for a person. */
interface Named {
  /** Header name, user name, client id or certificate subject. */
  name: string;
  /** Of the webhook's URL when it was saved, such as https://api.example.com. */
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
  | (Named & { kind: 'CERTIFICATE'; expiresAt: string });

interface Described {
  kind: CredentialKind;
  settings: string;
}

export function settingsOf(row: Described): Settings {
  return { ...JSON.parse(row.settings), kind: row.kind };
}

/** How a request row shows the header that a credential adds; null: it adds none. */
export function recordedHeader(row: Described): [string, string] | null {
  if (row.kind === 'HEADER') return [settingsOf(row).name, SECRET_VALUE];
  if (row.kind === 'BASIC') return ['authorization', `Basic ${SECRET_VALUE}`];
  return row.kind === 'OAUTH2' ? ['authorization', `Bearer ${SECRET_VALUE}`] : null;
}

const placeOf = (id: string) => `webhook_credentials|secret|${id}`;

/** @param secret the header value, password or client secret; of a certificate the JSON of its `CertificatePair` */
export function sealCredential(keyring: Keyring, id: string, secret: string): SealedSecret {
  return keyring.seal(Buffer.from(secret), placeOf(id));
}

/** What was sealed. @throws Error when it cannot be opened */
export function openCredential(keyring: Keyring, row: SealedSecret & { id: string }): string {
  return keyring.open(row, placeOf(row.id)).toString('utf8');
}

export interface CertificatePair {
  /** PEM: the client's own first, then those that lead to its authority. */
  certificate: string;
  /** PEM, not encrypted. */
  privateKey: string;
}

/** Scheme, host and port that a webhook's URL leads to; null without one. */
export function originOf(url: string | null): string | null {
  return url === null ? null : (URL.parse(url)?.origin ?? null);
}
