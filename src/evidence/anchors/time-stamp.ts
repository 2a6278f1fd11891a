// Time-stamps of an authority (RFC 3161) over a signed head: the query, and the answer as it came.
import { randomBytes } from 'node:crypto';
import type { Sender } from '../../delivery/http/send';
import { sha256 } from '../formats/merkle-tree';

export interface TimeStamp {
  query: Buffer;
  answer: Buffer;
}

const TIMEOUT_MS = 15_000;

/** @throws Error a sentence that says why there is none */
export async function timeStamp(sender: Sender, url: string, text: string): Promise<TimeStamp> {
  const imprint = sha256(Buffer.from(text));
  const nonce = randomBytes(8);
  // a positive number of eight bytes
  nonce[0] = ((nonce[0] as number) & 0x3f) | 0x40;
  const query = queryFor(imprint, nonce);
  const result = await sender.send({
    method: 'POST',
    url,
    headers: [
      ['content-type', 'application/timestamp-query'],
      ['accept', 'application/timestamp-reply'],
      ['user-agent', 'Hookledger'],
    ],
    body: query,
    timeoutMs: TIMEOUT_MS,
  });
  if (result.error !== null) throw new Error(result.error);
  const answer = result.responseBody ?? Buffer.alloc(0);
  if (result.responseTruncated) throw new Error('The answer of the time-stamp authority is too long.');
  const status = statusOf(answer);
  if (status === null) throw new Error('The answer of the time-stamp authority is not a response of RFC 3161.');
  if (status > 1) throw new Error(`The time-stamp authority refused the query: status ${status} of RFC 3161.`);
  if (!answer.includes(imprint) || !answer.includes(nonce)) {
    throw new Error('The answer of the time-stamp authority is for another query.');
  }
  return { query, answer };
}

/** In DER: version 1, the SHA-256, the nonce, and that the certificate is asked for. */
function queryFor(imprint: Buffer, nonce: Buffer): Buffer {
  const fixed = Buffer.from('3043020101303130' + '0d060960864801650304020105000420', 'hex');
  return Buffer.concat([fixed, imprint, Buffer.from([0x02, nonce.length]), nonce, Buffer.from('0101ff', 'hex')]);
}

/** The PKIStatus of an answer: 0 granted, 1 granted with changes; null: the bytes are no answer. */
function statusOf(answer: Buffer): number | null {
  const whole = contentOf(answer, 0x30);
  if (whole === null || whole.length + whole.from !== answer.length) return null;
  const info = contentOf(answer.subarray(whole.from), 0x30);
  if (info === null) return null;
  const status = answer.subarray(whole.from + info.from);
  return status[0] === 0x02 && status[1] === 1 ? (status[2] ?? null) : null;
}

/** Where the content of a DER value begins, and its length; null: it has another tag, or is cut off */
function contentOf(bytes: Buffer, tag: number): { from: number; length: number } | null {
  const [first, length] = bytes;
  if (first !== tag || length === undefined) return null;
  if (length < 0x80) return { from: 2, length };
  const more = length & 0x7f;
  if (more < 1 || more > 4 || bytes.length < 2 + more) return null;
  return { from: 2 + more, length: bytes.readUIntBE(2, more) };
}
