import type { CallContent, IncomingCall, Place } from './call';
import type { Claim, Refusal, SecretKind } from './claim';

/** The providers whose signatures calls can have. The last five are general methods. */
export const PROVIDER_NAMES = [
  'STANDARD_WEBHOOKS',
  'SVIX',
  'GITHUB',
  'GITLAB',
  'STRIPE',
  'SHOPIFY',
  'SLACK',
  'TWILIO',
  'MAILGUN',
  'FRAPPE',
  'HMAC',
  'TOKEN',
  'BASIC',
  'MTLS',
  'NONE',
] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

export type { Place } from './call';

/** The form of the secrets of a provider. */
export interface SecretForm {
  /** The form, as the rest of the sentence "secret must be ...". */
  readonly right: string;
  /** null: the text does not have this form. */
  read(text: string): { kind: SecretKind; bytes: Buffer } | null;
  /** Generates the text of a new secret; null: the partner issues secrets. */
  readonly generate: (() => string) | null;
}

/** How calls are verified, for providers that are general methods. */
export interface VerificationSettings {
  /** HMAC: the header with the signature. TOKEN: the header with the token. */
  readonly header: string | null;
  /** TOKEN: the parameter of the query with the token, instead of a header. */
  readonly query: string | null;
  /** HMAC, TOKEN: the text before the signature or token, such as "sha256=" or "Bearer ". */
  readonly prefix: string | null;
  readonly algorithm: HmacAlgorithm;
  readonly encoding: SignatureEncoding;
  /** HMAC: the signed text, in which `{body}`, `{timestamp}`, `{id}`, `{url}` and `{method}` are replaced. */
  readonly signed: string;
  /** HMAC: the header with the seconds since 1970; null: no time is signed. */
  readonly timestampHeader: string | null;
  /** HMAC: the header with the value of `{id}`. */
  readonly idHeader: string | null;
  /** BASIC: the user name. */
  readonly username: string | null;
}

export const HMAC_ALGORITHMS = ['SHA1', 'SHA256', 'SHA384', 'SHA512'] as const;
export type HmacAlgorithm = (typeof HMAC_ALGORITHMS)[number];

export const SIGNATURE_ENCODINGS = ['HEX', 'BASE64', 'BASE64URL'] as const;
export type SignatureEncoding = (typeof SIGNATURE_ENCODINGS)[number];

export const DEFAULT_SETTINGS: VerificationSettings = {
  header: null,
  query: null,
  prefix: null,
  algorithm: 'SHA256',
  encoding: 'HEX',
  signed: '{body}',
  timestampHeader: null,
  idHeader: null,
  username: null,
};

/** The response to a handshake of a provider. */
export interface HandshakeAnswer {
  readonly body: string;
  readonly contentType: string;
}

/** How the calls of one provider are verified and read. Each provider is one file and one row of PROVIDERS. */
export interface Provider {
  /** The name in messages, and the document type of its events, such as "GitHub". */
  readonly title: string;
  /** null: the provider uses no secret. */
  readonly secret: SecretForm | null;
  /** The settings of the provider. Those in `required` must be given. */
  readonly settings?: {
    readonly required: readonly (keyof VerificationSettings)[];
    readonly optional: readonly (keyof VerificationSettings)[];
  };
  /** The headers, in lower case, whose values are secrets. They are replaced before the call is recorded. */
  secretHeaders?(settings: VerificationSettings): readonly string[];
  /** The header, in lower case, with one or more signatures; null: there is none. `explainCall` reads it otherwise. */
  signatureHeader?(settings: VerificationSettings): string | null;
  /** Reads the claim of a call. `judge` verifies it. @param call the call, with decoded body */
  read(call: IncomingCall, settings: VerificationSettings): Claim | Refusal;
  /**
   * What is verified and not recorded, as the subject of a sentence, so that a recorded call cannot be verified again; null: it
   * can. @param call the call as it was recorded
   */
  unrecorded?(call: IncomingCall, settings: VerificationSettings): string | null;
  /** The locations of event, id and document in a call. The first one that has a value is used. */
  readonly places: {
    readonly event: readonly Place[];
    readonly id: readonly Place[];
    readonly reference: readonly Place[];
  };
  /**
   * Whether repeated calls are also recognised by event, secret and body, because id and event are in unsigned headers:
   * an attacker who has seen a call could repeat it with another id.
   */
  readonly knownByContent?: boolean;
  /** The default tolerance of the signed time in seconds; if absent, 300. */
  readonly toleranceSeconds?: number;
  /** Whether bodies must be JSON regardless of their content type. */
  readonly json?: boolean;
  /** The response to a verified call that is only a handshake; null: the call is not a handshake. */
  handshake?(content: CallContent): HandshakeAnswer | null;
}
