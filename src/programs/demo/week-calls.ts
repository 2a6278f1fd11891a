// The calls of partners in a planned week: those of GitHub, and of a bank that signs by Standard Webhooks.
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { callIdHash, contentHash } from '../../incoming/duplicate-calls';
import { toNodeId } from '../../values/ids';
import type { HeaderPairs } from '../../values/text';
import { badSignature } from '../../verification/read-signature';
import type { Row, Rows } from './week.store';
import type { PlannedCall } from './week-plan';
import { type Agreed, bytes, idAt, payloadRow, timeAt } from './week-rows';

type From = PlannedCall['from'];

/** What a partner sends. */
interface Sent {
  documentType: string;
  event: string;
  referenceDocument: string;
  /** Of the call, by which repetitions are known. */
  callId: string;
  body: string;
  headers: HeaderPairs;
  address: string;
  refusal: string;
  /** Whether a call is known by its content too. */
  byContent: boolean;
}

const REPOSITORY = 'example-trading/erp';
const COMMITS = [
  'Round taxes per line',
  'Send delivery notes at once',
  'Fix the postcode of branches',
  'Update packages',
];

function fromGithub({ number, outcome }: PlannedCall, secret: string): Sent {
  // the same for the repetition of a call, which is known by its id and by its content
  const callId = createHmac('sha256', 'id').update(`github ${number}`).digest('hex').slice(0, 40);
  const isPush = number % 4 !== 0;
  const event = isPush ? 'push' : 'issues';
  const what = isPush
    ? {
        ref: 'refs/heads/main',
        after: callId,
        commits: [{ message: COMMITS[number % COMMITS.length], author: { name: 'Lena Berg' } }],
      }
    : { action: 'opened', issue: { number: 300 + number, title: 'A shipment is listed twice', state: 'open' } };
  const body = JSON.stringify({ ...what, repository: { id: 135_493_233, full_name: REPOSITORY, private: true } });
  const signature = createHmac('sha256', outcome === 'FORGED' ? 'another key' : secret)
    .update(body)
    .digest('hex');
  return {
    documentType: 'GitHub',
    event,
    referenceDocument: REPOSITORY,
    callId,
    body,
    headers: [
      ['user-agent', 'GitHub-Hookshot/044aadd'],
      ['x-github-event', event],
      ['x-github-delivery', callId],
      ['x-hub-signature-256', `sha256=${signature}`],
    ],
    address: '140.82.115.54',
    refusal: badSignature('X-Hub-Signature-256', 'the body').message,
    byContent: true,
  };
}

function fromBank({ atMs, number, outcome }: PlannedCall, secret: string): Sent {
  const payment = `PAY-26-${String(400 + number).padStart(4, '0')}`;
  const callId = `msg_${payment}`;
  const amount = (250 + ((number * 7_919) % 90_000) / 10).toFixed(2);
  const body = `{"type":"payment.settled","timestamp":"${timeAt(atMs)}","data":{"object":{"id":"${payment}"},"amount":"${amount}","currency":"SAR","iban":"SA4420000001234567891234"}}`;
  const at = new Date(atMs);
  const signed = outcome === 'FORGED' ? body.replace(amount, '1.00') : body;
  return {
    documentType: 'Payment Entry',
    event: 'payment.settled',
    referenceDocument: payment,
    callId,
    body,
    headers: [
      ['user-agent', 'NordicBank-Notify/3.2'],
      ['webhook-id', callId],
      ['webhook-timestamp', String(Math.floor(atMs / 1_000))],
      ['webhook-signature', new Webhook(secret).sign(callId, at, signed)],
    ],
    address: '198.51.100.64',
    refusal: badSignature('webhook-signature', 'id, timestamp and body').message,
    byContent: false,
  };
}

const SENDERS: Record<From, (call: PlannedCall, secret: string) => Sent> = { GITHUB: fromGithub, BANK: fromBank };

/** @param agreed by who calls. @param url of this server */
export function addCalls(rows: Rows, calls: readonly PlannedCall[], agreed: Record<From, Agreed>, url: string): void {
  const firsts = new Map<string, { requestId: string; eventId: string }>();
  for (const call of calls) {
    const party = agreed[call.from];
    const sent = SENDERS[call.from](call, party.secret);
    const id = idAt(call.atMs);
    const payloadId = idAt(call.atMs);
    const body = Buffer.from(sent.body);
    rows.payloads.push(payloadRow(payloadId, body));
    const known = `${call.from} ${sent.callId}`;
    const first = call.outcome === 'DUPLICATE' ? firsts.get(known) : undefined;
    const eventId = first?.eventId ?? idAt(call.atMs);
    const { documentType, event, referenceDocument } = sent;
    const names = { document_type: documentType, event, reference_document: referenceDocument };
    const base = { ...callRow(call, sent, url), id, webhook_id: party.webhookId, payload_id: payloadId };
    if (call.outcome === 'FORGED') {
      rows.webhook_request_logs.push({ ...base, ...refused(id, sent) });
      continue;
    }
    rows.webhook_request_logs.push({
      ...base,
      ...names,
      ...answer(id, 200, '{"received":true}'),
      business_event_id: eventId,
      user_id: party.userId,
      secret_id: party.secretId,
      status: 'SUCCEEDED',
      duplicate: first !== undefined,
    });
    if (first) continue;
    firsts.set(known, { requestId: id, eventId });
    rows.business_events.push({
      id: eventId,
      ...names,
      payload_id: payloadId,
      enveloped: false,
      user_id: party.userId,
      published_by: party.userId,
      remote_address: sent.address,
      request_id: id,
      created_at: timeAt(call.atMs),
      fanned_out_at: timeAt(call.atMs + 3),
      wanted_by: 0,
    });
    const hashes = [callIdHash(sent.callId), ...(sent.byContent ? [contentHash(event, party.secretId, body)] : [])];
    for (const idHash of hashes) {
      const claim = { webhook_id: party.webhookId, id_hash: bytes(idHash), request_id: id, business_event_id: eventId };
      rows.incoming_ids.push({ ...claim, created_at: timeAt(call.atMs) });
    }
  }
}

function callRow({ atMs, number }: PlannedCall, sent: Sent, url: string): Row {
  const durationMs = 4 + (number % 9);
  return {
    direction: 'INCOMING',
    attempt_number: 1,
    method: 'POST',
    url: `${url}/in/[token]`,
    headers: JSON.stringify([
      ['host', new URL(url).host],
      ['content-type', 'application/json'],
      ['content-length', String(Buffer.byteLength(sent.body))],
      ...sent.headers,
    ]),
    started_at: timeAt(atMs),
    finished_at: timeAt(atMs + durationMs),
    duration_ms: durationMs,
    response_truncated: false,
    remote_address: sent.address,
  };
}

function answer(id: string, status: number, body: string): Row {
  return {
    response_status: status,
    response_headers: JSON.stringify([
      ['x-request-id', toNodeId('WebhookRequestLog', id)],
      ['content-type', 'application/json; charset=utf-8'],
    ]),
    response_body: bytes(body),
    response_bytes: Buffer.byteLength(body),
  };
}

function refused(id: string, { refusal }: Sent): Row {
  const code = 'BAD_SIGNATURE';
  const requestId = toNodeId('WebhookRequestLog', id);
  const body = JSON.stringify({
    errors: [{ message: 'The signature does not match.', extensions: { code, requestId } }],
  });
  return { ...answer(id, 401, body), status: 'REFUSED', duplicate: false, error: refusal, error_code: code };
}
