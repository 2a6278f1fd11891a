import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { type Context, loaderFor } from '../../graphql/context';
import { settingsOf } from '../credentials/credential-settings';
import { type CredentialRow, credentialsOfWebhooks } from '../credentials/webhook-credential.store';
import type { WebhookRow } from '../webhook.store';
import { TrustedCertificateType, WebhookCredentialType, WebhookProxyType } from './credential.type';
import { WebhookType } from './webhook.type';

@Resolver(() => WebhookType)
export class WebhookCredentialsResolver {
  @FieldResolver(() => [WebhookCredentialType], {
    description: 'The credentials that are sent to the partner, without their secrets, at most 23; empty: none.',
  })
  async credentials(@Root() webhook: WebhookRow, @Ctx() context: Context) {
    return (await storedFor(context, webhook)).flatMap(shown);
  }

  @FieldResolver(() => WebhookProxyType, {
    nullable: true,
    description: 'OUTGOING: the proxy through which requests are sent; null: they are sent directly.',
  })
  async proxy(@Root() webhook: WebhookRow, @Ctx() context: Context): Promise<WebhookProxyType | null> {
    for (const row of await storedFor(context, webhook)) {
      const settings = settingsOf(row);
      if (settings.kind !== 'PROXY') continue;
      return { url: settings.proxyUrl, username: settings.name || null, createdAt: row.createdAt };
    }
    return null;
  }

  @FieldResolver(() => [TrustedCertificateType], {
    description:
      'OUTGOING: the certificate authorities that are trusted beside the public ones, at most 20; empty: none.',
  })
  async caCertificates(@Root() webhook: WebhookRow, @Ctx() context: Context): Promise<TrustedCertificateType[]> {
    return (await storedFor(context, webhook)).flatMap((row) => {
      const settings = settingsOf(row);
      if (settings.kind !== 'AUTHORITIES') return [];
      return settings.certificates.map((each) => ({ ...each, expiresAt: new Date(each.expiresAt) }));
    });
  }
}

async function storedFor(context: Context, webhook: WebhookRow): Promise<readonly CredentialRow[]> {
  const load = async (ids: readonly string[]) => {
    return Map.groupBy(await credentialsOfWebhooks(context.db, ids), (row) => row.webhookId);
  };
  return (await loaderFor(context, 'WebhookCredential', load).load(webhook.id)) ?? [];
}

function shown(row: CredentialRow): WebhookCredentialType[] {
  const none = { tokenUrl: null, scope: null, audience: null, clientAuthentication: null, expiresAt: null };
  const settings = settingsOf(row);
  if (settings.kind === 'PROXY' || settings.kind === 'AUTHORITIES') return [];
  const expiresAt = settings.kind === 'CERTIFICATE' ? new Date(settings.expiresAt) : null;
  return [{ ...none, ...settings, expiresAt, createdAt: row.createdAt }];
}
