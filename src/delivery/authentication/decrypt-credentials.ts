import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import {
  type CertificatePair,
  type ClientAuthentication,
  decryptCredential,
  isForPartner,
  recordedHeader,
  type Settings,
  settingsOf,
} from '../../webhooks/credentials/credential-settings';
import { type CredentialRow, credentialsOfWebhooks } from '../../webhooks/credentials/webhook-credential.store';
import type { DueWebhook } from '../delivery.store';
import { type ConnectionSettings, DIRECT } from '../http/connection-settings';

/** What a request for an access token needs. */
export interface OAuth2Client {
  /** Changes when any other field does. */
  id: string;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope: string | null;
  audience: string | null;
  clientAuthentication: ClientAuthentication;
}

/** Decrypted credentials of a webhook, kept in memory for one attempt. */
export interface Credentials {
  /** The headers as recorded in the request row, with [secret] for their values, in wire order after all others. */
  recordedHeaders: [string, string][];
  /** The headers as sent, except that of the access token, which is obtained when sending. */
  secretHeaders: [string, string][];
  oauth2: OAuth2Client | null;
  /** The client certificate, the proxy and the trusted authorities. */
  connection: ConnectionSettings;
  /** Whether a request to this origin, such as https://api.example.com, may carry them. */
  mayGoTo(origin: string): boolean;
  /** Texts that are removed from stored responses. */
  secrets: string[];
  /** Why nothing can be sent, as the end of a sentence. */
  fault: string | null;
}

export const NO_CREDENTIALS: Credentials = {
  recordedHeaders: [],
  secretHeaders: [],
  oauth2: null,
  connection: DIRECT,
  mayGoTo: () => true,
  secrets: [],
  fault: null,
};

/**
 * The current credentials of each webhook. One that cannot be decrypted affects only its own webhook. Sends no statement if none of
 * them has credentials.
 */
export async function credentialsOf(
  db: Db,
  keyring: Keyring,
  webhooks: Iterable<Pick<DueWebhook, 'id' | 'hasCredentials'>>,
): Promise<(webhookId: string) => Credentials> {
  const ids = [...webhooks].filter(({ hasCredentials }) => hasCredentials).map(({ id }) => id);
  if (ids.length === 0) return () => NO_CREDENTIALS;
  const rows = Map.groupBy(await credentialsOfWebhooks(db, ids), (row) => row.webhookId);
  const opened = new Map([...rows].map(([webhookId, own]) => [webhookId, open(own, keyring)]));
  return (webhookId) => opened.get(webhookId) ?? NO_CREDENTIALS;
}

// All or none: a partner would refuse a request with some of them, or attribute it to another sender.
function open(rows: readonly CredentialRow[], keyring: Keyring): Credentials {
  const credentials: Credentials = { ...NO_CREDENTIALS, recordedHeaders: [], secretHeaders: [], secrets: [] };
  // the header of the access token is added last, when sending
  const inOrder = rows.toSorted((one, other) => Number(one.kind === 'OAUTH2') - Number(other.kind === 'OAUTH2'));
  try {
    for (const row of inOrder) add(credentials, row, settingsOf(row), decryptCredential(keyring, row));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...NO_CREDENTIALS, fault: `a credential of this webhook cannot be decrypted: ${why}` };
  }
  return { ...credentials, mayGoTo: originCheck(rows) };
}

function add(credentials: Credentials, row: CredentialRow, settings: Settings, secret: string): void {
  const recorded = recordedHeader(row);
  if (recorded) credentials.recordedHeaders.push(recorded);
  switch (settings.kind) {
    case 'HEADER':
      credentials.secretHeaders.push([settings.name, secret]);
      credentials.secrets.push(secret);
      return;
    case 'BASIC': {
      const pair = Buffer.from(`${settings.name}:${secret}`).toString('base64');
      credentials.secretHeaders.push(['authorization', `Basic ${pair}`]);
      credentials.secrets.push(pair, secret);
      return;
    }
    case 'OAUTH2': {
      const { name: clientId, tokenUrl, scope, audience, clientAuthentication } = settings;
      credentials.oauth2 = {
        id: row.id,
        tokenUrl,
        clientId,
        clientSecret: secret,
        scope,
        audience,
        clientAuthentication,
      };
      credentials.secrets.push(secret);
      return;
    }
    case 'CERTIFICATE':
      connect(credentials, { certificate: { id: row.id, ...(JSON.parse(secret) as CertificatePair) } });
      return;
    case 'PROXY': {
      const { name, proxyUrl } = settings;
      connect(credentials, { proxy: { id: row.id, url: proxyUrl, username: name || null, password: secret } });
      credentials.secrets.push(secret, Buffer.from(`${name}:${secret}`).toString('base64'));
      return;
    }
    case 'AUTHORITIES':
      connect(credentials, { authorities: { id: row.id, certificates: JSON.parse(secret) as string[] } });
  }
}

function connect(credentials: Credentials, more: Partial<ConnectionSettings>): void {
  credentials.connection = { ...credentials.connection, ...more };
}

/**
 * A delivery keeps the URL that its webhook had when it was made. If the webhook then gets the URL and credentials of another
 * partner, open deliveries must not send these credentials to the old one.
 */
function originCheck(rows: readonly CredentialRow[]): Credentials['mayGoTo'] {
  const origins = rows.filter(isForPartner).map((row) => settingsOf(row).origin);
  return (origin) => origins.every((each) => each === origin);
}
