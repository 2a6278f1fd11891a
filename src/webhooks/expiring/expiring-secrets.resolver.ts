import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { currentMs } from '../../clock';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { DEFAULT_PAGE, MAX_PAGE } from '../../graphql/lists/page-args';
import { HasRole } from '../../graphql/roles/has-role';
import { checkedSize } from '../../refuse-argument';
import { withCommas } from '../../text';
import { API_KEY } from '../../users/api-keys/api-key.linked-fields';
import { ApiKeyType } from '../../users/api-keys/api-key.type';
import { READERS } from '../../viewer';
import { WEBHOOK } from '../api/webhook.linked-fields';
import { WebhookType } from '../api/webhook.type';
import { ExpiringSecretType } from './expiring-secret.type';
import { type ExpiringSecretRow, expiringSecrets } from './expiring-secrets.store';

const API_KEY_READERS = ['SYSTEM_MANAGER', 'AUDITOR'] as const;
const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 3_660;

@Resolver(() => ExpiringSecretType)
export class ExpiringSecretsResolver {
  @HasRole(...READERS)
  @Query(() => [ExpiringSecretType], {
    nullable: true,
    description: withExample(
      'What stops working soon: secrets and addresses that were replaced by a rotation, certificates, and API keys, the ' +
        'first to expire first. Certificates that have expired stay in the list until they are replaced. Without what ' +
        'belongs to archived webhooks, keys of users who are not active, and revoked keys. API keys are listed for ' +
        'SYSTEM_MANAGER and AUDITOR only.',
      '{ expiringSecrets(withinDays: 14) { kind name expiresAt webhook { name owner { name } } } }',
    ),
  })
  expiringSecrets(
    @Ctx() context: Context,
    @Arg('withinDays', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_DAYS,
      description: `The time from now until it expires, in days, 1 to ${withCommas(MAX_DAYS)}. Default: ${DEFAULT_DAYS}.`,
    })
    withinDays: number | null,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_PAGE,
      description: `The maximum number of entries, 1 to ${MAX_PAGE}. Default: ${DEFAULT_PAGE}.`,
    })
    first: number | null,
  ): Promise<ExpiringSecretRow[]> {
    const days = checkedSize('withinDays', withinDays ?? DEFAULT_DAYS, MAX_DAYS);
    const limit = checkedSize('first', first ?? DEFAULT_PAGE, MAX_PAGE);
    const now = currentMs();
    const until = new Date(now + days * DAY_MS);
    const withApiKeys = API_KEY_READERS.some((role) => context.viewer?.roles.has(role));
    return expiringSecrets(context.db, { now: new Date(now), until, limit, withApiKeys });
  }

  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook that uses it; null for an API key.' })
  webhook(@Root() { webhookId }: ExpiringSecretRow, @Ctx() context: Context) {
    return WEBHOOK.load(context, webhookId);
  }

  @HasRole(...API_KEY_READERS)
  @FieldResolver(() => ApiKeyType, { nullable: true, description: 'The API key; null: another kind.' })
  apiKey(@Root() { apiKeyId }: ExpiringSecretRow, @Ctx() context: Context) {
    return API_KEY.load(context, apiKeyId);
  }
}
