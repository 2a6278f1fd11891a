import { type CallContent, type IncomingCall, inBody } from '../call';
import { type Claim, isRefusal, type Refusal } from '../claim';
import { hmacProof, type SignedContent } from '../compare-secrets';
import type { HandshakeAnswer, Provider } from '../provider';
import { badSignature, onlyHeader, readHeaderSignature, readTimestamp, TEXT_ONLY } from '../read-signature';
import { issuedKey } from '../secret-forms';

const HEADER = 'X-Slack-Signature';
const TIMESTAMP_HEADER = 'X-Slack-Request-Timestamp';

/**
 * docs.slack.dev, "Verifying requests from Slack"; "Events API", the URL verification handshake; "Handling user interaction":
 * a form with `payload`.
 */
export const slack: Provider = {
  title: 'Slack',
  secret: issuedKey("the app's signing secret, from its Basic Information"),
  signatureHeader: () => 'x-slack-signature',
  read,
  places: {
    event: [inBody('$.event.type'), inBody('$.type'), inBody('$.command'), inBody('$.payload.type')],
    id: [inBody('$.event_id')],
    reference: ['$.event.channel', '$.event.item.channel', '$.channel_id', '$.payload.channel.id'].map(inBody),
  },
  handshake,
};

function read(call: IncomingCall): Claim | Refusal {
  const timestamp = onlyHeader(call, TIMESTAMP_HEADER);
  if (isRefusal(timestamp)) return timestamp;
  const signedAt = readTimestamp(timestamp, `The header ${TIMESTAMP_HEADER}`);
  const form = { header: HEADER, prefix: 'v0=', algorithm: 'SHA256', encoding: 'HEX' } as const;
  const signature = readHeaderSignature(call, form);
  if (isRefusal(signature)) return signature;
  const contents = (body: Buffer): SignedContent[] => [[`v0:${timestamp}:`, body]];
  const otherwise = badSignature(HEADER, 'timestamp and body');
  const signed = { signatures: [signature], contents, signedAt, otherwise };
  return { proofs: [hmacProof({ ...signed, algorithm: 'SHA256', kinds: TEXT_ONLY })] };
}

function handshake(content: CallContent): HandshakeAnswer | null {
  if (content.kind !== 'JSON') return null;
  const { type, challenge } = Object(content.document.value) as { type?: unknown; challenge?: unknown };
  const isAsked = type === 'url_verification' && typeof challenge === 'string';
  return isAsked ? { body: challenge, contentType: 'text/plain; charset=utf-8' } : null;
}
