// Time-stamps of an authority (RFC 3161) over a signed head: the query, and the answer as it came.
import { randomBytes, type X509Certificate } from 'node:crypto';
import type { Sender } from '../../delivery/http/send';
import { sha256 } from '../formats/merkle-tree';
import { checkTimeStamp, NotDer, statusOf, WrongTimeStamp } from '../formats/time-stamp-token';

export interface TimeStamp {
  query: Buffer;
  answer: Buffer;
}

export interface Authority {
  url: string;
  /** Certificates by which that of the authority is trusted; empty: any other party can answer in its place. */
  trusted: readonly X509Certificate[];
}

const TIMEOUT_MS = 15_000;

/** @throws Error a sentence that says why there is none */
export async function timeStamp(sender: Sender, { url, trusted }: Authority, text: string): Promise<TimeStamp> {
  const nonce = randomBytes(8);
  // a positive number of eight bytes
  nonce[0] = ((nonce[0] as number) & 0x3f) | 0x40;
  const query = queryFor(text, nonce);
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
  checkStatus(answer);
  checkAnswer(answer, text, nonce, trusted);
  return { query, answer };
}

function checkStatus(answer: Buffer): void {
  let status: number;
  try {
    status = statusOf(answer);
  } catch (error) {
    if (!(error instanceof NotDer)) throw error;
    throw new Error('The answer of the time-stamp authority is not a response of RFC 3161.');
  }
  if (status > 1) throw new Error(`The time-stamp authority refused the query: status ${status} of RFC 3161.`);
}

function checkAnswer(answer: Buffer, text: string, nonce: Buffer, trusted: readonly X509Certificate[]): void {
  try {
    const stamped = checkTimeStamp(answer, text, trusted);
    if (!stamped.nonce?.equals(nonce)) throw new WrongTimeStamp('it has another nonce');
    if (trusted.length > 0 && !stamped.isTrusted) {
      throw new Error(`The time-stamp is signed by ${stamped.by}, for which EVIDENCE_TSA_CA_FILE does not vouch.`);
    }
  } catch (error) {
    if (!(error instanceof WrongTimeStamp)) throw error;
    throw new Error(`The answer of the time-stamp authority is for another query, or wrong: ${error.message}.`);
  }
}

/** In DER: version 1, the SHA-256, the nonce, and that the certificate is asked for. */
function queryFor(text: string, nonce: Buffer): Buffer {
  const fixed = Buffer.from('3043020101303130' + '0d060960864801650304020105000420', 'hex');
  const imprint = sha256(Buffer.from(text));
  return Buffer.concat([fixed, imprint, Buffer.from([0x02, nonce.length]), nonce, Buffer.from('0101ff', 'hex')]);
}

/** Whether the stored query asked for a time-stamp of this text, with this nonce. */
export function isQueryOf(query: Buffer | null, text: string, nonce: Buffer | null): boolean {
  return query !== null && nonce !== null && query.equals(queryFor(text, nonce));
}
