import { ArgsType, Field, InputType } from 'type-graphql';
import { Combinable } from '../../graphql/lists/combinable';
import { DateTimeFilter, enumFilter, WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { PageArgs } from '../../graphql/lists/page-args';
import { TimeOrder } from '../../graphql/lists/time-order';
import { exactFilter, type FilterMap, linkFilter, timeFilter } from '../../graphql/lists/where-to-sql';
import { WEBHOOK_FILTER, WebhookWhere } from '../api/webhook-where.inputs';
import { ExpiringSecretKindEnum } from './expiring-secret.type';

const ExpiringSecretKindFilter = enumFilter('ExpiringSecretKind', ExpiringSecretKindEnum);

@Combinable()
@InputType('ExpiringSecretWhere', {
  description: 'Keys, addresses and certificates that meet all of these conditions.',
})
export class ExpiringSecretWhere {
  @Field(() => ExpiringSecretKindFilter, { nullable: true, description: 'What expires: { eq: CLIENT_CERTIFICATE }.' })
  kind?: InstanceType<typeof ExpiringSecretKindFilter>;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When it expires: { lt: "2026-04-01T00:00:00Z" }.' })
  expiresAt?: DateTimeFilter;

  @Field(() => WebhookWhere, { nullable: true, description: 'The webhook that uses it.' })
  webhook?: WebhookWhere;
}

export const EXPIRING_SECRET_FILTER: FilterMap = {
  kind: exactFilter('kind'),
  expiresAt: timeFilter('expires_at'),
  webhook: linkFilter('webhook_id', 'webhooks', () => WEBHOOK_FILTER),
};

@ArgsType()
export class ExpiringSecretListArgs extends PageArgs {
  @Field(() => ExpiringSecretWhere, { nullable: true, description: WHERE_TEXT })
  where?: ExpiringSecretWhere;

  @Field(() => TimeOrder, {
    nullable: true,
    description: 'The order of `expiresAt`. Default: the first to expire first.',
  })
  orderBy?: TimeOrder | null;
}
