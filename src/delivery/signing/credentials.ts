import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import {
  type CertificatePair,
  type ClientAuthentication,
  openCredential,
  recordedHeader,
  type Settings,
  settingsOf,
} from '../../webhooks/credentials/credential-settings';
import { type CredentialRow, credentialsOfWebhooks } from '../../webhooks/credentials/webhook-credential.store';
import type { ClientCertificate } from '../http/client-certificate';

/** Who asks a token endpoint, for what. */
export interface OAuth2Client {
  /** Changes with any of the rest. */
  id: string;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope: string | null;
  audience: string | null;
  clientAuthentication: ClientAuthentication;
}

/** What gets a webhook's requests in, opened: for the memory of one attempt alone. */
export interface Credentials {
  /** What the request row shows of them, in the order of the wire, where they stand last. */
  recordedHeaders: [string, string][];
  /** Without the access token, which is got at sending. */
  secretHeaders: [string, string][];
  oauth2: OAuth2Client | null;
  certificate: ClientCertificate | null;
  /** Whether a request to this origin, such as https://api.example.com, may carry them. */
  mayGoTo(origin: string): boolean;
  /** What must not stand in an answer that is kept. */
  secrets: string[];
  /** Why nothing can be sent, as the rest of a sentence. */
  fault: string | null;
}

export const NO_CREDENTIALS: Credentials = {
  recordedHeaders: [],
  secretHeaders: [],
  oauth2: null,
  certificate: null,
  mayGoTo: () => true,
  secrets: [],
  fault: null,
};

/** Those of each webhook, as they are now. One that cannot be opened is the fault of its own webhook: the others go on. */
export async function credentialsOf(
  db: Db,
  keyring: Keyring,
  webhookIds: readonly string[],
): Promise<(webhookId: string) => Credentials> {
  const rows = Map.groupBy(await credentialsOfWebhooks(db, [...new Set(webhookIds)]), (row) => row.webhookId);
  const opened = new Map([...rows].map(([webhookId, own]) => [webhookId, open(own, keyring)]));
  return (webhookId) => opened.get(webhookId) ?? NO_CREDENTIALS;
}

// All or none: with half of them the partner would refuse it, or take it for somebody else's.
function open(rows: readonly CredentialRow[], keyring: Keyring): Credentials {
  const credentials: Credentials = { ...NO_CREDENTIALS, recordedHeaders: [], secretHeaders: [], secrets: [] };
  // the access token comes last, because it is had last
  const inOrder = rows.toSorted((one, other) => Number(one.kind === 'OAUTH2') - Number(other.kind === 'OAUTH2'));
  try {
    for (const row of inOrder) add(credentials, row, settingsOf(row), openCredential(keyring, row));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...NO_CREDENTIALS, fault: `a credential of this webhook cannot be opened: ${why}` };
  }
  return { ...credentials, mayGoTo: placesOf(rows) };
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
      credentials.certificate = { id: row.id, ...(JSON.parse(secret) as CertificatePair) };
  }
}

/**
 * A delivery keeps the URL that its webhook had. When the webhook is given another partner's URL and credentials, what is
 * still owed to the old one must not take them there.
 */
function placesOf(rows: readonly CredentialRow[]): Credentials['mayGoTo'] {
  const places = rows.map((row) => settingsOf(row).origin);
  return (origin) => places.every((place) => place === origin);
}
