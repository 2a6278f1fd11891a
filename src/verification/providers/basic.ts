import { type IncomingCall, inBody } from '../call';
import { type Claim, isRefusal, malformed, type Refusal } from '../claim';
import { shownProof } from '../compare-secrets';
import type { Provider, VerificationSettings } from '../provider';
import { decodeStrictly, onlyHeader } from '../read-signature';
import { CHOSEN_TOKEN } from '../secret-forms';

/**
 * RFC 7617 with UTF-8 (section 2.1): a user name without a colon, and the secret as the password. Nothing is signed.
 */
export const basic: Provider = {
  title: 'Basic',
  secret: CHOSEN_TOKEN,
  settings: { required: ['username'], optional: [] },
  secretHeaders: () => ['authorization'],
  read,
  unrecorded: () => 'The password',
  places: { event: [inBody('$.type'), inBody('$.event')], id: [], reference: [] },
};

function read(call: IncomingCall, settings: VerificationSettings): Claim | Refusal {
  const value = onlyHeader(call, 'Authorization');
  if (isRefusal(value)) return value;
  const [, scheme, credentials] = /^([^ ]*) *(.*)$/s.exec(value) ?? [];
  if (scheme?.toLowerCase() !== 'basic') return malformed('The header Authorization is not of the scheme Basic.');
  const bytes = decodeStrictly(credentials ?? '', 'BASE64');
  const colon = bytes?.indexOf(':') ?? -1;
  if (bytes === null || colon < 0) {
    return malformed('The header Authorization is not Basic and base64 of a user name, a colon and a password.');
  }
  const isUser = bytes.subarray(0, colon).equals(Buffer.from(settings.username ?? ''));
  const message = `The ${isUser ? 'password' : 'user name'} in the header Authorization is not the one agreed on.`;
  const proof = shownProof('TEXT', bytes.subarray(colon + 1), { code: 'UNKNOWN_KEY', message });
  return { proofs: [isUser ? proof : { ...proof, holdsWith: () => false }] };
}
