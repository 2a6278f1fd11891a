// The responses to a partner. A refusal contains only the kind of fault; the log contains the details.

import type { RequestErrorCode } from '../request-log/webhook-request-log.entity';
import { toNodeId } from '../values/ids';
import type { HeaderPairs } from '../values/text';
import { isEmptyStatus } from '../webhooks/incoming/agreement-rules';
import type { Accepted, Refused } from './accept-or-refuse';
import type { IncomingSettings } from './incoming-settings';

export interface Answer {
  readonly status: number;
  readonly headers: HeaderPairs;
  readonly body: string;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const RECEIVED = '{"received":true}';

/** The response to an accepted call, and to a duplicate of one. */
export function answerTo(id: string, { row }: IncomingSettings, { handshake }: Accepted): Answer {
  if (handshake) return made(id, 200, handshake.contentType, handshake.body);
  if (isEmptyStatus(row.answerStatus)) return { status: row.answerStatus, headers: named(id), body: '' };
  return made(id, row.answerStatus, row.answerType ?? JSON_TYPE, row.answerBody ?? RECEIVED);
}

const STATUSES: Partial<Record<RequestErrorCode, number>> = {
  NOT_SIGNED: 401,
  BAD_SIGNATURE: 401,
  UNKNOWN_KEY: 401,
  STALE: 401,
  MALFORMED: 400,
  TOO_LARGE: 413,
  TIMEOUT: 408,
  RATE_LIMITED: 429,
  NOT_ACTIVE: 503,
};

const SENTENCES: Partial<Record<RequestErrorCode, string>> = {
  NOT_SIGNED: 'The call is not signed.',
  BAD_SIGNATURE: 'The signature does not match.',
  UNKNOWN_KEY: 'The key or password is not accepted.',
  STALE: 'The signed time differs too much from the time of receipt.',
  MALFORMED: 'The call could not be read.',
  TOO_LARGE: 'The body is larger than 1 MiB.',
  TIMEOUT: 'The body was not received in time.',
  RATE_LIMITED: 'Too many calls: try again later.',
  NOT_ACTIVE: 'Calls are not accepted at this address at the moment: try again later.',
};

export function answerToRefused(id: string, { webhook }: IncomingSettings, { code, retryAfter }: Refused): Answer {
  const isGone = webhook.status === 'ARCHIVED';
  const status = isGone ? 410 : (STATUSES[code] ?? 400);
  const message = isGone ? 'This address is no longer in use.' : (SENTENCES[code] ?? 'The call was refused.');
  const requestId = toNodeId('WebhookRequestLog', id);
  const body = JSON.stringify({ errors: [{ message, extensions: { code, requestId } }] });
  const answer = made(id, status, JSON_TYPE, body);
  return retryAfter === null
    ? answer
    : { ...answer, headers: [...answer.headers, ['retry-after', String(retryAfter)]] };
}

function made(id: string, status: number, contentType: string, body: string): Answer {
  return { status, headers: [...named(id), ['content-type', contentType]], body };
}

/** A header by which a partner can refer to the call in the log. */
function named(id: string): HeaderPairs {
  return [['x-request-id', toNodeId('WebhookRequestLog', id)]];
}
