import { type CallContent, type IncomingCall, inBody, readContent, saidAt } from '../call';
import { type Claim, isRefusal, malformed, notSigned, type Refusal } from '../claim';
import { hmacProof } from '../compare-secrets';
import type { Provider } from '../provider';
import { badSignature, hmacForm, readableOf, readSignature, readTimestamp, TEXT_ONLY } from '../read-signature';
import { issuedKey } from '../secret-forms';

const FORM = hmacForm('SHA256', 'HEX');

/**
 * documentation.mailgun.com, "Securing Webhooks": HMAC-SHA256 of timestamp and token, which are in the body: in
 * `signature` of a JSON body, or in the fields of a form. MAILGUN DOES NOT SIGN THE BODY: an attacker who has seen one
 * call can send another body with its signature within the tolerance. For a subaccount, the signature of the primary
 * account is valid as well. Forms with files (multipart) are not read. Mailgun repeats a call for 8 hours and does not
 * document whether it signs again, which is the reason for the tolerance.
 */
export const mailgun: Provider = {
  title: 'Mailgun',
  secret: issuedKey("the account's HTTP webhook signing key"),
  toleranceSeconds: 12 * 3600,
  read,
  places: {
    event: [inBody('$.event-data.event'), inBody('$.event')],
    // the token, because it is signed; the id of the event is not, so a signature could be reused with another id
    id: [inBody('$.signature.token'), inBody('$.token'), inBody('$.event-data.id')],
    reference: [inBody('$.event-data.message.headers.message-id'), inBody('$.Message-Id')],
  },
};

function read(call: IncomingCall): Claim | Refusal {
  const content = readContent(call, call.body, false);
  if ('fault' in content) return malformed(content.fault);
  const said = (name: string) => saidInSignature(name, call, content);
  const [timestamp, token] = [said('timestamp'), said('token')];
  if (timestamp === null) return notSigned('The body has no timestamp in its signature.');
  if (token === null) return notSigned('The body has no token in its signature.');
  const signedAt = readTimestamp(timestamp, 'The timestamp in the signature');
  const signatures = readSignatures(said('signature'), said('parent-signature'));
  if (isRefusal(signatures)) return signatures;
  const otherwise = badSignature('the body', 'timestamp and token');
  const contents = () => [[timestamp, token]];
  return { proofs: [hmacProof({ algorithm: 'SHA256', kinds: TEXT_ONLY, signatures, contents, signedAt, otherwise })] };
}

function saidInSignature(name: string, call: IncomingCall, content: CallContent): string | null {
  const path = content.kind === 'JSON' ? `$.signature.${name}` : `$.${name}`;
  return saidAt([inBody(path)], call, content);
}

function readSignatures(own: string | null, parent: string | null): Buffer[] | Refusal {
  if (own === null) return notSigned('The body has no signature.');
  const signatures = [readSignature(own, FORM, 'The signature in the body')];
  if (parent !== null) signatures.push(readSignature(parent, FORM, 'The parent-signature in the body'));
  return readableOf(signatures);
}
