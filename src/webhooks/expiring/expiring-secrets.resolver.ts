import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { currentTime } from '../../clock';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { listPage } from '../../graphql/lists/list';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { all } from '../../sql/condition';
import { API_KEY } from '../../users/api-keys/api-key.linked-fields';
import { ApiKeyType } from '../../users/api-keys/api-key.type';
import { READERS } from '../../viewer';
import { WEBHOOK } from '../api/webhook.linked-fields';
import { WebhookType } from '../api/webhook.type';
import { EXPIRING_SECRET_FILTER, ExpiringSecretListArgs } from './expiring-secret.inputs';
import { ExpiringSecretConnection, ExpiringSecretType } from './expiring-secret.type';
import {
  EXPIRING_SECRETS,
  EXPIRING_SECRETS_OF_WEBHOOKS,
  type ExpiringSecretRow,
  expiresAfter,
} from './expiring-secrets.store';

const API_KEY_READERS = ['SYSTEM_MANAGER', 'AUDITOR'] as const;
const EXPIRES_AT = { sql: 'expires_at', property: 'expiresAt', type: 'timestamptz' } as const;

@Resolver(() => ExpiringSecretType)
export class ExpiringSecretsResolver {
  @HasRole(...READERS)
  @Query(() => ExpiringSecretConnection, {
    nullable: true,
    description: withExample(
      'What stops working at a known time, oldest first by `expiresAt`: secrets and addresses that were replaced by a rotation, certificates, and API ' +
        'keys. Certificates that have expired stay in the list until they are replaced. Without ' +
        'what belongs to archived webhooks, keys of users who are not active, and revoked keys. API keys are listed for ' +
        'SYSTEM_MANAGER and AUDITOR only.',
      '{ expiringSecrets(where: { expiresAt: { lt: "2026-04-01T00:00:00Z" } }) { nodes { kind name expiresAt webhook { name } } } }',
    ),
  })
  expiringSecrets(@Ctx() context: Context, @Args(() => ExpiringSecretListArgs) args: ExpiringSecretListArgs) {
    const withApiKeys = API_KEY_READERS.some((role) => context.viewer?.roles.has(role));
    return listPage(context, {
      listing: withApiKeys ? EXPIRING_SECRETS : EXPIRING_SECRETS_OF_WEBHOOKS,
      condition: all([expiresAfter(currentTime()), conditionOf(args.where, EXPIRING_SECRET_FILTER)]),
      order: { tag: 'ExpiringSecret', column: EXPIRES_AT, descending: args.orderBy?.direction === 'DESC' },
      args,
    });
  }

  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook that uses it; null for an API key.' })
  webhook(@Root() { webhookId }: ExpiringSecretRow, @Ctx() context: Context) {
    return WEBHOOK.load(context, webhookId);
  }

  @HasRole(...READERS)
  @FieldResolver(() => ApiKeyType, {
    nullable: true,
    description: 'The API key; null: another kind. No other is listed for INTEGRATION_MANAGER and SUPPORT.',
  })
  apiKey(@Root() { apiKeyId }: ExpiringSecretRow, @Ctx() context: Context) {
    return API_KEY.load(context, apiKeyId);
  }
}
