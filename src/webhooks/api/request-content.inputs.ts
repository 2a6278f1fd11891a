// Which events a webhook sends and what it sends of them: settings that a draft has too.
import { Field, InputType } from 'type-graphql';
import { withCommas } from '../../values/text';
import { MAX_BODY_FIELDS, MAX_CONDITION_CHARACTERS, MAX_HEADER_NAME_CHARACTERS, MAX_HEADERS } from '../setting-limits';
import type { BodyFormat, Method } from '../webhook.entity';
import { BodyFormatEnum, WebhookMethodEnum } from './webhook.type';

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

@InputType()
export abstract class RequestContentInput {
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
}
