import { type Explanation, explainCall } from '../../../src/verification/explaining/explain-call';
import type { Agreement } from '../../../src/verification/judge';
import { agreementOf, type CallParts, callOf, NOW } from '../calls';
import { hmacOf, type Signer } from '../signers';

export const explained = (
  call: CallParts,
  agreement: Agreement,
  now = NOW,
  decoded: Buffer | null = null,
): Explanation => explainCall(callOf(call), decoded, agreement, now * 1000);

export const agreed = (signer: Signer, secrets: Parameters<typeof agreementOf>[1] = [signer.secret]) =>
  agreementOf(signer.name, secrets, signer.settings);

export const checkOf = ({ checks }: Explanation, name: string) => checks.find((check) => check.name === name);

export const check = (name: string, passed: boolean | null, message: string | RegExp) => ({
  name,
  passed,
  message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
});

export const GITHUB = agreementOf('GITHUB', ['secret']);
export const github = (signed: string | Buffer, body: string | Buffer, key = 'secret'): CallParts => ({
  headers: { 'X-Hub-Signature-256': `sha256=${hmacOf('sha256', key, signed).toString('hex')}` },
  body,
});
