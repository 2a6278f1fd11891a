import { headerValues, type IncomingCall, inBody, inHeader } from '../call';
import { type Claim, isRefusal, notSigned, type Proof, type Refusal } from '../claim';
import { shownProof } from '../compare-secrets';
import type { Provider, SecretForm } from '../provider';
import { optionalHeader } from '../read-signature';
import { HMAC_KEY_RIGHT, randomText, readHmacKey, readShownText, SHOWN_TEXT_RIGHT } from '../secret-forms';
import { readStandardSignature } from '../standard-signature';

const TOKEN_HEADER = 'X-Gitlab-Token';

// A mistyped signing token must not be accepted as a secret token, which would never match.
const SECRET: SecretForm = {
  right: `GitLab's signing token, ${HMAC_KEY_RIGHT}; or a secret token, ${SHOWN_TEXT_RIGHT}`,
  read: (text) => (text.startsWith('whsec_') ? readHmacKey(text) : readShownText(text)),
  generate: randomText,
};

/**
 * docs.gitlab.com, "Webhooks", sections "Signing tokens" and "Delivery headers". With a signing token, GitLab signs as
 * Standard Webhooks does; with a secret token, it sends this token; with both, it does both. X-Gitlab-Event-UUID is not
 * an id, because events that cause one another share it.
 */
export const gitlab: Provider = {
  title: 'GitLab',
  secret: SECRET,
  secretHeaders: () => [TOKEN_HEADER.toLowerCase()],
  signatureHeader: () => 'webhook-signature',
  read,
  unrecorded: (call) => (headerValues(call, 'webhook-signature').length > 0 ? null : 'The token'),
  places: {
    event: [inHeader('X-Gitlab-Event'), inBody('$.object_kind'), inBody('$.event_name')],
    id: [inHeader('webhook-id'), inHeader('Idempotency-Key')],
    reference: [inBody('$.project.path_with_namespace'), inBody('$.path_with_namespace')],
  },
  json: true,
};

function read(call: IncomingCall): Claim | Refusal {
  const token = optionalHeader(call, TOKEN_HEADER);
  if (isRefusal(token)) return token;
  const isSigned = headerValues(call, 'webhook-signature').length > 0;
  if (!isSigned && token === null) {
    return notSigned(`The headers ${TOKEN_HEADER} and webhook-signature are missing; one of them is needed.`);
  }
  const signed = isSigned ? readStandardSignature(call, 'webhook') : { proofs: [] };
  if (isRefusal(signed)) return signed;
  return { proofs: [...signed.proofs, ...(token === null ? [] : [tokenProof(token)])] };
}

function tokenProof(token: string): Proof {
  const message = `The token in ${TOKEN_HEADER} is not a live secret.`;
  return shownProof('TEXT', Buffer.from(token), { code: 'UNKNOWN_KEY', message });
}
