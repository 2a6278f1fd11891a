import type { WebhookRow } from './webhook.store';

// The limits and defaults of the settings of webhooks. Those of templates are in templating/liquid-engine.ts, the default retry
// schedule is in delivery/retry-schedule.ts, and names have at most SHORT_TEXT characters (text.ts).

const DAY_S = 24 * 3600;
const WEEK_S = 7 * DAY_S;

/** Webhooks that are not archived, of both directions. Each process that delivers keeps the outgoing ones in its memory. */
export const MAX_WEBHOOKS = 20_000;

/** The versions of a webhook that are kept. The triggers of migrations/7-write-once-and-partitions.sql have the same number. */
export const MAX_VERSIONS = 1_000;

// which events, and when they are sent
export const MAX_EVENTS = 100;
export const MAX_CONDITION_CHARACTERS = 4_000;
export const MAX_ATTEMPTS = 20;
/** The longest wait between two attempts. */
export const MAX_WAIT_S = WEEK_S;
export const MIN_TIMEOUT_MS = 1_000;
export const MAX_TIMEOUT_MS = 30_000;
export const DEFAULT_TIMEOUT_MS = 15_000;
export const MAX_DEDUPE_S = DAY_S;
export const MAX_RATE_REQUESTS = 10_000;
export const MAX_RATE_SECONDS = 3_600;
export const MAX_CONCURRENCY = 500;

// the request
export const MAX_URL_CHARACTERS = 2_048;
/** The maximum number of headers of a webhook, and of forwarded headers of a received call. */
export const MAX_HEADERS = 50;
export const MAX_HEADER_NAME_CHARACTERS = 200;
export const MAX_BODY_FIELDS = 200;

// credentials
export const MAX_SECRET_HEADERS = 20;
/** The maximum length of a header value, a password or a client secret. */
export const MAX_SECRET_CHARACTERS = 8_192;
/** The maximum length of a user name of HTTP Basic or of a proxy. */
export const MAX_USER_NAME_CHARACTERS = 255;
export const MAX_CLIENT_ID_CHARACTERS = 500;
/** The maximum length of the scope and of the audience. */
export const MAX_SCOPE_CHARACTERS = 1_000;
/** The maximum length of a chain of client certificates, of a private key, and of all certificates of authorities together. */
export const MAX_PEM_CHARACTERS = 64 * 1024;
export const MAX_AUTHORITIES = 20;

// secrets and addresses that are replaced
export const MAX_OVERLAP_S = WEEK_S;
export const DEFAULT_OVERLAP_S = DAY_S;
/** The live keys of a webhook, of all schemes together. Each one adds a signature to every request. */
export const MAX_LIVE_KEYS = 10;
export const MAX_LIVE_TOKENS = 10;
/** The expired keys of a webhook that are kept, of all schemes together; a rotation deletes those that expired before them. */
export const MAX_EXPIRED_KEYS = 100;
export const MAX_FRAPPE_SECRET_CHARACTERS = 200;

// received calls
export const MAX_TOLERANCE_S = WEEK_S;
export const DEFAULT_TOLERANCE_S = 300;
export const MAX_SIGNED_CHARACTERS = 500;
export const MAX_PREFIX_CHARACTERS = 50;
export const MAX_FORWARDS = 20;
export const MAX_ANSWER_CHARACTERS = 4_096;
export const DEFAULT_ANSWER_STATUS = 200;

// The settings that are stored as they are given, in the column of the same name. A line here is what a client may give, the default,
// for which webhooks it is, and what versions record.

/** The default of each, which null sets. */
type Defaults = Partial<WebhookRow>;

export const OF_BOTH_DIRECTIONS = { documentType: null, supportMayReveal: false } satisfies Defaults;

/** The settings of the requests. */
export const OF_REQUESTS = {
  condition: null,
  method: 'POST',
  bodyFormat: 'STANDARD',
  body: null,
  receiveAuditEvents: false,
  sendEvidenceHead: false,
  sendTraceparent: false,
} satisfies Defaults;

export const OF_OUTGOING = {
  url: null,
  retrySchedule: null,
  timeoutMs: DEFAULT_TIMEOUT_MS,
  dedupeSeconds: null,
  maxConcurrency: null,
  ordering: null,
  ...OF_REQUESTS,
} satisfies Defaults;

/** What a client may give of them. An absent field keeps its value, and null sets the default. */
export type Given<Of extends Defaults> = { [Name in keyof Of & keyof WebhookRow]?: WebhookRow[Name] | null };

/** The columns of those that are given. */
export function columnsOf<Of extends Defaults>(defaults: Of, given: Given<Of>): Partial<WebhookRow> {
  const entries = Object.entries(defaults).filter(([name]) => given[name as keyof Given<Of>] !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, given[name as keyof Given<Of>] ?? value]));
}

/** Those of a webhook, as a client would give them. */
export function settingsIn<Of extends Defaults>(
  defaults: Of,
  webhook: WebhookRow,
): Pick<WebhookRow, keyof Of & keyof WebhookRow> {
  const names = Object.keys(defaults) as (keyof Of & keyof WebhookRow)[];
  return Object.fromEntries(names.map((name) => [name, webhook[name]])) as Pick<
    WebhookRow,
    keyof Of & keyof WebhookRow
  >;
}

/**
 * The document type of Hookledger's own events. A webhook for all types does not receive them: it must name this type.
 */
export const OWN_DOCUMENT_TYPE = 'Hookledger';

/** The names of own events about entries of the audit trail begin with it. */
export const AUDIT_EVENT_PREFIX = 'audit.';

/** Spaces, and what no reader sees. The function is_own_document_type of migrations/8-publish-event.sql has the same. */
const UNSEEN = /[\s\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Whether a document type is reserved. Compared without case, width, spaces and what is not seen, so that no reader takes another
 * event for one.
 */
export function isOwnDocumentType(documentType: string): boolean {
  return documentType.normalize('NFKC').replace(UNSEEN, '').toLowerCase() === OWN_DOCUMENT_TYPE.toLowerCase();
}
