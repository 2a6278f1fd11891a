import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { BODY_FORMATS, METHODS } from '../webhook.entity';

export const WebhookMethodEnum = publishEnum('WebhookMethod', METHODS, 'How a webhook calls its URL.', {
  POST: { description: 'The usual one.' },
  PUT: { description: 'For a URL that names the document.' },
  PATCH: { description: 'For a URL that names the document, where the body is a part of it.' },
  DELETE: { description: 'With a body, like the others.' },
});

export const BodyFormatEnum = publishEnum('BodyFormat', BODY_FORMATS, 'What the body of a delivery is.', {
  STANDARD: { description: 'That of Standard Webhooks: `{type, timestamp, data}` with the whole document.' },
  JSON: { description: 'Made from the template `body`, or an object of `fields`.' },
  FORM: { description: 'application/x-www-form-urlencoded, made from `fields`.' },
  ORIGINAL: {
    description:
      'What the event came with: the bytes and the content type of a received call, without its content encoding; the JSON ' +
      'text of what was published.',
  },
});

@HasRole(...READERS)
@ObjectType('WebhookHeader', { simpleResolvers: true, description: 'A header that every delivery of a webhook has.' })
export class WebhookHeaderType {
  @Field(() => String, { description: 'As it was given, such as "X-Tenant"; sent so.' })
  name: string;

  @Field(() => String, { description: 'Its value: a Liquid template or fixed text.' })
  template: string;
}

@HasRole(...READERS)
@ObjectType('BodyField', { simpleResolvers: true, description: 'A value of the document in the body of a delivery.' })
export class BodyFieldType {
  @Field(() => String, { description: 'What it is called in the body.' })
  key: string;

  @Field(() => String, { description: 'Where it stands in the document, such as `customer.name` or `items.0.qty`.' })
  fieldname: string;
}
