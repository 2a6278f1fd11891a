import { ArgsType, Field, InputType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { Combinable } from '../../graphql/lists/combinable';
import {
  BooleanFilter,
  DateTimeFilter,
  enumFilter,
  enumListFilter,
  IDFilter,
  IntFilter,
  OptionalDateTimeFilter,
  optionalEnumFilter,
  StringFilter,
  StringListFilter,
  WHERE_TEXT,
} from '../../graphql/lists/filter-inputs';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from '../../graphql/lists/list-order';
import { PageArgs } from '../../graphql/lists/page-args';
import {
  conditionOf,
  exactFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  intFilter,
  linkFilter,
  listFilter,
  optionalFilter,
  sideTableFilter,
  textFilter,
  timeFilter,
} from '../../graphql/lists/where-to-sql';
import { OnlyFor } from '../../graphql/roles/filter-roles';
import { USER_FILTER, UserWhere } from '../../users/user.inputs';
import { CONTENT_READERS } from '../../viewer';
import { CallOutcomeEnum, ProviderEnum } from './agreement.type';
import { RATE_LIMIT_FILTER, RateLimitWhere } from './rate-limits.inputs';
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

@InputType('WebhookCircuitWhere', {
  description: 'Circuits that meet all of these conditions. Only OUTGOING webhooks have a circuit.',
})
class WebhookCircuitWhere {
  @Field(() => CircuitStateFilter, { nullable: true, description: 'The state: { in: [OPEN, HALF_OPEN] }.' })
  state?: InstanceType<typeof CircuitStateFilter>;

  @Field(() => OptionalDateTimeFilter, { nullable: true, description: 'Until when nothing but one probe is sent.' })
  openUntil?: OptionalDateTimeFilter;

  @Field(() => StringFilter, { nullable: true, description: 'Why the circuit is not closed.' })
  reason?: StringFilter;

  @Field(() => IntFilter, { nullable: true, description: 'The number of consecutive failed attempts.' })
  failures?: IntFilter;

  @Field(() => OptionalDateTimeFilter, { nullable: true, description: 'When the first of these attempts failed.' })
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
  description: 'Incoming settings that meet all of these conditions. Only INCOMING webhooks have them.',
})
class IncomingAgreementWhere {
  @Field(() => ProviderFilter, {
    nullable: true,
    description: 'The provider whose signatures the calls have: { eq: GITHUB }.',
  })
  provider?: InstanceType<typeof ProviderFilter>;

  @Field(() => CallOutcomeFilter, { nullable: true, description: 'What an accepted call becomes: { eq: FORWARD }.' })
  becomes?: InstanceType<typeof CallOutcomeFilter>;

  @Field(() => IntFilter, {
    nullable: true,
    description: 'The maximum difference between the signed time and the time of receipt, in seconds: { gt: 300 }.',
  })
  toleranceSeconds?: IntFilter;
}

const AGREEMENT_FILTER: FilterMap = {
  provider: exactFilter('provider'),
  becomes: exactFilter('becomes'),
  toleranceSeconds: intFilter('tolerance_seconds'),
};

@Combinable()
@InputType('WebhookWhere', { description: 'Webhooks that meet all of these conditions.' })
export class WebhookWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the webhook: { in: ["whk_...", "whk_..."] }.' })
  id?: IDFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The name: { startsWith: "CRM" }.' })
  name?: StringFilter;

  @Field(() => DirectionFilter, { nullable: true, description: 'The direction of the calls: { eq: OUTGOING }.' })
  direction?: InstanceType<typeof DirectionFilter>;

  @Field(() => WebhookStatusFilter, { nullable: true, description: 'The status: { in: [PAUSED, DISABLED] }.' })
  status?: InstanceType<typeof WebhookStatusFilter>;

  @OnlyFor(...CONTENT_READERS)
  @Field(() => StringFilter, {
    nullable: true,
    description: 'The URL before rendering: { startsWith: "https://partner.example.com/" }.',
  })
  url?: StringFilter;

  @Field(() => StringFilter, {
    nullable: true,
    description: 'The document type: { eq: "Sales Invoice" }; { isNull: true }: all types.',
  })
  documentType?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: 'Why the webhook is paused or disabled.' })
  statusReason?: StringFilter;

  @Field(() => StringListFilter, {
    nullable: true,
    description: 'The events: { contains: "on_submit" }; { isEmpty: true }: all.',
  })
  events?: InstanceType<typeof StringListFilter>;

  @Field(() => IntFilter, { nullable: true, description: 'The timeout of an attempt in milliseconds: { gt: 15000 }.' })
  timeoutMs?: IntFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The text of the condition (CEL).' })
  condition?: StringFilter;

  @Field(() => WebhookMethodFilter, { nullable: true, description: 'The HTTP method: { eq: PUT }.' })
  method?: InstanceType<typeof WebhookMethodFilter>;

  @Field(() => BodyFormatFilter, { nullable: true, description: 'How the body is made: { eq: FORM }.' })
  bodyFormat?: InstanceType<typeof BodyFormatFilter>;

  @Field(() => StringFilter, { nullable: true, description: 'The text of the Liquid template of the body.' })
  body?: StringFilter;

  @Field(() => SignatureSchemeListFilter, {
    nullable: true,
    description: 'The signature schemes: { contains: FRAPPE }.',
  })
  signatures?: InstanceType<typeof SignatureSchemeListFilter>;

  @Field(() => IntFilter, { nullable: true, description: 'Seconds; { isNull: false }: webhooks that skip duplicates.' })
  dedupeSeconds?: IntFilter;

  @Field(() => BooleanFilter, { nullable: true, description: 'Whether it may receive audit entries as events.' })
  receiveAuditEvents?: BooleanFilter;

  @Field(() => BooleanFilter, { nullable: true, description: 'Whether requests carry heads of the sealed log.' })
  sendEvidenceHead?: BooleanFilter;

  @Field(() => BooleanFilter, { nullable: true, description: 'Whether SUPPORT may reveal masked content.' })
  supportMayReveal?: BooleanFilter;

  @Field(() => RateLimitWhere, { nullable: true, description: 'The rate limit; { requests: { isNull: true } }: none.' })
  rateLimit?: RateLimitWhere;

  @Field(() => IntFilter, { nullable: true, description: 'The maximum number of concurrent requests.' })
  maxConcurrency?: IntFilter;

  @Field(() => DeliveryOrderingFilter, {
    nullable: true,
    description: '{ isNull: false }: webhooks that keep the order.',
  })
  ordering?: InstanceType<typeof DeliveryOrderingFilter>;

  @Field(() => WebhookCircuitWhere, { nullable: true, description: 'The circuit: { state: { eq: OPEN } }.' })
  circuit?: WebhookCircuitWhere;

  @Field(() => IncomingAgreementWhere, {
    nullable: true,
    description: 'The settings for received calls: { provider: { eq: NONE } }.',
  })
  incoming?: IncomingAgreementWhere;

  @Field(() => StringListFilter, { nullable: true, description: 'The forwarded headers: { contains: "x-tenant" }.' })
  passHeaders?: InstanceType<typeof StringListFilter>;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the settings or the status last changed.' })
  updatedAt?: DateTimeFilter;

  @Field(() => UserWhere, {
    nullable: true,
    description: 'The responsible user: { name: { eq: "amina@example.com" } }.',
  })
  owner?: UserWhere;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'When the webhook was created: { gte: "2026-03-01T00:00:00Z" }.',
  })
  createdAt?: DateTimeFilter;
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
  receiveAuditEvents: exactFilter('receive_audit_events'),
  sendEvidenceHead: exactFilter('send_evidence_head'),
  supportMayReveal: exactFilter('support_may_reveal'),
  rateLimit: (tests, path) => conditionOf(tests, RATE_LIMIT_FILTER, path),
  maxConcurrency: intFilter('max_concurrency'),
  ordering: optionalFilter('ordering', exactFilter('ordering')),
  circuit: sideTableFilter('webhook_circuits', 'webhook_id', () => WEBHOOK_CIRCUIT_FILTER),
  incoming: sideTableFilter('incoming_agreements', 'webhook_id', () => AGREEMENT_FILTER),
  passHeaders: listFilter('pass_headers'),
  updatedAt: timeFilter('updated_at'),
  owner: linkFilter('owner_id', 'users', () => USER_FILTER),
  createdAt: idTimeFilter(),
};

const WEBHOOK_ORDER_FIELDS = ['CREATED_AT', 'NAME'] as const;
const WebhookOrderFieldEnum = publishEnum(
  'WebhookOrderField',
  WEBHOOK_ORDER_FIELDS,
  'The field by which webhooks are ordered.',
  {
    CREATED_AT: { description: 'When the webhook was created.' },
    NAME: {
      description: 'The name, in the collation of the database. The embedded database sorts capital letters first.',
    },
  },
);

@InputType('WebhookOrder', { description: 'The order of a list of webhooks.' })
export class WebhookOrder {
  @Field(() => WebhookOrderFieldEnum, {
    description: 'The field to order by; webhooks with equal values are ordered by id.',
  })
  field: (typeof WEBHOOK_ORDER_FIELDS)[number];

  @Field(() => OrderDirectionEnum, {
    defaultValue: 'DESC',
    description: 'DESC, the default: newest, or Z, first. ASC: oldest, or A, first.',
  })
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

  @Field(() => WebhookOrder, { nullable: true, description: 'The order of the list. Default: newest first.' })
  orderBy?: WebhookOrder | null;
}
