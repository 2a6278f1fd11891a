import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import { quoted } from '../errors';
import { rejects, ShortText } from '../graphql/check-input';
import { publishEnum } from '../graphql/enum';
import { DateTimeFilter, enumFilter, IDFilter, StringFilter } from '../graphql/filter-inputs';
import {
  ForwardPageArgs,
  type ListOrder,
  type OrderDirection,
  OrderDirectionEnum,
  PageArgs,
} from '../graphql/page-args';
import { exactFilter, type FilterMap, idFilter, idTimeFilter, linkFilter, textFilter } from '../graphql/where';
import { USER_FILTER, UserWhere } from '../users/user.inputs';
import type { Direction } from './webhook.entity';
import { DirectionEnum, WebhookStatusEnum } from './webhook.type';

const MAX_EVENTS = 100;
const MAX_ATTEMPTS = 20;
const MAX_WAIT_S = 7 * 24 * 3600;
const URL_TEXT =
  'OUTGOING: https, at most 2,048 characters, no credentials, no private address. http where ALLOW_HTTP_TARGETS is on.';
const SCHEDULE_TEXT = `Seconds to wait before each attempt, 1 to ${MAX_ATTEMPTS} numbers from 0 to ${MAX_WAIT_S}.`;
const TIMEOUT_TEXT = 'Milliseconds for a whole attempt, 1,000 to 30,000; default 15,000.';

const isSchedule = (value: unknown) =>
  value === null ||
  (Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= MAX_ATTEMPTS &&
    value.every((wait: number) => wait >= 0 && wait <= MAX_WAIT_S));
const isTimeout = (value: unknown) => value === null || ((value as number) >= 1_000 && (value as number) <= 30_000);
const isShortList = (value: unknown) => value === null || (value as unknown[]).length <= MAX_EVENTS;

const FewEvents = () =>
  rejects('TOO_LARGE', 'few', isShortList, (value) => {
    return `events has ${(value as unknown[]).length} names; at most ${MAX_EVENTS} are taken.`;
  });
const Schedule = () =>
  rejects('INVALID', 'schedule', isSchedule, (value) => `retrySchedule is [${quoted(value)}]. ${SCHEDULE_TEXT}`);
const Timeout = () => rejects('INVALID', 'timeout', isTimeout, (value) => `timeoutMs is ${value}. ${TIMEOUT_TEXT}`);

@InputType('CreateWebhookInput')
export class CreateWebhookInput {
  @ShortText()
  @Field(() => String, { description: '1 to 200 characters.' })
  name: string;

  @Field(() => DirectionEnum, { defaultValue: 'OUTGOING' })
  direction: Direction;

  @Field(() => String, { nullable: true, description: URL_TEXT })
  url?: string | null;

  @ShortText(200, { nullable: true })
  @Field(() => String, { nullable: true, description: 'Left out or null: documents of every type.' })
  documentType?: string | null;

  @FewEvents()
  @Field(() => [String], { nullable: true, description: `At most ${MAX_EVENTS}. Left out or empty: every event.` })
  events?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Default: you.' })
  ownerId?: string | null;

  @Schedule()
  @Field(() => [Int], { nullable: true, description: `${SCHEDULE_TEXT} Default: that of Standard Webhooks.` })
  retrySchedule?: number[] | null;

  @Timeout()
  @Field(() => Int, { nullable: true, description: TIMEOUT_TEXT })
  timeoutMs?: number | null;
}

@InputType('UpdateWebhookInput', {
  description: 'Fields that are left out stay as they are. Deliveries that exist already keep their URL and body.',
})
export class UpdateWebhookInput {
  @Field(() => ID)
  id: string;

  @ShortText()
  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => String, { nullable: true, description: URL_TEXT })
  url?: string | null;

  @ShortText(200, { nullable: true })
  @Field(() => String, { nullable: true, description: 'null: documents of every type.' })
  documentType?: string | null;

  @FewEvents()
  @Field(() => [String], { nullable: true, description: 'null or empty: every event.' })
  events?: string[] | null;

  @rejects(
    'REQUIRED',
    'given',
    (value) => value !== null,
    () => 'ownerId must not be null: a webhook has an owner.',
  )
  @Field(() => ID, { nullable: true })
  ownerId?: string | null;

  @Schedule()
  @Field(() => [Int], { nullable: true, description: `${SCHEDULE_TEXT} null: the default schedule.` })
  retrySchedule?: number[] | null;

  @Timeout()
  @Field(() => Int, { nullable: true, description: `${TIMEOUT_TEXT} null: the default.` })
  timeoutMs?: number | null;
}

@InputType('PauseWebhookInput')
export class PauseWebhookInput {
  @Field(() => ID)
  id: string;

  @ShortText(1_000, { nullable: true })
  @Field(() => String, { nullable: true, description: 'Why, for whoever wonders later; at most 1,000 characters.' })
  reason?: string | null;
}

@InputType('ResumeWebhookInput')
export class ResumeWebhookInput {
  @Field(() => ID)
  id: string;
}

@InputType('ArchiveWebhookInput')
export class ArchiveWebhookInput {
  @Field(() => ID)
  id: string;
}

export const DirectionFilter = enumFilter('Direction', DirectionEnum);
const WebhookStatusFilter = enumFilter('WebhookStatus', WebhookStatusEnum);

@InputType('WebhookWhere', { description: 'Webhooks that meet all of it.' })
export class WebhookWhere {
  @Field(() => IDFilter, { nullable: true })
  id?: IDFilter;

  @Field(() => StringFilter, { nullable: true })
  name?: StringFilter;

  @Field(() => DirectionFilter, { nullable: true })
  direction?: InstanceType<typeof DirectionFilter>;

  @Field(() => WebhookStatusFilter, { nullable: true })
  status?: InstanceType<typeof WebhookStatusFilter>;

  @Field(() => StringFilter, { nullable: true })
  url?: StringFilter;

  @Field(() => StringFilter, { nullable: true })
  documentType?: StringFilter;

  @Field(() => UserWhere, { nullable: true })
  owner?: UserWhere;

  @Field(() => DateTimeFilter, { nullable: true })
  createdAt?: DateTimeFilter;

  @Field(() => [WebhookWhere], { nullable: true })
  and?: WebhookWhere[];

  @Field(() => [WebhookWhere], { nullable: true })
  or?: WebhookWhere[];

  @Field(() => WebhookWhere, { nullable: true })
  not?: WebhookWhere;
}

export const WEBHOOK_FILTER: FilterMap = {
  id: idFilter('Webhook'),
  name: textFilter('name'),
  direction: exactFilter('direction'),
  status: exactFilter('status'),
  url: textFilter('url'),
  documentType: textFilter('document_type'),
  owner: linkFilter('owner_id', 'users', () => USER_FILTER),
  createdAt: idTimeFilter(),
};

const WEBHOOK_ORDER_FIELDS = ['CREATED_AT', 'NAME'] as const;
const WebhookOrderFieldEnum = publishEnum('WebhookOrderField', WEBHOOK_ORDER_FIELDS, 'What webhooks are ordered by.');

@InputType('WebhookOrder')
export class WebhookOrder {
  @Field(() => WebhookOrderFieldEnum)
  field: (typeof WEBHOOK_ORDER_FIELDS)[number];

  @Field(() => OrderDirectionEnum, { defaultValue: 'DESC' })
  direction: OrderDirection;
}

export function webhookOrder(order: WebhookOrder | null | undefined): ListOrder {
  const descending = order?.direction !== 'ASC';
  if (order?.field !== 'NAME') return { tag: 'Webhook', column: null, descending };
  return { tag: 'Webhook.NAME', column: { sql: 'name', property: 'name', type: 'text' }, descending };
}

@ArgsType()
export class WebhookListArgs extends PageArgs {
  @Field(() => WebhookWhere, { nullable: true })
  where?: WebhookWhere;

  @Field(() => WebhookOrder, { nullable: true, description: 'Newest first by default.' })
  orderBy?: WebhookOrder | null;
}

@ArgsType()
export class OwnedWebhookListArgs extends ForwardPageArgs {
  @Field(() => WebhookWhere, { nullable: true })
  where?: WebhookWhere;
}
