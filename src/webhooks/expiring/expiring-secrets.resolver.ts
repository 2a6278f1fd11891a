import { GraphQLDateTime } from 'graphql-scalars';
import { Args, ArgsType, Ctx, Field, FieldResolver, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { READERS } from '../../access/viewer';
import type { Context } from '../../graphql/context';
import { publishEnum, withExample } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { enumFilter, WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { listPage, TimeOrder } from '../../graphql/lists/list';
import { PageArgs } from '../../graphql/lists/page-args';
import { by, whereOf } from '../../graphql/lists/where';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { all } from '../../sql/condition';
import { currentTime } from '../../time/clock';
import { API_KEY, ApiKeyType } from '../../users/api-keys/api-key.resolver';
import { WEBHOOK } from '../api/webhook.resolver';
import { WebhookType } from '../api/webhook.type';
import { WebhookWhere } from '../api/webhook-where.inputs';
import {
  EXPIRING_KINDS,
  EXPIRING_SECRETS,
  EXPIRING_SECRETS_OF_WEBHOOKS,
  type ExpiringKind,
  type ExpiringSecretRow,
  expiresAfter,
} from './expiring-secrets.store';

const ExpiringSecretKindEnum = publishEnum('ExpiringSecretKind', EXPIRING_KINDS, 'What expires.', {
  SIGNING_KEY: {
    description:
      'A key that signs deliveries and was replaced by a rotation. Before it expires, the partner must verify ' +
      'with its successor.',
  },
  VERIFICATION_KEY: {
    description:
      'A key that verifies calls and was replaced by a rotation. Before it expires, the partner must sign with ' +
      'its successor.',
  },
  INCOMING_ADDRESS: {
    description:
      'An address for calls that was replaced by a rotation. Before it expires, the partner must call its ' +
      'successor.',
  },
  CLIENT_CERTIFICATE: { description: 'The client certificate of a webhook (mTLS). Attempts fail once it has expired.' },
  CA_CERTIFICATE: { description: 'A certificate authority that a webhook trusts. Attempts fail once it has expired.' },
  API_KEY: { description: 'A key of the API. Its calls are refused once it has expired.' },
});

@HasRole(...READERS)
@ObjectType('ExpiringSecret', {
  simpleResolvers: true,
  description: 'A key, an address or a certificate that stops working at a known time. Its secret is not shown.',
})
class ExpiringSecretType {
  @Field(() => ExpiringSecretKindEnum, { description: 'What expires.' })
  kind: ExpiringKind;

  @Field(() => String, {
    nullable: true,
    description: 'The subject of a certificate, such as "CN=ledger", or the label of an API key; null: another kind.',
  })
  name: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it expires; of a certificate also when it expired.' })
  expiresAt: Date;
}

const ExpiringSecretConnection = connectionOf('ExpiringSecret', () => ExpiringSecretType);

const ExpiringSecretWhere = whereOf(
  'ExpiringSecretWhere',
  'expiring_secrets',
  'Keys, addresses and certificates that meet all of these conditions.',
  {
    kind: by.value(
      enumFilter('ExpiringSecretKind', ExpiringSecretKindEnum),
      'What expires: { eq: CLIENT_CERTIFICATE }.',
    ),
    expiresAt: by.time('When it expires: { lt: "2026-04-01T00:00:00Z" }.'),
    webhook: by.link(() => WebhookWhere, 'The webhook that uses it.'),
  },
);
type ExpiringSecretWhere = InstanceType<typeof ExpiringSecretWhere>;

@ArgsType()
class ExpiringSecretListArgs extends PageArgs {
  @Field(() => ExpiringSecretWhere, { nullable: true, description: WHERE_TEXT })
  where?: ExpiringSecretWhere;

  @Field(() => TimeOrder, {
    nullable: true,
    description: 'The order of `expiresAt`. Default: the first to expire first.',
  })
  orderBy?: TimeOrder | null;
}

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
      condition: all([expiresAfter(currentTime()), conditionOf(args.where, ExpiringSecretWhere.filter)]),
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
