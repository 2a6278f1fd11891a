import { Field, InputType, Int } from 'type-graphql';
import { withCommas } from '../../text';
import type { RequestSettings } from '../request/request-settings';
import { MAX_BODY_FIELDS, MAX_CONDITION_CHARACTERS, MAX_HEADER_NAME_CHARACTERS, MAX_HEADERS } from '../setting-limits';
import type { BodyFormat, Method, Ordering } from '../webhook.entity';
import { WebhookConnectionInput } from './credential.inputs';
import {
  CONCURRENCY_TEXT,
  Concurrency,
  ORDERING_TEXT,
  RATE_LIMIT_TEXT,
  RateLimit,
  RateLimitInput,
} from './rate-limits.inputs';
import { BodyFormatEnum, WebhookMethodEnum } from './request.type';
import { OrderingEnum } from './webhook.type';

@InputType('HeaderInput', { description: 'A header of every delivery.' })
class HeaderInput {
  @Field(() => String, {
    description:
      `The name, at most ${MAX_HEADER_NAME_CHARACTERS} characters. Headers that Hookledger sets are refused, such as \`webhook-*\`, \`hookledger-*\`, \`host\` and ` +
      '`content-length`. Names are unique.',
  })
  name: string;

  @Field(() => String, {
    description: 'The value, which may be a Liquid template: at most 4,096 characters of Latin-1, also when rendered.',
  })
  value: string;
}

@InputType('BodyFieldInput', { description: 'A value of the document and its key in the body.' })
class BodyFieldInput {
  @Field(() => String, { description: 'The key in the body, 1 to 200 characters, unique.' })
  key: string;

  @Field(() => String, {
    description:
      'The path of the value in the document, 1 to 200 characters, with dots between the members of objects and ' +
      'lists: `items.0.qty`. No part may be empty.',
  })
  fieldname: string;
}

/**
 * What is sent and when; the same for a new and for a changed webhook. It extends WebhookConnectionInput, which extends
 * AgreementInput, because a class can extend only one other.
 */
@InputType()
export abstract class WebhookRequestInput extends WebhookConnectionInput implements RequestSettings {
  @Field(() => String, {
    nullable: true,
    description:
      'A CEL expression over `doc` (the document), `event` { id type documentType event referenceDocument createdAt ' +
      `} and \`user\` { name fullName }, at most ${withCommas(MAX_CONDITION_CHARACTERS)} characters: ` +
      '`doc.grand_total > 40000 && doc.status == "Paid"`. ' +
      'An event for which it is false or cannot be evaluated is skipped. Default, null: all events.',
  })
  condition?: string | null;

  @Field(() => WebhookMethodEnum, { nullable: true, description: 'The HTTP method. Default, null: POST.' })
  method?: Method | null;

  @Field(() => [HeaderInput], {
    nullable: true,
    description:
      `At most ${MAX_HEADERS} headers, in addition to those that Hookledger sets. ` +
      '`Content-Type` and `User-Agent` replace the ' +
      'default ones. All users who may read webhooks may read these headers: put secrets into `secretHeaders`. ' +
      'Default, null: none.',
  })
  headers?: HeaderInput[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      `OUTGOING: the names of the headers of a received call that are forwarded, at most ${MAX_HEADERS}, such as ` +
      '"x-github-event"; ["*"]: all that are allowed. Headers that Hookledger sets and secret headers are never ' +
      'forwarded. Published events have no headers. Default, null: none.',
  })
  passHeaders?: string[] | null;

  @Field(() => BodyFormatEnum, { nullable: true, description: 'How the body is made. Default, null: STANDARD.' })
  bodyFormat?: BodyFormat | null;

  @Field(() => String, {
    nullable: true,
    description:
      'JSON: a Liquid template of the body, at most 65,536 characters. The output of a text is escaped for a JSON ' +
      'string; the filter `json` writes a complete value. The rendered body must be JSON of at most 256 KiB.',
  })
  body?: string | null;

  @Field(() => [BodyFieldInput], {
    nullable: true,
    description:
      `JSON without a template, FORM: the fields of the body, at most ${MAX_BODY_FIELDS}. Values are copied from the document ` +
      'unchanged. A value that the document does not contain is null, in a form empty; in a form, lists and objects ' +
      'are written as JSON.',
  })
  fields?: BodyFieldInput[] | null;

  @RateLimit()
  @Field(() => RateLimitInput, { nullable: true, description: RATE_LIMIT_TEXT })
  rateLimit?: RateLimitInput | null;

  @Concurrency()
  @Field(() => Int, { nullable: true, description: CONCURRENCY_TEXT })
  maxConcurrency?: number | null;

  @Field(() => OrderingEnum, { nullable: true, description: ORDERING_TEXT })
  ordering?: Ordering | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the webhook may receive the entries of the audit trail as events (`audit.<action>`), if it subscribes to them. ' +
      'Only a SYSTEM_MANAGER may set it, and no other role may change or test such a webhook, forward calls to it, or act on its ' +
      'deliveries: FORBIDDEN for others. ' +
      'Default, null: false.',
  })
  receiveAuditEvents?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether each request carries the header `hookledger-head`: the newest signed head of the sealed log, as ' +
      '`evidenceHeads { nodes { checkpoint } }` without lines of witnesses, in base64. With it, the partner can prove a later rewriting ' +
      'of the log, and that Hookledger signed the head. Default, null: false.',
  })
  sendEvidenceHead?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether SUPPORT may see masked content of the requests, with a reason (`revealContent`). Only a ' +
      'SYSTEM_MANAGER may change it, also by an import or a restored version: FORBIDDEN for others. Default, ' +
      'null: false.',
  })
  supportMayReveal?: boolean | null;
}
