import type { IncomingCall } from './call';
import type { CallContent } from './call-content';
import type { Claim, Refusal, SecretKind } from './claim';
import type { Place } from './place';

export type { Place } from './place';

/** What a secret of a provider looks like. */
export interface SecretForm {
  /** What is right, as the rest of "secret must be ...". */
  readonly right: string;
  /** null: it is not of this form. */
  read(text: string): { kind: SecretKind; bytes: Buffer } | null;
  /** A new one, as its text; null: the partner issues them. */
  readonly generate: (() => string) | null;
}

/** How the agreement says that calls are confirmed, where the provider alone does not. */
export interface VerificationSettings {
  /** HMAC: the header with the signature. TOKEN: the header with the token. */
  readonly header: string | null;
  /** TOKEN: the parameter of the query with the token, instead of a header. */
  readonly query: string | null;
  /** HMAC, TOKEN: what stands before the signature or token, such as "sha256=" or "Bearer ". */
  readonly prefix: string | null;
  readonly algorithm: HmacAlgorithm;
  readonly encoding: SignatureEncoding;
  /** HMAC: what is signed; `{body}`, `{timestamp}`, `{id}`, `{url}` and `{method}` stand for the call's. */
  readonly signed: string;
  /** HMAC: the header with the seconds since 1970; null: no time is signed. */
  readonly timestampHeader: string | null;
  /** HMAC: the header with what `{id}` stands for. */
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

/** An answer of ours that a provider asks for. */
export interface HandshakeAnswer {
  readonly body: string;
  readonly contentType: string;
}

/** How one partner's calls are confirmed and read: one file and one row of PROVIDERS each. */
export interface Provider {
  /** In messages and as the document type of its events, such as "GitHub". */
  readonly title: string;
  /** null: there is nothing secret. */
  readonly secret: SecretForm | null;
  /** Which settings it takes; the first list must be given. */
  readonly settings?: {
    readonly required: readonly (keyof VerificationSettings)[];
    readonly optional: readonly (keyof VerificationSettings)[];
    /** Of the others, one must be given and not more. */
    readonly oneOf?: readonly (keyof VerificationSettings)[];
  };
  /** Headers, in lower case, whose values are secrets themselves, and are replaced before they are kept. */
  secretHeaders?(settings: VerificationSettings): readonly string[];
  /** The header, in lower case, with one or more signatures; null: there is none. `explainCall` reads it otherwise. */
  signatureHeader?(settings: VerificationSettings): string | null;
  /** Reads what the call claims. Only `judge` decides whether it is so. @param call its body decoded, where it was encoded */
  read(call: IncomingCall, settings: VerificationSettings): Claim | Refusal;
  /** Where its calls say what they are; the first that says something. */
  readonly places: {
    readonly event: readonly Place[];
    readonly id: readonly Place[];
    readonly reference: readonly Place[];
  };
  /**
   * Nothing signs id and event, which stand in headers: a call is known by event, secret and body as well, since the id of
   * one that was overheard can be changed.
   */
  readonly knownByContent?: boolean;
  /** How far the time that is signed may be off, where nobody says otherwise; default 300. */
  readonly toleranceSeconds?: number;
  /** Whether bodies must be JSON whatever their content type says. */
  readonly json?: boolean;
  /** What a confirmed call is answered with when it only asks whether we are there; null: it is a call like any other. */
  handshake?(content: CallContent): HandshakeAnswer | null;
}
