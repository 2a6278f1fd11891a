import { ArgsType, Field, InputType } from 'type-graphql';
import { CONTENT_READERS } from '../../access/viewer';
import { publishEnum } from '../../graphql/directives';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from '../../graphql/lists/cursor';
import { enumFilter, enumListFilter, optionalEnumFilter, WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { PageArgs } from '../../graphql/lists/page-args';
import { by, partOf, whereOf } from '../../graphql/lists/where';
import { OnlyFor } from '../../graphql/roles/filter-roles';
import { UserWhere } from '../../users/user.type';
import { CallOutcomeEnum, ProviderEnum } from './agreement.type';
import { RateLimitWhere } from './request.inputs';
import { SignatureSchemeEnum } from './signing.type';
import {
  BodyFormatEnum,
  CircuitStateEnum,
  DirectionEnum,
  OrderingEnum,
  WebhookMethodEnum,
  WebhookStatusEnum,
} from './webhook.type';

export const DirectionFilter = enumFilter('Direction', DirectionEnum);

const WebhookCircuitWhere = partOf(
  'WebhookCircuitWhere',
  'Circuits that meet all of these conditions. Only OUTGOING webhooks have a circuit.',
  {
    state: by.value(enumFilter('CircuitState', CircuitStateEnum), 'The state: { in: [OPEN, HALF_OPEN] }.'),
    openUntil: by.optionalTime('Until when nothing but one probe is sent.'),
    reason: by.text('Why the circuit is not closed.'),
    failures: by.integer('The number of consecutive failed attempts.'),
    failingSince: by.optionalTime('When the first of these attempts failed.'),
  },
);

const IncomingAgreementWhere = partOf(
  'IncomingAgreementWhere',
  'Incoming settings that meet all of these conditions. Only INCOMING webhooks have them.',
  {
    provider: by.value(
      enumFilter('WebhookProvider', ProviderEnum),
      'The provider whose signatures the calls have: { eq: GITHUB }.',
    ),
    becomes: by.value(enumFilter('CallOutcome', CallOutcomeEnum), 'What an accepted call becomes: { eq: FORWARD }.'),
    toleranceSeconds: by.integer(
      'The maximum difference between the signed time and the time of receipt, in seconds: { gt: 300 }.',
    ),
  },
);

export const WebhookWhere = whereOf('WebhookWhere', 'webhooks', 'Webhooks that meet all of these conditions.', {
  id: by.id('Webhook', 'The id of the webhook: { in: ["whk_...", "whk_..."] }.'),
  name: by.text('The name: { startsWith: "CRM" }.'),
  direction: by.value(DirectionFilter, 'The direction of the calls: { eq: OUTGOING }.'),
  status: by.value(enumFilter('WebhookStatus', WebhookStatusEnum), 'The status: { in: [PAUSED, DISABLED] }.'),
  url: by.text('The URL before rendering: { startsWith: "https://partner.example.com/" }.', {
    directives: [OnlyFor(...CONTENT_READERS)],
  }),
  documentType: by.text('The document type: { eq: "Sales Invoice" }; { isNull: true }: all types.'),
  statusReason: by.text('Why the webhook is paused or disabled.'),
  events: by.texts('The events: { contains: "on_submit" }; { isEmpty: true }: all.'),
  timeoutMs: by.integer('The timeout of an attempt in milliseconds: { gt: 15000 }.'),
  condition: by.text('The text of the condition (CEL).'),
  method: by.value(enumFilter('WebhookMethod', WebhookMethodEnum), 'The HTTP method: { eq: PUT }.'),
  bodyFormat: by.value(enumFilter('BodyFormat', BodyFormatEnum), 'How the body is made: { eq: FORM }.'),
  body: by.text('The text of the Liquid template of the body.'),
  signatures: by.values(
    enumListFilter('SignatureScheme', SignatureSchemeEnum),
    'The signature schemes: { contains: FRAPPE }.',
  ),
  dedupeSeconds: by.integer('Seconds; { isNull: false }: webhooks that skip duplicates.'),
  receiveAuditEvents: by.boolean('Whether it may receive audit entries as events.'),
  sendEvidenceHead: by.boolean('Whether requests carry heads of the sealed log.'),
  sendTraceparent: by.boolean('Whether requests carry their place in a trace.'),
  supportMayReveal: by.boolean('Whether SUPPORT may reveal masked content.'),
  rateLimit: by.part(RateLimitWhere, 'The rate limit; { requests: { isNull: true } }: none.'),
  maxConcurrency: by.integer('The maximum number of concurrent requests.'),
  ordering: by.optionalValue(
    optionalEnumFilter('DeliveryOrdering', OrderingEnum),
    '{ isNull: false }: webhooks that keep the order.',
  ),
  circuit: by.side(WebhookCircuitWhere, 'webhook_circuits', 'webhook_id', 'The circuit: { state: { eq: OPEN } }.'),
  incoming: by.side(
    IncomingAgreementWhere,
    'incoming_agreements',
    'webhook_id',
    'The settings for received calls: { provider: { eq: NONE } }.',
  ),
  passHeaders: by.texts('The forwarded headers: { contains: "x-tenant" }.'),
  updatedAt: by.time('When the settings or the status last changed.'),
  owner: by.link(() => UserWhere, 'The responsible user: { name: { eq: "amina@example.com" } }.'),
  createdAt: by.idTime('When the webhook was created: { gte: "2026-03-01T00:00:00Z" }.'),
});
export type WebhookWhere = InstanceType<typeof WebhookWhere>;

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
