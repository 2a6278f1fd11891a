import { Field, ID, InputType, Int } from 'type-graphql';
import { rejects } from '../../graphql/arguments/check-input';
import type { HmacAlgorithm, Place, SignatureEncoding } from '../../verification/provider';
import type { CallOutcome } from '../incoming/incoming-agreement.entity';
import { CallOutcomeEnum, HmacAlgorithmEnum, PlaceKindEnum, SignatureEncodingEnum } from './agreement.type';

@InputType('PlaceInput', { description: 'Where in a call something is said: { from: JSON, name: "$.data.id" }.' })
class PlaceInput implements Place {
  @Field(() => PlaceKindEnum, { description: 'In which part of it.' })
  from: Place['from'];

  @Field(() => String, {
    description:
      "The name of the header or parameter, or the path of one value: `$.data.object.id`, `$.items[0]`; a form's fields " +
      'are `$.field`, and where `payload` is a JSON object, `$.payload.field`.',
  })
  name: string;
}

@InputType('VerificationInput', {
  description: 'HMAC, TOKEN, BASIC: how their calls are confirmed. No secret is in it.',
})
class VerificationInput {
  @Field(() => String, { nullable: true, description: 'HMAC, TOKEN: the header with the signature or token.' })
  header?: string | null;

  @Field(() => String, { nullable: true, description: 'TOKEN: the parameter with the token, instead of a header.' })
  query?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'HMAC, TOKEN: what stands before signature or token, such as "sha256=" or "Bearer "; at most 50.',
  })
  prefix?: string | null;

  @Field(() => HmacAlgorithmEnum, { nullable: true, description: 'HMAC: the hash function. Default: SHA256.' })
  algorithm?: HmacAlgorithm | null;

  @Field(() => SignatureEncodingEnum, { nullable: true, description: 'HMAC: how it is written. Default: HEX.' })
  encoding?: SignatureEncoding | null;

  @Field(() => String, {
    nullable: true,
    description:
      'HMAC: what is signed, where `{body}` `{timestamp}` `{id}` `{url}` `{method}` stand for those of the call; at most ' +
      '500 characters, with `{body}`. Default: `{body}`.',
  })
  signed?: string | null;

  @Field(() => String, { nullable: true, description: 'HMAC: the header with `{timestamp}`, seconds since 1970.' })
  timestampHeader?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'HMAC: the header with `{id}`, which never contains what stands next to it.',
  })
  idHeader?: string | null;

  @Field(() => String, { nullable: true, description: 'BASIC: the user name, without a colon.' })
  username?: string | null;
}

@InputType('CallAnswerInput', { description: 'How a call is answered that is accepted, and a repeated one.' })
class CallAnswerInput {
  @Field(() => Int, { nullable: true, description: '200 to 299. Default: 200.' })
  status?: number | null;

  @Field(() => String, { nullable: true, description: 'At most 4,096 characters. Default: `{"received":true}`.' })
  body?: string | null;

  @Field(() => String, { nullable: true, description: 'Such as text/xml. Default: application/json.' })
  contentType?: string | null;
}

/** INCOMING: how calls are confirmed and read, and what comes of them; the same for a new and for a changed webhook. */
@InputType()
export abstract class AgreementInput {
  @Field(() => VerificationInput, {
    nullable: true,
    description: 'INCOMING, providers HMAC, TOKEN and BASIC: how. What is left out stays as it is.',
  })
  verification?: VerificationInput | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'INCOMING: seconds by which the time that was signed may differ from ours, either way, 1 to 604,800. Default, null: 300; ' +
      'MAILGUN, which sends the same signature again for hours: 43,200.',
  })
  toleranceSeconds?: number | null;

  @Field(() => PlaceInput, {
    nullable: true,
    description:
      'INCOMING: where a call names its event. Default, null: where the provider has it. A call that names none is "received".',
  })
  eventLocation?: PlaceInput | null;

  @Field(() => PlaceInput, {
    nullable: true,
    description:
      'INCOMING: where a call has its id. One that was accepted within 30 days is answered again and kept, without ' +
      'consequences. Default, null: where the provider has it. A call without one is a duplicate of nothing; ' +
      'GITHUB, SHOPIFY: those of the same event, secret and body are duplicates, too.',
  })
  idLocation?: PlaceInput | null;

  @Field(() => PlaceInput, {
    nullable: true,
    description:
      'INCOMING: where a call names the business document. Default, null: where the provider has it, else its own id.',
  })
  referenceLocation?: PlaceInput | null;

  @Field(() => CallOutcomeEnum, { nullable: true, description: 'INCOMING: default, null: BUSINESS_EVENT.' })
  becomes?: CallOutcome | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'INCOMING, becomes FORWARD: 1 to 20 outgoing webhooks that the calls go to, `whk_...`.',
  })
  forwardTo?: string[] | null;

  @Field(() => CallAnswerInput, { nullable: true, description: 'INCOMING: how calls are answered that are accepted.' })
  answer?: CallAnswerInput | null;
}

const MAX_OVERLAP_S = 7 * 24 * 3600;
const isOverlap = (value: unknown) => (value as number) >= 0 && (value as number) <= MAX_OVERLAP_S;

@InputType('RotateWebhookTokenInput', { description: 'Whose address is replaced, and how long the old one goes on.' })
export class RotateWebhookTokenInput {
  @Field(() => ID, { description: 'An INCOMING webhook, `whk_...`.' })
  id: string;

  @rejects('INVALID', 'overlap', isOverlap, (value) => {
    return `overlapSeconds is ${value}; it takes 0 to 604,800, which is 7 days.`;
  })
  @Field(() => Int, {
    defaultValue: 24 * 3600,
    description:
      'How long earlier addresses go on beside the new one, 0 to 604,800 s (7 days), default 86,400. 0: they end at once.',
  })
  overlapSeconds: number;
}
