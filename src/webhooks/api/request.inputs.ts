import { Field, InputType } from 'type-graphql';
import type { RequestSettings } from '../request/request-settings';
import type { BodyFormat, Method } from '../webhook.entity';
import { AgreementInput } from './agreement.inputs';
import { BodyFormatEnum, WebhookMethodEnum } from './request.type';

@InputType('HeaderInput', { description: 'A header that every delivery has.' })
class HeaderInput {
  @Field(() => String, {
    description: 'Not `webhook-*`, `host`, `content-length` or another that Hookledger sets; each name once.',
  })
  name: string;

  @Field(() => String, { description: 'At most 4,096 characters of Latin-1, rendered too; may be a Liquid template.' })
  value: string;
}

@InputType('BodyFieldInput', { description: 'A value of the document, and what it is called in the body.' })
class BodyFieldInput {
  @Field(() => String, { description: 'What it is called in the body: 1 to 200 characters, once.' })
  key: string;

  @Field(() => String, {
    description:
      'Where it stands in the document: 1 to 200 characters, with dots into objects and lists, none of the parts ' +
      'empty: `items.0.qty`.',
  })
  fieldname: string;
}

/** What is sent and when: the same for a new and for a changed webhook. A class extends one other: hence the chain. */
@InputType()
export abstract class WebhookRequestInput extends AgreementInput implements RequestSettings {
  @Field(() => String, {
    nullable: true,
    description:
      'CEL over `doc` (the document), `event` { id type documentType event referenceDocument createdAt } and `user` ' +
      '{ name fullName }, at most 4,000 characters: `doc.grand_total > 40000 && doc.status == "Paid"`. An event for ' +
      'which it is false or cannot be evaluated is skipped. null, the default: every event.',
  })
  condition?: string | null;

  @Field(() => WebhookMethodEnum, { nullable: true, description: 'Default, null: POST.' })
  method?: Method | null;

  @Field(() => [HeaderInput], {
    nullable: true,
    description:
      'At most 50, beside those that Hookledger sets. `Content-Type` and `User-Agent` replace the usual ones. ' +
      'Everybody who may read webhooks may read them: keys belong into `secretHeaders`. Default, null: none.',
  })
  headers?: HeaderInput[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'OUTGOING: headers of a received call that go on with it, at most 50 names, such as "x-github-event"; ["*"]: all that ' +
      'may. Those that Hookledger sets, and secret ones, do not go. Events that were not received have none. Default, null: none.',
  })
  passHeaders?: string[] | null;

  @Field(() => BodyFormatEnum, { nullable: true, description: 'Default, null: STANDARD.' })
  bodyFormat?: BodyFormat | null;

  @Field(() => String, {
    nullable: true,
    description:
      'JSON: a Liquid template of the body, at most 65,536 characters. A text output is escaped for a JSON string; the ' +
      'filter `json` writes a complete value. What it makes must be JSON, at most 256 KiB.',
  })
  body?: string | null;

  @Field(() => [BodyFieldInput], {
    nullable: true,
    description:
      'JSON without a template, FORM: what the body has, at most 200, as written in the document. What the document ' +
      'does not have is null, in a form empty; lists and objects stand in a form as JSON.',
  })
  fields?: BodyFieldInput[] | null;
}
