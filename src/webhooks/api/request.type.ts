import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { BODY_FORMATS, METHODS } from '../webhook.entity';

export const WebhookMethodEnum = publishEnum(
  'WebhookMethod',
  METHODS,
  'The HTTP method of the requests of a webhook.',
  {
    POST: { description: 'The default.' },
    PUT: { description: 'For a URL that identifies the document.' },
    PATCH: { description: 'For a URL that identifies the document, with a body that contains a part of it.' },
    DELETE: { description: 'The request has a body, as with the other methods.' },
  },
);

export const BodyFormatEnum = publishEnum('BodyFormat', BODY_FORMATS, 'How the body of a delivery is made.', {
  STANDARD: { description: 'The body of Standard Webhooks: `{type, timestamp, data}`, where `data` is the document.' },
  JSON: { description: 'JSON, rendered from the template `body`, or an object of the `fields`.' },
  FORM: { description: 'application/x-www-form-urlencoded, made from the `fields`.' },
  ORIGINAL: {
    description:
      'The original data of the event: for a received call its bytes, without content encoding, and its content ' +
      'type; for a published event its JSON text.',
  },
});

@HasRole(...READERS)
@ObjectType('WebhookHeader', { simpleResolvers: true, description: 'A header of every delivery of a webhook.' })
export class WebhookHeaderType {
  @Field(() => String, { description: 'The name as it was set and is sent, such as "X-Tenant".' })
  name: string;

  @Field(() => String, { description: 'The value: a Liquid template or fixed text.' })
  template: string;
}

@HasRole(...READERS)
@ObjectType('BodyField', { simpleResolvers: true, description: 'A value of the document in the body of a delivery.' })
export class BodyFieldType {
  @Field(() => String, { description: 'The key in the body.' })
  key: string;

  @Field(() => String, {
    description: 'The path of the value in the document, such as `customer.name` or `items.0.qty`.',
  })
  fieldname: string;
}
