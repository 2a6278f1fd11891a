import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { publishEnum } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { SECRET_KINDS, type SecretKind } from '../../verification/claim';
import {
  HMAC_ALGORITHMS,
  type HmacAlgorithm,
  type Place,
  PROVIDER_NAMES,
  type ProviderName,
  SIGNATURE_ENCODINGS,
  type SignatureEncoding,
} from '../../verification/provider';
import { CALL_OUTCOMES, type CallOutcome } from '../incoming/incoming-agreement.entity';

export const ProviderEnum = publishEnum(
  'WebhookProvider',
  PROVIDER_NAMES,
  'The provider whose signatures the calls of a partner have, or another way to verify them.',
  {
    STANDARD_WEBHOOKS: {
      description:
        'Standard Webhooks 1.0.0: `v1` (a secret `whsec_...`) and `v1a` (the public key of the partner, `whpk_...`).',
    },
    SVIX: { description: 'Like STANDARD_WEBHOOKS, with the headers `svix-id`, `svix-timestamp` and `svix-signature`.' },
    GITHUB: { description: '`X-Hub-Signature-256`, with a secret that you choose and enter in GitHub.' },
    GITLAB: {
      description: '`X-Gitlab-Token`, a secret that you choose and enter in GitLab. It does not sign the body.',
    },
    STRIPE: { description: '`Stripe-Signature`. Stripe issues the secret, `whsec_...`, for each endpoint.' },
    SHOPIFY: { description: '`X-Shopify-Hmac-Sha256`. The secret is the client secret of the app.' },
    SLACK: {
      description:
        '`X-Slack-Signature`. The secret is the signing secret of the app. URL verification requests are answered ' +
        'automatically.',
    },
    TWILIO: {
      description:
        '`X-Twilio-Signature`, which covers the address: PUBLIC_URL must be the URL that Twilio calls. The secret ' +
        'is the auth token.',
    },
    MAILGUN: {
      description:
        'The signature in the body, made with the webhook signing key. It covers only time and token, not the rest ' +
        'of the body.',
    },
    FRAPPE: { description: '`X-Frappe-Webhook-Signature` of Frappe and ERPNext, over the body.' },
    HMAC: { description: 'An HMAC in a header. `verification` defines the header and the signed text.' },
    TOKEN: {
      description: 'A token in a header or query parameter, named in `verification`. It does not sign the body.',
    },
    BASIC: {
      description: 'HTTP Basic authentication (RFC 7617) with `verification.username`, and the secret as the password.',
    },
    MTLS: {
      description:
        'The client certificate that the caller presents to the reverse proxy (TRUSTED_PROXIES, ' +
        'CLIENT_CERT_HEADER). The secret is its PEM text, or its SHA-256 fingerprint.',
    },
    NONE: {
      description:
        'NO VERIFICATION: a call from anyone who knows the address is accepted. Use it only for calls that need no ' +
        'trust.',
    },
  },
);

export const CallOutcomeEnum = publishEnum('CallOutcome', CALL_OUTCOMES, 'What an accepted call becomes.', {
  BUSINESS_EVENT: { description: 'A business event for every outgoing webhook that matches it.' },
  FORWARD: {
    description:
      'A business event for only the webhooks in `forwardTo`, regardless of their document types and events.',
  },
  RECORD: { description: 'Only a row in the log.' },
});

const PLACE_KINDS = ['HEADER', 'JSON', 'QUERY'] as const;
export const PlaceKindEnum = publishEnum('PlaceKind', PLACE_KINDS, 'A part of a call that can contain a value.', {
  HEADER: { description: 'A header.' },
  JSON: { description: 'The body: a JSON document, or the fields of a form.' },
  QUERY: { description: 'A parameter of the query of the URL.' },
});

export const HmacAlgorithmEnum = publishEnum(
  'HmacAlgorithm',
  HMAC_ALGORITHMS,
  'The hash function of an HMAC (RFC 2104).',
  {
    SHA1: { description: 'SHA-1, only for partners that support nothing newer.' },
    SHA256: { description: 'SHA-256.' },
    SHA384: { description: 'SHA-384.' },
    SHA512: { description: 'SHA-512.' },
  },
);
export const SignatureEncodingEnum = publishEnum(
  'SignatureEncoding',
  SIGNATURE_ENCODINGS,
  'The encoding of a signature as text (RFC 4648).',
  {
    HEX: { description: 'Hexadecimal, in upper or lower case.' },
    BASE64: { description: 'Base64 (section 4).' },
    BASE64URL: { description: 'Base64url (section 5).' },
  },
);
const SecretKindEnum = publishEnum('VerificationKeyKind', SECRET_KINDS, 'The kind of a secret that verifies calls.', {
  V1: { description: 'The key of an HMAC, `whsec_...`.' },
  V1A: { description: 'The ed25519 public key of a partner, `whpk_...`.' },
  TEXT: { description: 'A shared text, such as a token or a password.' },
  CERTIFICATE: { description: 'The fingerprint of a client certificate.' },
});

@HasRole(...READERS)
@ObjectType('Place', { simpleResolvers: true, description: 'The location of a value in a call.' })
export class PlaceType {
  @Field(() => PlaceKindEnum, { description: 'The part of the call.' })
  from: Place['from'];

  @Field(() => String, { description: 'The name of the header or parameter, or a path such as `$.data.object.id`.' })
  name: string;
}

@HasRole(...READERS)
@ObjectType('Verification', {
  simpleResolvers: true,
  description: 'How calls are verified, for the providers HMAC, TOKEN and BASIC.',
})
export class VerificationType {
  @Field(() => String, {
    nullable: true,
    description: 'HMAC, TOKEN: the name of the header with the signature or token.',
  })
  header: string | null;

  @Field(() => String, { nullable: true, description: 'TOKEN: the name of the query parameter with the token.' })
  query: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'HMAC, TOKEN: the text before the signature or token, such as "sha256=".',
  })
  prefix: string | null;

  @Field(() => HmacAlgorithmEnum, { nullable: true, description: 'HMAC: the hash function.' })
  algorithm: HmacAlgorithm | null;

  @Field(() => SignatureEncodingEnum, { nullable: true, description: 'HMAC: the encoding of the signature.' })
  encoding: SignatureEncoding | null;

  @Field(() => String, { nullable: true, description: 'HMAC: the signed text, such as "{timestamp}.{body}".' })
  signed: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'HMAC: the name of the header with `{timestamp}`, in seconds since 1970.',
  })
  timestampHeader: string | null;

  @Field(() => String, { nullable: true, description: 'HMAC: the name of the header with `{id}`.' })
  idHeader: string | null;

  @Field(() => String, { nullable: true, description: 'BASIC: the user name.' })
  username: string | null;
}

@HasRole(...READERS)
@ObjectType('CallAnswer', { simpleResolvers: true, description: 'The response to an accepted call.' })
export class CallAnswerType {
  @Field(() => Int, { description: 'The HTTP status, 200 to 299.' })
  statusCode: number;

  @Field(() => String, {
    nullable: true,
    description: 'The body; null: `{"received":true}`, or none with status 204 or 205.',
  })
  body: string | null;

  @Field(() => String, { nullable: true, description: 'The media type; null: application/json.' })
  contentType: string | null;
}

@HasRole(...READERS)
@ObjectType('VerificationKey', {
  simpleResolvers: true,
  description: 'A current or retired secret that verifies calls. The secret itself is not shown.',
})
export class VerificationKeyType {
  @Field(() => ID, { description: 'The id of the key, which explainVerification returns as `keyId`.' })
  id: string;

  @Field(() => SecretKindEnum, { description: 'The kind of the secret.' })
  kind: SecretKind;

  @Field(() => GraphQLDateTime, { description: 'When the secret was created or set.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the secret expires or expired; null: never.' })
  expiresAt: Date | null;

  @Field(() => Boolean, { description: 'Whether the secret verifies calls now.' })
  live: boolean;
}

@HasRole(...READERS)
@ObjectType('IncomingAddress', {
  simpleResolvers: true,
  description: 'An address at which the calls of a partner are received. Its token is not shown.',
})
export class IncomingAddressType {
  @Field(() => GraphQLDateTime, { description: 'When the address was created.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the address expires; null: never.' })
  expiresAt: Date | null;
}

@HasRole(...READERS)
@ObjectType('IncomingAgreement', {
  simpleResolvers: true,
  description: 'The settings for received calls: how they are verified, read, answered and processed.',
})
export class IncomingAgreementType {
  @Field(() => ProviderEnum, { description: 'The provider whose signatures the calls have. It never changes.' })
  provider: ProviderName;

  @Field(() => VerificationType, {
    nullable: true,
    description: 'HMAC, TOKEN, BASIC: how calls are verified; null for other providers.',
  })
  verification: VerificationType | null;

  @Field(() => Int, {
    description:
      'The maximum difference between the signed time and the time of receipt, in either direction, in seconds.',
  })
  toleranceSeconds: number;

  @Field(() => PlaceType, {
    nullable: true,
    description: 'The location of the event name; null: the location that the provider uses.',
  })
  eventLocation: Place | null;

  @Field(() => PlaceType, {
    nullable: true,
    description: 'The location of the id that identifies repeated calls; null: the location that the provider uses.',
  })
  idLocation: Place | null;

  @Field(() => PlaceType, {
    nullable: true,
    description: 'The location of the name of the business document; null: the location that the provider uses.',
  })
  referenceLocation: Place | null;

  @Field(() => CallOutcomeEnum, { description: 'What an accepted call becomes.' })
  becomes: CallOutcome;

  @Field(() => CallAnswerType, { description: 'The response to accepted calls.' })
  answer: CallAnswerType;
}
