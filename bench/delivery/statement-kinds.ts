import type { Kinds } from '../statements';

// What stands on the left of a colon is the step of docs/architecture.md.
export const KINDS: Kinds = [
  [/insert into business_events/i, 'publish: payloads and events'],
  [/from api_keys|from users/i, 'publish: who asks'],
  [/^with new_payloads/i, 'fan-out: payloads, deliveries, outbox'],
  [/from outbox limit|as sampled join/i, 'size of the backlog'],
  [/from business_events/i, 'fan-out: take from the outbox'],
  [/insert into delivery_jobs/i, 'fan-out and retry: jobs'],
  [/skip locked/i, 'claim: take jobs'],
  [/^select d\.id/i, 'claim: read deliveries'],
  [/from webhook_secrets/i, 'claim: secrets'],
  [/^with marked/i, 'claim: open rows, mark deliveries'],
  [/for share of w/i, 'claim: webhooks'],
  [/from webhooks/i, 'fan-out: webhooks'],
  [/^with updated/i, 'commit: deliveries and rows'],
  [/delete from delivery_jobs/i, 'claim: take jobs'],
  [/request_stats/i, 'counting'],
  [/request_index|request_changes/i, 'indexing'],
  [/notify/i, 'notify'],
  [/^(start transaction|begin|commit|rollback|set local)/i, 'begin and commit'],
];
