import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { ClientCertificate, IncomingCall } from '../../src/verification/call';
import type { RefusalCode, VerificationSecret } from '../../src/verification/claim';
import { type Agreement, type Judgement, judge } from '../../src/verification/judge';
import { DEFAULT_SETTINGS, type ProviderName, type VerificationSettings } from '../../src/verification/provider';
import { PROVIDERS } from '../../src/verification/providers/providers';

/** Seconds since 1970, and no minute of grace around it. */
export const NOW = 1_750_000_000;
export const TOLERANCE = 300;
export const URL = 'https://hooks.example.com/in/in_abc';

export interface CallParts {
  method?: string;
  url?: string;
  headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  body?: string | Buffer;
  certificate?: ClientCertificate | null;
}

export function callOf({
  method = 'POST',
  url = URL,
  headers = {},
  body = '',
  certificate = null,
}: CallParts): IncomingCall {
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers);
  return { method, url, headers: pairs.map(([name, value]) => [name, value]), body: Buffer.from(body), certificate };
}

/** A secret as the provider reads it from its text; as texts also those of documents, shorter than what may be entered. */
export function secretOf(
  name: ProviderName,
  text: string,
  parts: Partial<VerificationSecret> = {},
): VerificationSecret {
  const short = { kind: 'TEXT' as const, bytes: Buffer.from(text) };
  const read = PROVIDERS[name].secret?.read(text) ?? (text.length < 16 ? short : null);
  if (!read) throw new Error(`${name} takes no such secret`);
  return { id: text, ...read, createdAt: new Date(0), expiresAt: null, ...parts };
}

/** @param secrets as texts, which become their ids, or ready */
export function agreementOf(
  name: ProviderName,
  secrets: readonly (string | VerificationSecret)[],
  settings: Partial<VerificationSettings> = {},
): Agreement {
  return {
    provider: PROVIDERS[name],
    settings: { ...DEFAULT_SETTINGS, ...settings },
    toleranceSeconds: TOLERANCE,
    secrets: secrets.map((secret) => (typeof secret === 'string' ? secretOf(name, secret) : secret)),
  };
}

export function judged(call: CallParts, agreement: Agreement, now = NOW, decoded: Buffer | null = null): Judgement {
  return judge(callOf(call), decoded, agreement, now * 1000);
}

export const accepted = (secretId: string | null) => ({ accepted: true, secretId });

export const refused = (code: RefusalCode, message: string | RegExp = '') => ({
  accepted: false,
  code,
  message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
});

/** `whpk_...` of an ed25519 seed in base64. */
export function publicKeyOf(seed: string): string {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'base64')]);
  const { x } = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({ format: 'jwk' });
  return `whpk_${Buffer.from(x as string, 'base64url').toString('base64')}`;
}
