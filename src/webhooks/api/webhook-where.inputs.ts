import { ArgsType, Field, InputType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import {
  AND_TEXT,
  DateTimeFilter,
  enumFilter,
  IDFilter,
  IntFilter,
  NOT_TEXT,
  OR_TEXT,
  StringFilter,
  WHERE_TEXT,
} from '../../graphql/lists/filter-inputs';
import { besideFilter, listFilter, optionalFilter, timeFilter } from '../../graphql/lists/filters';
import { enumListFilter, StringListFilter } from '../../graphql/lists/list-filter-inputs';
import { OptionalDateTimeFilter, optionalEnumFilter } from '../../graphql/lists/optional-filter-inputs';
import { type ListOrder, type OrderDirection, OrderDirectionEnum, PageArgs } from '../../graphql/lists/page-args';
import {
  conditionOf,
  exactFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  intFilter,
  linkFilter,
  textFilter,
} from '../../graphql/lists/where';
import { OnlyFor } from '../../graphql/roles/filter-roles';
import { USER_FILTER, UserWhere } from '../../users/user.inputs';
import { CONTENT_READERS } from '../../viewer';
import { CallOutcomeEnum, ProviderEnum } from './agreement.type';
import { BodyFormatEnum, WebhookMethodEnum } from './request.type';
import { SignatureSchemeEnum } from './signing-key.type';
import { DirectionEnum, OrderingEnum, WebhookStatusEnum } from './webhook.type';
import { CircuitStateEnum } from './webhook-circuit.type';

export const DirectionFilter = enumFilter('Direction', DirectionEnum);
const WebhookStatusFilter = enumFilter('WebhookStatus', WebhookStatusEnum);

const WebhookMethodFilter = enumFilter('WebhookMethod', WebhookMethodEnum);
const BodyFormatFilter = enumFilter('BodyFormat', BodyFormatEnum);
const SignatureSchemeListFilter = enumListFilter('SignatureScheme', SignatureSchemeEnum);
const DeliveryOrderingFilter = optionalEnumFilter('DeliveryOrdering', OrderingEnum);
const ProviderFilter = enumFilter('WebhookProvider', ProviderEnum);
const CallOutcomeFilter = enumFilter('CallOutcome', CallOutcomeEnum);
const CircuitStateFilter = enumFilter('CircuitState', CircuitStateEnum);

@InputType('RateLimitWhere', { description: 'Rate limits that meet all of it.' })
class RateLimitWhere {
  @Field(() => IntFilter, { nullable: true, description: 'Requests in any window.' })
  requests?: IntFilter;

  @Field(() => IntFilter, { nullable: true, description: 'Seconds of that window.' })
  seconds?: IntFilter;
}

const RATE_LIMIT_FILTER: FilterMap = {
  requests: intFilter('rate_limit'),
  seconds: intFilter('rate_limit_seconds'),
};

@InputType('WebhookCircuitWhere', { description: 'Circuits that meet all of it; only OUTGOING webhooks have one.' })
class WebhookCircuitWhere {
  @Field(() => CircuitStateFilter, { nullable: true, description: 'What it lets through: { in: [OPEN, HALF_OPEN] }.' })
  state?: InstanceType<typeof CircuitStateFilter>;

  @Field(() => OptionalDateTimeFilter, { nullable: true, description: 'Until when nothing, or no other probe, goes.' })
  openUntil?: OptionalDateTimeFilter;

  @Field(() => StringFilter, { nullable: true, description: 'Why it is not closed.' })
  reason?: StringFilter;

  @Field(() => IntFilter, { nullable: true, description: 'Attempts in a row that failed.' })
  failures?: IntFilter;

  @Field(() => OptionalDateTimeFilter, { nullable: true, description: 'When the first of them failed.' })
  failingSince?: OptionalDateTimeFilter;
}

const WEBHOOK_CIRCUIT_FILTER: FilterMap = {
  state: exactFilter('state'),
  openUntil: timeFilter('open_until'),
  reason: textFilter('reason'),
  failures: intFilter('failures'),
  failingSince: timeFilter('failing_since'),
};

@InputType('IncomingAgreementWhere', {
  description: 'What is agreed about calls, that meets all of it; only INCOMING webhooks have it.',
})
class IncomingAgreementWhere {
  @Field(() => ProviderFilter, { nullable: true, description: 'Whose way of signing they follow: { eq: GITHUB }.' })
  provider?: InstanceType<typeof ProviderFilter>;

  @Field(() => CallOutcomeFilter, { nullable: true, description: 'What a call becomes: { eq: FORWARD }.' })
  becomes?: InstanceType<typeof CallOutcomeFilter>;

  @Field(() => IntFilter, { nullable: true, description: 'Seconds by which a signed time may be off: { gt: 300 }.' })
  toleranceSeconds?: IntFilter;
}

const AGREEMENT_FILTER: FilterMap = {
  provider: exactFilter('provider'),
  becomes: exactFilter('becomes'),
  toleranceSeconds: intFilter('tolerance_seconds'),
};

@InputType('WebhookWhere', { description: 'Webhooks that meet all of it.' })
export class WebhookWhere {
  @Field(() => IDFilter, { nullable: true, description: 'One webhook, or some: { in: ["whk_...", "whk_..."] }.' })
  id?: IDFilter;

  @Field(() => StringFilter, { nullable: true, description: 'Its name: { startsWith: "CRM" }.' })
  name?: StringFilter;

  @Field(() => DirectionFilter, { nullable: true, description: '{ eq: OUTGOING }: those where we call.' })
  direction?: InstanceType<typeof DirectionFilter>;

  @Field(() => WebhookStatusFilter, {
    nullable: true,
    description: '{ in: [PAUSED, DISABLED] }: those that are not at work.',
  })
  status?: InstanceType<typeof WebhookStatusFilter>;

  @OnlyFor(...CONTENT_READERS)
  @Field(() => StringFilter, {
    nullable: true,
    description: 'What is called, as it is set: { startsWith: "https://partner.example.com/" }.',
  })
  url?: StringFilter;

  @Field(() => StringFilter, {
    nullable: true,
    description: '{ eq: "Sales Invoice" }; { isNull: true }: those for every type.',
  })
  documentType?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: 'Why it is paused or disabled.' })
  statusReason?: StringFilter;

  @Field(() => StringListFilter, {
    nullable: true,
    description: 'Those that name an event: { contains: "on_submit" }; { isEmpty: true }: those for every event.',
  })
  events?: InstanceType<typeof StringListFilter>;

  @Field(() => IntFilter, { nullable: true, description: 'Milliseconds for a whole attempt, such as { gt: 15000 }.' })
  timeoutMs?: IntFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The text of its condition (CEL).' })
  condition?: StringFilter;

  @Field(() => WebhookMethodFilter, { nullable: true, description: 'How it calls: { eq: PUT }.' })
  method?: InstanceType<typeof WebhookMethodFilter>;

  @Field(() => BodyFormatFilter, { nullable: true, description: 'What its body is: { eq: FORM }.' })
  bodyFormat?: InstanceType<typeof BodyFormatFilter>;

  @Field(() => StringFilter, { nullable: true, description: 'The text of the Liquid template of its body.' })
  body?: StringFilter;

  @Field(() => SignatureSchemeListFilter, { nullable: true, description: 'How it is signed: { contains: FRAPPE }.' })
  signatures?: InstanceType<typeof SignatureSchemeListFilter>;

  @Field(() => IntFilter, { nullable: true, description: 'Seconds; { isNull: false }: those that leave out repeats.' })
  dedupeSeconds?: IntFilter;

  @Field(() => RateLimitWhere, {
    nullable: true,
    description: 'Those with such a rate limit; { requests: { isNull: true } }: those without one.',
  })
  rateLimit?: RateLimitWhere;

  @Field(() => IntFilter, { nullable: true, description: 'Requests on the wire at once.' })
  maxConcurrency?: IntFilter;

  @Field(() => DeliveryOrderingFilter, { nullable: true, description: '{ isNull: false }: those that keep order.' })
  ordering?: InstanceType<typeof DeliveryOrderingFilter>;

  @Field(() => WebhookCircuitWhere, {
    nullable: true,
    description: 'How its endpoint is doing: { state: { eq: OPEN } }, { failures: { gte: 5 } }.',
  })
  circuit?: WebhookCircuitWhere;

  @Field(() => IncomingAgreementWhere, {
    nullable: true,
    description: 'INCOMING: what is agreed about calls: { provider: { eq: NONE } }.',
  })
  incoming?: IncomingAgreementWhere;

  @Field(() => StringListFilter, {
    nullable: true,
    description: 'Headers that it passes on: { contains: "x-tenant" }.',
  })
  passHeaders?: InstanceType<typeof StringListFilter>;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When it was last changed.' })
  updatedAt?: DateTimeFilter;

  @Field(() => UserWhere, { nullable: true, description: 'Who answers for it: { name: { eq: "amina@example.com" } }.' })
  owner?: UserWhere;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When it was made: { gte: "2026-03-01T00:00:00Z" }.' })
  createdAt?: DateTimeFilter;

  @Field(() => [WebhookWhere], { nullable: true, description: AND_TEXT })
  and?: WebhookWhere[];

  @Field(() => [WebhookWhere], { nullable: true, description: OR_TEXT })
  or?: WebhookWhere[];

  @Field(() => WebhookWhere, { nullable: true, description: NOT_TEXT })
  not?: WebhookWhere;
}

export const WEBHOOK_FILTER: FilterMap = {
  id: idFilter('Webhook'),
  name: textFilter('name'),
  direction: exactFilter('direction'),
  status: exactFilter('status'),
  url: textFilter('url'),
  documentType: textFilter('document_type'),
  statusReason: textFilter('status_reason'),
  events: listFilter('events'),
  timeoutMs: intFilter('timeout_ms'),
  condition: textFilter('condition'),
  method: exactFilter('method'),
  bodyFormat: exactFilter('body_format'),
  body: textFilter('body'),
  signatures: listFilter('signatures'),
  dedupeSeconds: intFilter('dedupe_seconds'),
  rateLimit: (tests, path) => conditionOf(tests, RATE_LIMIT_FILTER, path),
  maxConcurrency: intFilter('max_concurrency'),
  ordering: optionalFilter('ordering', exactFilter('ordering')),
  circuit: besideFilter('webhook_circuits', 'webhook_id', () => WEBHOOK_CIRCUIT_FILTER),
  incoming: besideFilter('incoming_agreements', 'webhook_id', () => AGREEMENT_FILTER),
  passHeaders: listFilter('pass_headers'),
  updatedAt: timeFilter('updated_at'),
  owner: linkFilter('owner_id', 'users', () => USER_FILTER),
  createdAt: idTimeFilter(),
};

const WEBHOOK_ORDER_FIELDS = ['CREATED_AT', 'NAME'] as const;
const WebhookOrderFieldEnum = publishEnum('WebhookOrderField', WEBHOOK_ORDER_FIELDS, 'What webhooks are ordered by.', {
  CREATED_AT: { description: 'When they were made.' },
  NAME: { description: 'The name, as the database sorts texts; the embedded one puts capitals first.' },
});

@InputType('WebhookOrder', { description: 'What a list is ordered by, and from which end.' })
export class WebhookOrder {
  @Field(() => WebhookOrderFieldEnum, { description: 'What they are ordered by; equal ones by id.' })
  field: (typeof WEBHOOK_ORDER_FIELDS)[number];

  @Field(() => OrderDirectionEnum, { defaultValue: 'DESC', description: 'DESC, the default: the newest, or Z, first.' })
  direction: OrderDirection;
}

export function webhookOrder(order: WebhookOrder | null | undefined): ListOrder {
  const descending = order?.direction !== 'ASC';
  if (order?.field !== 'NAME') return { tag: 'Webhook', column: null, descending };
  return { tag: 'Webhook.NAME', column: { sql: 'name', property: 'name', type: 'text' }, descending };
}

@ArgsType()
export class WebhookListArgs extends PageArgs {
  @Field(() => WebhookWhere, { nullable: true, description: WHERE_TEXT })
  where?: WebhookWhere;

  @Field(() => WebhookOrder, { nullable: true, description: 'Newest first by default.' })
  orderBy?: WebhookOrder | null;
}
