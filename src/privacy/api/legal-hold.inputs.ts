import { GraphQLDateTime } from 'graphql-scalars';
import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';
import { Combinable } from '../../graphql/lists/combinable';
import {
  DateTimeFilter,
  IDFilter,
  OptionalDateTimeFilter,
  StringFilter,
  WHERE_TEXT,
} from '../../graphql/lists/filter-inputs';
import { TimePageArgs } from '../../graphql/lists/time-order';
import {
  type FilterMap,
  idFilter,
  idTimeFilter,
  linkFilter,
  textFilter,
  timeFilter,
} from '../../graphql/lists/where-to-sql';
import { REASON_RULE } from '../../text';
import { USER_FILTER, UserWhere } from '../../users/user.inputs';
import { WEBHOOK_FILTER, WebhookWhere } from '../../webhooks/api/webhook-where.inputs';

@InputType('PlaceLegalHoldInput', {
  description:
    'What is held: at least one of `webhookId`, `documentType`, `userId`, `from` and `to`. A row must meet ' +
    'all that are given.',
})
export class PlaceLegalHoldInput {
  @ShortText()
  @Field(() => String, {
    description:
      'A short name, 1 to 200 characters. The audit trail keeps it after an erasure: name no document and no person.',
  })
  name: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the webhook whose requests and deliveries are held, `whk_...`. Default, null: any.',
  })
  webhookId?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The type of the documents, 1 to 200 characters. Default, null: any.',
  })
  documentType?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The document, with `documentType`, 1 to 200 characters. Default, null: any.',
  })
  referenceDocument?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the user whose events are held, `usr_...`. Default, null: any.',
  })
  userId?: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The start of the time in which events and requests began, inclusive. Default, null: none.',
  })
  from?: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The end of the time in which events and requests began, exclusive. Default, null: none.',
  })
  to?: Date | null;

  @Field(() => String, {
    description: `The reason, recorded in the audit trail: ${REASON_RULE}`,
  })
  reason: string;
}

@InputType('RequestLegalHoldReleaseInput', {
  description: 'The hold whose release is requested, and the reason.',
})
export class RequestLegalHoldReleaseInput {
  @Field(() => ID, { description: 'The id of the hold, `hld_...`.' })
  id: string;

  @Field(() => String, {
    description: `The reason, recorded in the audit trail: ${REASON_RULE}`,
  })
  reason: string;
}

@Combinable()
@InputType('LegalHoldWhere', { description: 'Legal holds that meet all of these conditions.' })
export class LegalHoldWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the hold: { eq: "hld_..." }.' })
  id?: IDFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The short name: { startsWith: "Case 2026" }.' })
  name?: StringFilter;

  @Field(() => StringFilter, {
    nullable: true,
    description: 'The type of the documents; { isNull: true }: every type.',
  })
  documentType?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The document that is held; { isNull: true }: every one.' })
  referenceDocument?: StringFilter;

  @Field(() => WebhookWhere, { nullable: true, description: 'The webhook whose requests and deliveries are held.' })
  webhook?: WebhookWhere;

  @Field(() => UserWhere, { nullable: true, description: 'The user whose events are held.' })
  user?: UserWhere;

  @Field(() => UserWhere, { nullable: true, description: 'The user who placed the hold.' })
  placedBy?: UserWhere;

  @Field(() => DateTimeFilter, { nullable: true, description: 'When the hold was placed.' })
  createdAt?: DateTimeFilter;

  @Field(() => OptionalDateTimeFilter, {
    nullable: true,
    description: 'When the hold was released; { isNull: true }: it is in force.',
  })
  releasedAt?: OptionalDateTimeFilter;
}

export const LEGAL_HOLD_FILTER: FilterMap = {
  id: idFilter('LegalHold'),
  name: textFilter('name'),
  documentType: textFilter('document_type'),
  referenceDocument: textFilter('reference_document'),
  webhook: linkFilter('webhook_id', 'webhooks', () => WEBHOOK_FILTER),
  user: linkFilter('user_id', 'users', () => USER_FILTER),
  placedBy: linkFilter('placed_by', 'users', () => USER_FILTER),
  createdAt: idTimeFilter(),
  releasedAt: timeFilter('released_at'),
};

@ArgsType()
export class LegalHoldListArgs extends TimePageArgs {
  @Field(() => LegalHoldWhere, { nullable: true, description: WHERE_TEXT })
  where?: LegalHoldWhere;
}
