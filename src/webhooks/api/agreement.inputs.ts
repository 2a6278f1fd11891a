import { Field, ID, InputType, Int } from 'type-graphql';
import { withCommas } from '../../values/text';
import type { HmacAlgorithm, Place, SignatureEncoding } from '../../verification/provider';
import type { CallOutcome } from '../incoming/incoming-agreement.entity';
import {
  DEFAULT_ANSWER_STATUS,
  DEFAULT_OVERLAP_S,
  DEFAULT_TOLERANCE_S,
  MAX_ANSWER_CHARACTERS,
  MAX_FORWARDS,
  MAX_PREFIX_CHARACTERS,
  MAX_SIGNED_CHARACTERS,
  MAX_TOLERANCE_S,
} from '../setting-limits';
import { CallOutcomeEnum, HmacAlgorithmEnum, PlaceKindEnum, SignatureEncodingEnum } from './agreement.type';
import { RequestContentInput } from './request-content.inputs';
import { OVERLAP_TEXT, Overlap } from './signing.type';

@InputType('PlaceInput', { description: 'The location of a value in a call: { from: JSON, name: "$.data.id" }.' })
class PlaceInput implements Place {
  @Field(() => PlaceKindEnum, { description: 'The part of the call.' })
  from: Place['from'];

  @Field(() => String, {
    description:
      'The name of the header or parameter, or the path of one value: `$.data.object.id`, `$.items[0]`. A field of ' +
      'a form is `$.field`; if the field `payload` contains a JSON object, its members are `$.payload.field`.',
  })
  name: string;
}

@InputType('VerificationInput', {
  description: 'How calls are verified with the providers HMAC, TOKEN and BASIC. It contains no secret.',
})
class VerificationInput {
  @Field(() => String, {
    nullable: true,
    description: 'HMAC, TOKEN: the name of the header with the signature or token.',
  })
  header?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'TOKEN: the name of the query parameter with the token, instead of a header.',
  })
  query?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'HMAC, TOKEN: the text before the signature or token, such as "sha256=" or "Bearer "; ' +
      `at most ${MAX_PREFIX_CHARACTERS} characters.`,
  })
  prefix?: string | null;

  @Field(() => HmacAlgorithmEnum, { nullable: true, description: 'HMAC: the hash function. Default: SHA256.' })
  algorithm?: HmacAlgorithm | null;

  @Field(() => SignatureEncodingEnum, {
    nullable: true,
    description: 'HMAC: the encoding of the signature. Default: HEX.',
  })
  encoding?: SignatureEncoding | null;

  @Field(() => String, {
    nullable: true,
    description:
      'HMAC: the signed text, in which `{body}`, `{timestamp}`, `{id}`, `{url}` and `{method}` are replaced by ' +
      `those of the call; at most ${MAX_SIGNED_CHARACTERS} characters; \`{body}\` is required. Default: \`{body}\`.`,
  })
  signed?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'HMAC: the name of the header with `{timestamp}`, in seconds since 1970.',
  })
  timestampHeader?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'HMAC: the name of the header with `{id}`. An id must not contain the separators next to `{id}`.',
  })
  idHeader?: string | null;

  @Field(() => String, { nullable: true, description: 'BASIC: the user name, without a colon.' })
  username?: string | null;
}

@InputType('CallAnswerInput', { description: 'The response to an accepted call and to its repetitions.' })
class CallAnswerInput {
  @Field(() => Int, { nullable: true, description: `The HTTP status, 200 to 299. Default: ${DEFAULT_ANSWER_STATUS}.` })
  statusCode?: number | null;

  @Field(() => String, {
    nullable: true,
    description: `The body, at most ${withCommas(MAX_ANSWER_CHARACTERS)} characters. Default: \`{"received":true}\`.`,
  })
  body?: string | null;

  @Field(() => String, { nullable: true, description: 'The media type, such as text/xml. Default: application/json.' })
  contentType?: string | null;
}

/**
 * INCOMING: how calls are verified, read and processed; the same for a new and for a changed webhook. It extends
 * RequestContentInput as request.inputs.ts does.
 */
@InputType()
export abstract class AgreementInput extends RequestContentInput {
  @Field(() => VerificationInput, {
    nullable: true,
    description: 'INCOMING, providers HMAC, TOKEN and BASIC: how calls are verified. Omitted fields keep their values.',
  })
  verification?: VerificationInput | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'INCOMING: the maximum difference between the signed time and the time of receipt, in either direction, in ' +
      `seconds, 1 to ${withCommas(MAX_TOLERANCE_S)}. Default, null: ${DEFAULT_TOLERANCE_S}; for MAILGUN, which repeats the same ` +
      'signature for hours, 43,200.',
  })
  toleranceSeconds?: number | null;

  @Field(() => PlaceInput, {
    nullable: true,
    description:
      'INCOMING: the location of the event name in a call. Default, null: the location that the provider uses. The ' +
      'event of a call without a name is "received".',
  })
  eventLocation?: PlaceInput | null;

  @Field(() => PlaceInput, {
    nullable: true,
    description:
      'INCOMING: the location of the id of a call. A call with an id that was accepted within 30 days is answered ' +
      'and recorded again, and has no other effect. Default, null: the location that the provider uses. A call ' +
      'without an id is never a duplicate. GITHUB, SHOPIFY: calls with the same event, secret and body are ' +
      'duplicates, too.',
  })
  idLocation?: PlaceInput | null;

  @Field(() => PlaceInput, {
    nullable: true,
    description:
      'INCOMING: the location of the name of the business document. Default, null: the location that the provider ' +
      'uses, else the id of the call.',
  })
  referenceLocation?: PlaceInput | null;

  @Field(() => CallOutcomeEnum, {
    nullable: true,
    description: 'INCOMING: what an accepted call becomes. Default, null: BUSINESS_EVENT.',
  })
  becomes?: CallOutcome | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'INCOMING, becomes FORWARD: the 1 to ' +
      `${MAX_FORWARDS} outgoing webhooks to which calls are forwarded, \`whk_...\`.`,
  })
  forwardTo?: string[] | null;

  @Field(() => CallAnswerInput, { nullable: true, description: 'INCOMING: the response to accepted calls.' })
  answer?: CallAnswerInput | null;
}

@InputType('RotateWebhookTokenInput', {
  description: 'The webhook whose address is replaced, and how long earlier addresses still work.',
})
export class RotateWebhookTokenInput {
  @Field(() => ID, { description: 'The id of an INCOMING webhook, `whk_...`.' })
  id: string;

  @Overlap()
  @Field(() => Int, {
    defaultValue: DEFAULT_OVERLAP_S,
    description: `How long earlier addresses still work, ${OVERLAP_TEXT} 0: they end at once.`,
  })
  overlapSeconds: number;
}
