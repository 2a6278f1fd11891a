import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { loaderFor } from '../../graphql/data-loaders';
import { settingsOf } from '../credentials/credential-settings';
import { type CredentialRow, credentialsOfWebhooks } from '../credentials/webhook-credential.store';
import type { WebhookRow } from '../webhook.store';
import { WebhookCredentialType } from './credential.type';
import { WebhookType } from './webhook.type';

@Resolver(() => WebhookType)
export class WebhookCredentialsResolver {
  @FieldResolver(() => [WebhookCredentialType], {
    description: 'The credentials that are sent to the partner, without their secrets, at most 23; empty: none.',
  })
  async credentials(@Root() webhook: WebhookRow, @Ctx() context: Context) {
    const load = async (ids: readonly string[]) => {
      return Map.groupBy(await credentialsOfWebhooks(context.db, ids), (row) => row.webhookId);
    };
    const rows = await loaderFor(context, 'WebhookCredential', load).load(webhook.id);
    return (rows ?? []).map(shown);
  }
}

function shown(row: CredentialRow): WebhookCredentialType {
  const none = { tokenUrl: null, scope: null, audience: null, clientAuthentication: null, expiresAt: null };
  const settings = settingsOf(row);
  const expiresAt = settings.kind === 'CERTIFICATE' ? new Date(settings.expiresAt) : null;
  return { ...none, ...settings, expiresAt, createdAt: row.createdAt };
}
