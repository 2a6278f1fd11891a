import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { SECRET_KINDS, type SecretKind } from '../../verification/claim';
import {
  HMAC_ALGORITHMS,
  type HmacAlgorithm,
  type Place,
  SIGNATURE_ENCODINGS,
  type SignatureEncoding,
} from '../../verification/provider';
import { PROVIDER_NAMES, type ProviderName } from '../../verification/provider-name';
import { READERS } from '../../viewer';
import { CALL_OUTCOMES, type CallOutcome } from '../incoming/incoming-agreement.entity';

export const ProviderEnum = publishEnum(
  'WebhookProvider',
  PROVIDER_NAMES,
  'Whose way of proving where a call comes from a partner follows.',
  {
    STANDARD_WEBHOOKS: {
      description: 'Standard Webhooks 1.0.0: `v1` (a secret `whsec_...`) and `v1a` (their public key `whpk_...`).',
    },
    SVIX: { description: 'The same in the headers `svix-id`, `svix-timestamp` and `svix-signature`.' },
    GITHUB: { description: '`X-Hub-Signature-256`, with a secret that you choose and tell GitHub.' },
    GITLAB: { description: '`X-Gitlab-Token`, a secret that you choose and tell GitLab; it does not sign the body.' },
    STRIPE: { description: '`Stripe-Signature`; Stripe issues the secret, `whsec_...`, for each endpoint.' },
    SHOPIFY: { description: "`X-Shopify-Hmac-Sha256`; the secret is the app's client secret." },
    SLACK: {
      description:
        "`X-Slack-Signature`; the secret is the app's signing secret. Its URL verification is answered by itself.",
    },
    TWILIO: {
      description:
        '`X-Twilio-Signature` over the whole address: PUBLIC_URL must be what Twilio calls. The secret is the auth token.',
    },
    MAILGUN: {
      description:
        'The signature within the body, with the webhook signing key. It covers time and token alone, not the body.',
    },
    FRAPPE: { description: '`X-Frappe-Webhook-Signature` of Frappe and ERPNext, over the body.' },
    HMAC: { description: 'An HMAC in a header; `verification` says which, and over what.' },
    TOKEN: { description: 'A token in a header or in the query, named in `verification`. It does not sign the body.' },
    BASIC: { description: 'HTTP Basic authentication (RFC 7617); `verification.username` and the secret as password.' },
    MTLS: {
      description:
        'The certificate that the caller shows to the proxy in front of us (TRUSTED_PROXIES, CLIENT_CERT_HEADER). The ' +
        'secret is its PEM text, or its SHA-256 fingerprint.',
    },
    NONE: {
      description: 'NOTHING IS CHECKED: whoever knows the address is believed. Only for what anybody may tell us.',
    },
  },
);

export const CallOutcomeEnum = publishEnum('CallOutcome', CALL_OUTCOMES, 'What an accepted call becomes.', {
  BUSINESS_EVENT: { description: 'A business event, for every outgoing webhook that wants it.' },
  FORWARD: {
    description: 'A business event for the webhooks of `forwardTo` alone, whatever types and events they name.',
  },
  RECORD: { description: 'Nothing more than its row in the log.' },
});

const PLACE_KINDS = ['HEADER', 'JSON', 'QUERY'] as const;
export const PlaceKindEnum = publishEnum('PlaceKind', PLACE_KINDS, 'In which part of a call something stands.', {
  HEADER: { description: 'In a header.' },
  JSON: { description: 'In the body: a JSON document, or the fields of a form.' },
  QUERY: { description: 'In a parameter of the address.' },
});

export const HmacAlgorithmEnum = publishEnum(
  'HmacAlgorithm',
  HMAC_ALGORITHMS,
  'The hash function of an HMAC (RFC 2104).',
  {
    SHA1: { description: 'SHA-1: only for partners that have nothing newer.' },
    SHA256: { description: 'SHA-256.' },
    SHA384: { description: 'SHA-384.' },
    SHA512: { description: 'SHA-512.' },
  },
);
export const SignatureEncodingEnum = publishEnum(
  'SignatureEncoding',
  SIGNATURE_ENCODINGS,
  'How the bytes of a signature are written (RFC 4648).',
  {
    HEX: { description: 'Hexadecimal, in upper or lower case.' },
    BASE64: { description: 'Base64, section 4.' },
    BASE64URL: { description: 'Base64 for URLs, section 5.' },
  },
);
const SecretKindEnum = publishEnum('VerificationKeyKind', SECRET_KINDS, 'What a secret is.', {
  V1: { description: 'The key of an HMAC, `whsec_...`.' },
  V1A: { description: "A partner's public key, `whpk_...`." },
  TEXT: { description: 'A text that both sides know.' },
  CERTIFICATE: { description: 'The fingerprint of a client certificate.' },
});

@HasRole(...READERS)
@ObjectType('Place', { simpleResolvers: true, description: 'Where in a call something is said.' })
export class PlaceType {
  @Field(() => PlaceKindEnum, { description: 'In which part of it.' })
  from: Place['from'];

  @Field(() => String, { description: 'The name of the header or parameter, or a path such as `$.data.object.id`.' })
  name: string;
}

@HasRole(...READERS)
@ObjectType('Verification', {
  simpleResolvers: true,
  description: 'How calls are confirmed, where the provider alone does not say.',
})
export class VerificationType {
  @Field(() => String, { nullable: true, description: 'HMAC, TOKEN: the header with the signature or token.' })
  header: string | null;

  @Field(() => String, { nullable: true, description: 'TOKEN: the parameter of the address with the token.' })
  query: string | null;

  @Field(() => String, { nullable: true, description: 'What stands before signature or token, such as "sha256=".' })
  prefix: string | null;

  @Field(() => HmacAlgorithmEnum, { nullable: true, description: 'HMAC: the hash function.' })
  algorithm: HmacAlgorithm | null;

  @Field(() => SignatureEncodingEnum, { nullable: true, description: 'HMAC: how the signature is written.' })
  encoding: SignatureEncoding | null;

  @Field(() => String, { nullable: true, description: 'HMAC: what is signed, such as "{timestamp}.{body}".' })
  signed: string | null;

  @Field(() => String, { nullable: true, description: 'HMAC: the header with `{timestamp}`, seconds since 1970.' })
  timestampHeader: string | null;

  @Field(() => String, { nullable: true, description: 'HMAC: the header with `{id}`.' })
  idHeader: string | null;

  @Field(() => String, { nullable: true, description: 'BASIC: the user name.' })
  username: string | null;
}

@HasRole(...READERS)
@ObjectType('CallAnswer', { simpleResolvers: true, description: 'How a call is answered that is accepted.' })
export class CallAnswerType {
  @Field(() => Int, { description: 'The HTTP status, 200 to 299.' })
  status: number;

  @Field(() => String, {
    nullable: true,
    description: 'The body; null: `{"received":true}`, or none with status 204 or 205.',
  })
  body: string | null;

  @Field(() => String, { nullable: true, description: 'Its media type; null: application/json.' })
  contentType: string | null;
}

@HasRole(...READERS)
@ObjectType('VerificationKey', {
  simpleResolvers: true,
  description: 'A secret with which calls are, or were, confirmed: all but the secret.',
})
export class VerificationKeyType {
  @Field(() => ID, { description: 'Named by explainVerification.' })
  id: string;

  @Field(() => SecretKindEnum, { description: 'What it is.' })
  kind: SecretKind;

  @Field(() => GraphQLDateTime, { description: 'When it was given or made.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ends or ended; null: not planned.' })
  expiresAt: Date | null;

  @Field(() => Boolean, { description: 'Whether it confirms calls now.' })
  live: boolean;
}

@HasRole(...READERS)
@ObjectType('IncomingAddress', {
  simpleResolvers: true,
  description: 'An address of ours that leads to a webhook: all but its token.',
})
export class IncomingAddressType {
  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ends; null: not planned.' })
  expiresAt: Date | null;
}

@HasRole(...READERS)
@ObjectType('IncomingAgreement', {
  simpleResolvers: true,
  description: 'What is agreed about calls to us: how they are confirmed, read and answered, and what comes of them.',
})
export class IncomingAgreementType {
  @Field(() => ProviderEnum, { description: 'Whose way of signing they follow; never changes.' })
  provider: ProviderName;

  @Field(() => VerificationType, { nullable: true, description: 'HMAC, TOKEN, BASIC: the rest of that; else null.' })
  verification: VerificationType | null;

  @Field(() => Int, { description: 'Seconds by which the time that was signed may differ from ours, either way.' })
  toleranceSeconds: number;

  @Field(() => PlaceType, { nullable: true, description: 'Where the event is named; null: where the provider has it.' })
  eventLocation: Place | null;

  @Field(() => PlaceType, {
    nullable: true,
    description: 'Where the id is by which a repeated call is known; null: where the provider has it.',
  })
  idLocation: Place | null;

  @Field(() => PlaceType, {
    nullable: true,
    description: 'Where the business document is named; null: where the provider has it.',
  })
  referenceLocation: Place | null;

  @Field(() => CallOutcomeEnum, { description: 'What an accepted call becomes.' })
  becomes: CallOutcome;

  @Field(() => CallAnswerType, { description: 'How it is answered.' })
  answer: CallAnswerType;
}
