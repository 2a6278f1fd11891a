// Explains why a call was or would be refused, to help a partner correct it.

import { AppError, inputError } from '../../errors/errors';
import { payloadsById } from '../../events/payload.store';
import type { Keyring } from '../../keyring/keyring';
import { createTokenBuckets } from '../../limits/token-buckets';
import { type RequestRow, requestHeadersById, requestsById } from '../../request-log/request-log.store';
import type { RequestErrorCode } from '../../request-log/webhook-request-log.entity';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { readHeaderPairs } from '../../values/text';
import { type IncomingCall, readContent } from '../../verification/call';
import { isRefusal } from '../../verification/claim';
import { decodeContent } from '../../verification/decode-content';
import type { Explain } from '../../verification/explaining/explain-apart';
import type { Check } from '../../verification/explaining/explain-call';
import { agreementsById } from '../../webhooks/incoming/incoming-agreement.store';
import { decryptVerificationSecrets, verificationSecrets } from '../../webhooks/incoming/verification-secret.store';
import { webhooksById } from '../../webhooks/webhook.store';
import { MAX_CALL_BYTES } from '../call-limits';
import { type IncomingSettings, incomingSettings } from '../incoming-settings';

/** A call that is not in the log. */
export interface GivenCall {
  headers: readonly { name: string; value: string }[];
  body: Buffer;
  /** The URL that the partner called, which some providers sign; null: not given. */
  url: string | null;
}

/** `secretId`: the secret that verified the call; null: no verification is required. */
type Outcome =
  | { accepted: true; secretId: string | null }
  | { accepted: false; code: RequestErrorCode; message: string };

export interface Explained {
  judgement: Outcome;
  checks: readonly Check[];
  /** The time for which the call was judged. */
  at: Date;
}

export interface ExplainParts {
  db: Db;
  keyring: Keyring;
  explain: Explain;
}

/**
 * @param what the id of a row of the log, or a given call
 * @param at null: the time of receipt for a row of the log; now for a given call
 */
export async function explainVerification(
  { db, keyring, explain }: ExplainParts,
  webhookId: string | null,
  what: { requestId: string | null } | GivenCall,
  at: Date | null,
): Promise<Explained> {
  const settings = await settingsToExplain(db, keyring, webhookId);
  const { call, receivedAt, notes, row } =
    'requestId' in what ? await keptCall(db, settings, what.requestId) : givenCall(what);
  const before = [...stateChecks(settings), ...notes];
  const unrecorded = row && (settings.agreement.provider.unrecorded?.(call, settings.agreement.settings) ?? null);
  if (row && unrecorded) {
    return { judgement: outcomeOf(row), checks: [...before, unrecordedCheck(row, unrecorded)], at: receivedAt };
  }
  const nowMs = (at ?? receivedAt).getTime();
  const decoded = await decodeContent(call.headers, call.body);
  const decodedBody = decoded === null || isRefusal(decoded) ? null : decoded.body;
  const agreement = { ...settings.agreement, provider: settings.row.provider };
  const { judgement, checks } = await explain({ call, decodedBody, agreement, nowMs });
  const unread: Check[] =
    decoded !== null && isRefusal(decoded) ? [{ name: 'BODY', passed: false, message: decoded.message }] : [];
  const body = decodedBody ?? call.body;
  const content = judgement.accepted ? readContent(call, body, settings.agreement.provider.json ?? false) : null;
  if (content && 'fault' in content) unread.push({ name: 'BODY', passed: false, message: content.fault });
  return { judgement, checks: [...before, ...unread, ...checks], at: new Date(nowMs) };
}

function outcomeOf({ status, errorCode, error }: RequestRow): Outcome {
  if (status !== 'REFUSED') return { accepted: true, secretId: null };
  return { accepted: false, code: errorCode ?? 'MALFORMED', message: error ?? '' };
}

function unrecordedCheck({ status }: RequestRow, what: string): Check {
  const then = status === 'REFUSED' ? 'refused' : 'accepted';
  const message = `${what} is not recorded, so this call cannot be verified again. When it was received, it was ${then}.`;
  return { name: 'SIGNATURE', passed: null, message };
}

async function settingsToExplain(db: Db, keyring: Keyring, id: string | null): Promise<IncomingSettings> {
  const webhook = id === null ? undefined : (await webhooksById(db, [id])).get(id);
  if (!webhook) throw inputError(['webhookId'], 'NOT_FOUND', 'There is no webhook with this id.');
  const row = (await agreementsById(db, [webhook.id])).get(webhook.id);
  if (!row)
    throw inputError(['webhookId'], 'INVALID', `${webhook.name} is OUTGOING: only INCOMING webhooks receive calls.`);
  const secrets = decryptVerificationSecrets(keyring, await verificationSecrets(db, [webhook.id], currentTime()));
  return incomingSettings(webhook, row, secrets);
}

function stateChecks({ webhook }: IncomingSettings): Check[] {
  if (webhook.status === 'ACTIVE') return [];
  const status = webhook.status.toLowerCase();
  const message = `${webhook.name} is ${status}: every call is refused, even with a valid signature.`;
  return [{ name: 'WEBHOOK', passed: false, message }];
}

interface Read {
  call: IncomingCall;
  receivedAt: Date;
  notes: Check[];
  /** The row of the log; null: the call was given. */
  row: RequestRow | null;
}

function givenCall({ headers, body, url }: GivenCall): Read {
  if (body.length > MAX_CALL_BYTES) {
    const message = `body is ${body.length} bytes; at most ${MAX_CALL_BYTES} (1 MiB) are allowed, as in calls.`;
    throw inputError(['call', 'given', 'rawBody'], 'TOO_LARGE', message);
  }
  const pairs = headers.map(({ name, value }): [string, string] => [name.trim(), value.trim()]);
  const call = { method: 'POST', url: url ?? '', headers: pairs, body, certificate: null };
  return { call, receivedAt: currentTime(), notes: [], row: null };
}

async function keptCall(db: Db, { webhook }: IncomingSettings, id: string | null): Promise<Read> {
  const row = id === null ? undefined : (await requestsById(db, [id])).get(id);
  if (row?.webhookId !== webhook.id || row.direction !== 'INCOMING') {
    throw inputError(['call', 'requestId'], 'NOT_FOUND', `There is no call to ${webhook.name} with this id.`);
  }
  const payloadId = row.wirePayloadId ?? row.payloadId;
  const headers = await requestHeadersById(db, [row.id]);
  const payload = payloadId === null ? null : (await payloadsById(db, [payloadId])).get(payloadId);
  if (!payload?.body) throw inputError(['call', 'requestId'], 'CONFLICT', 'The body of this call was erased.');
  const call = {
    method: row.method,
    url: row.url,
    headers: readHeaderPairs(headers.get(row.id)?.headers ?? null) ?? [],
    body: payload.body,
    certificate: null,
  };
  return { call, receivedAt: row.startedAt, notes: notesOn(row, payload.body.length, payload.byteLength), row };
}

function notesOn({ status, errorCode, error }: RequestRow, kept: number, bytes: number): Check[] {
  const masked: Check = {
    name: 'KEPT',
    passed: null,
    message:
      'This is the call as it was recorded, without passwords, tokens, the token of the address and the client ' +
      'certificate. Checks that need them cannot be made.',
  };
  const outcome = `When it was received, it was refused with ${errorCode}: ${error}`;
  const notes: Check[] = status === 'REFUSED' ? [masked, { name: 'KEPT', passed: null, message: outcome }] : [masked];
  if (kept >= bytes) return notes;
  const message = `Only the first ${kept} of ${bytes} bytes of the body were recorded: no signature can match them.`;
  return [...notes, { name: 'BODY', passed: false, message }];
}

// The time to try variants of a body is proportional to its size: about a second of a core for 1 MiB.
const POINTS_PER_KIB = 80;
/** The size that is assumed for a call of the log, which is read later. No more is recorded of a refused call. */
const ASSUMED_KIB = 256;
/** Base64 writes three bytes as four characters (RFC 4648, section 4). */
const BASE64_SHARE = 3 / 4;

/** The cost of `explainVerification` in points. */
export function explanationPoints({ input }: Readonly<Record<string, unknown>>): number {
  const given = memberOf(memberOf(input, 'call'), 'given');
  const body = memberOf(given, 'rawBody');
  const bytes = lengthOf(memberOf(body, 'text')) + lengthOf(memberOf(body, 'base64')) * BASE64_SHARE;
  const kib = given ? bytes / 1_024 : ASSUMED_KIB;
  return Math.ceil(kib) * POINTS_PER_KIB;
}

// the cost is computed before the arguments are coerced
function memberOf(value: unknown, name: string): unknown {
  return (Object(value) as Record<string, unknown>)[name];
}

function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0;
}

/** Counts the calls with which a user could guess a secret. @throws AppError LIMIT_EXCEEDED */
export type GuessLimit = (userId: string) => void;

/** @param perMinute the limit at once, and then in each minute; 0: no limit */
export function createGuessLimit(perMinute: number): GuessLimit {
  if (perMinute === 0) return () => undefined;
  const buckets = createTokenBuckets(perMinute / 60, perMinute);
  return (userId) => {
    const left = buckets.take(userId, 1);
    if (left >= 0) return;
    const message =
      `More than ${perMinute} calls that are not in the log were explained in a minute; such calls could be used to ` +
      `guess a secret. Try again in ${Math.max(1, Math.ceil(-left))} s.`;
    throw new AppError('LIMIT_EXCEEDED', message);
  };
}
