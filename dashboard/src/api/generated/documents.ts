// Generated from documents/*.graphql: npm run generate
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The kind of the actor of an audit entry. */
export type ActorKind =
  /** Hookledger itself. */
  | 'SYSTEM'
  /** A user, with an API key or a session. */
  | 'USER';

/** Tests on a value of ActorKind. If several tests are given, all must hold. */
export type ActorKindFilter = {
  /** Equals this value. */
  eq?: ActorKind | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<ActorKind> | null | undefined;
};

/** API keys that meet all of these conditions. */
export type ApiKeyWhere = {
  /** All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  and?: Array<ApiKeyWhere> | null | undefined;
  /** When the key was created. */
  createdAt?: DateTimeFilter | null | undefined;
  /** When the key expires; { isNull: true }: keys that do not expire. */
  expiresAt?: OptionalDateTimeFilter | null | undefined;
  /** The id of the key, `key_...`. */
  id?: IdFilter | null | undefined;
  /** The eight characters after `hl_`. */
  keyId?: StringFilter | null | undefined;
  /** What the key is for: { contains: "laptop" }. */
  label?: StringFilter | null | undefined;
  /** When the key was last used; { isNull: true }: keys that were never used. */
  lastUsedAt?: OptionalDateTimeFilter | null | undefined;
  /** This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 levels deep. */
  not?: ApiKeyWhere | null | undefined;
  /** At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  or?: Array<ApiKeyWhere> | null | undefined;
  /** When the key was revoked; { isNull: true }: keys that were not revoked. */
  revokedAt?: OptionalDateTimeFilter | null | undefined;
  /** The own roles of the key: { contains: SUPPORT }. A key that has all roles of its user has no list and never matches. */
  roles?: RoleListFilter | null | undefined;
  /** The user whom the key authenticates. */
  user?: UserWhere | null | undefined;
};

/** What an approval is about. */
export type ApprovalKind =
  /** An erasure that one person may not order alone. */
  | 'ERASURE'
  /** The release of a legal hold (`requestLegalHoldRelease`). */
  | 'HOLD_RELEASE'
  /** A replay of one delivery (`requestReplay`). */
  | 'REPLAY';

/** Tests on a value of ApprovalKind. If several tests are given, all must hold. */
export type ApprovalKindFilter = {
  /** Equals this value. */
  eq?: ApprovalKind | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<ApprovalKind> | null | undefined;
};

/** The state of an approval. */
export type ApprovalStatus =
  /** It was approved, and the act was done. `decidedBy` null: it has waited until `takesEffectAt`. */
  | 'APPROVED'
  /** It was declined. */
  | 'DECLINED'
  /** REPLAY: it was not decided in time. It gets this status at most an hour after `expiresAt`. */
  | 'EXPIRED'
  /** It waits for a second person, until `takesEffectAt` or `expiresAt`. */
  | 'WAITING';

/** Tests on a value of ApprovalStatus. If several tests are given, all must hold. */
export type ApprovalStatusFilter = {
  /** Equals this value. */
  eq?: ApprovalStatus | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<ApprovalStatus> | null | undefined;
};

/** Approvals that meet all of these conditions. */
export type ApprovalWhere = {
  /** All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  and?: Array<ApprovalWhere> | null | undefined;
  /** When it was requested. */
  createdAt?: DateTimeFilter | null | undefined;
  /** When it became APPROVED or DECLINED; { isNull: true }: it did not. */
  decidedAt?: OptionalDateTimeFilter | null | undefined;
  /** The user who approved or declined it. */
  decidedBy?: UserWhere | null | undefined;
  /** The reason of the decision. */
  decisionReason?: StringFilter | null | undefined;
  /** REPLAY: the delivery to send again. */
  delivery?: DeliveryWhere | null | undefined;
  /** REPLAY: when it expires; { isNull: true }: other kinds. */
  expiresAt?: OptionalDateTimeFilter | null | undefined;
  /** The id of the approval: { eq: "apr_..." }. */
  id?: IdFilter | null | undefined;
  /** What it is about: { eq: ERASURE }. */
  kind?: ApprovalKindFilter | null | undefined;
  /** This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 levels deep. */
  not?: ApprovalWhere | null | undefined;
  /** At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  or?: Array<ApprovalWhere> | null | undefined;
  /** The reason, as given by the user who requested it. */
  reason?: StringFilter | null | undefined;
  /** The user who requested it. */
  requestedBy?: UserWhere | null | undefined;
  /** The state: { eq: WAITING }. */
  status?: ApprovalStatusFilter | null | undefined;
  /** When it takes effect without a second person; { isNull: true }: a second person must decide, or has decided. */
  takesEffectAt?: OptionalDateTimeFilter | null | undefined;
};

/** What is approved, and the reason. */
export type ApproveInput = {
  /** The id of an approval that is WAITING, `apr_...`. */
  id: string;
  /** The reason, which the audit trail keeps, so name no document and no person: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
};

/** The webhook to archive permanently. */
export type ArchiveWebhookInput = {
  /** The id of the webhook, `whk_...`. */
  id: string;
};

/** Entries of the audit trail that meet all of these conditions. */
export type AuditEntryWhere = {
  /** The act: { eq: "webhook.paused" }, { startsWith: "webhook." }. */
  action?: StringFilter | null | undefined;
  /** The user who acted: { name: { eq: "amina@example.com" } }. */
  actor?: UserWhere | null | undefined;
  /** Whether a user acted, or Hookledger itself. */
  actorKind?: ActorKindFilter | null | undefined;
  /** All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  and?: Array<AuditEntryWhere> | null | undefined;
  /** The API key with which the user acted. */
  apiKey?: ApiKeyWhere | null | undefined;
  /** When the act was done: { gte: "2026-03-01T00:00:00Z" }. */
  createdAt?: DateTimeFilter | null | undefined;
  /** The names in the criteria of the entry, each as a whole: { contains: "INV-0042" } for who has read or exported lists by this document, or searched for it. For viewers from whom masking rules hide content, the texts of searches are not compared. */
  criteria?: CriteriaFilter | null | undefined;
  /** The id of the entry: { eq: "aud_..." }. */
  id?: IdFilter | null | undefined;
  /** This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 levels deep. */
  not?: AuditEntryWhere | null | undefined;
  /** At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  or?: Array<AuditEntryWhere> | null | undefined;
  /** Whether the act was done or refused: { eq: DENIED }. */
  outcome?: AuditOutcomeFilter | null | undefined;
  /** The reason, as the user gave it. */
  reason?: StringFilter | null | undefined;
  /** The IP address of the caller: { eq: "192.0.2.7" }. */
  remoteAddress?: StringFilter | null | undefined;
  /** The id of the HTTP request, from `x-request-id`. */
  requestId?: StringFilter | null | undefined;
  /** The session in which the user acted: { eq: "ses_..." }. */
  sessionId?: IdFilter | null | undefined;
  /** The id of the object of the act: { eq: "whk_..." }, { in: ["usr_...", "key_..."] }. */
  subjectId?: IdFilter | null | undefined;
  /** The type of the object of the act: { eq: "Webhook" }. */
  subjectType?: StringFilter | null | undefined;
};

/** Whether an audited act was done or refused. */
export type AuditOutcome =
  /** The act was refused. */
  | 'DENIED'
  /** The act was done. */
  | 'DONE';

/** Tests on a value of AuditOutcome. If several tests are given, all must hold. */
export type AuditOutcomeFilter = {
  /** Equals this value. */
  eq?: AuditOutcome | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<AuditOutcome> | null | undefined;
};

/** How the body of a delivery is made. */
export type BodyFormat =
  /** application/x-www-form-urlencoded, made from the `fields`. */
  | 'FORM'
  /** JSON, rendered from the template `body`, or an object of the `fields`. */
  | 'JSON'
  /** The original data of the event: for a received call its bytes, without content encoding, and its content type; for a published event its JSON text. */
  | 'ORIGINAL'
  /** The body of Standard Webhooks: `{type, timestamp, data}`, where `data` is the document. */
  | 'STANDARD';

/** Tests on a value of BodyFormat. If several tests are given, all must hold. */
export type BodyFormatFilter = {
  /** Equals this value. */
  eq?: BodyFormat | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<BodyFormat> | null | undefined;
};

/** A test on a boolean. */
export type BooleanFilter = {
  /** Equals this value. */
  eq?: boolean | null | undefined;
};

/** Business events that meet all of these conditions. */
export type BusinessEventWhere = {
  /** All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  and?: Array<BusinessEventWhere> | null | undefined;
  /** The delivery that caused the event, as its publisher stated. */
  causedBy?: DeliveryWhere | null | undefined;
  /** When the event was published: { gte: "2026-03-01T00:00:00Z" }. */
  createdAt?: DateTimeFilter | null | undefined;
  /** The type of the document: { eq: "Sales Invoice" }. */
  documentType?: StringFilter | null | undefined;
  /** What happened to the document: { eq: "on_submit" }. */
  event?: StringFilter | null | undefined;
  /** When the deliveries of the event were created; { isNull: true }: not yet. */
  fannedOutAt?: OptionalDateTimeFilter | null | undefined;
  /** The id of the event: { in: ["evt_...", "evt_..."] }. */
  id?: IdFilter | null | undefined;
  /** The idempotency key of the event; two publishers may use the same key. */
  idempotencyKey?: StringFilter | null | undefined;
  /** This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 levels deep. */
  not?: BusinessEventWhere | null | undefined;
  /** At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  or?: Array<BusinessEventWhere> | null | undefined;
  /** The user who published the event. */
  publishedBy?: UserWhere | null | undefined;
  /** The name of the document: { eq: "INV-0042" }. */
  referenceDocument?: StringFilter | null | undefined;
  /** The user who acted in the business system: { name: { eq: "amina@example.com" } }. */
  user?: UserWhere | null | undefined;
  /** The number of webhooks that the event matched. { eq: 0 }: none; { isNull: true }: not decided yet. */
  wantedBy?: IntFilter | null | undefined;
};

/** A header of a call. */
export type CallHeaderInput = {
  /** The name; case is ignored. */
  name: string;
  /** The complete value. */
  value: string;
};

/** What an accepted call becomes. */
export type CallOutcome =
  /** A business event for every outgoing webhook that matches it. */
  | 'BUSINESS_EVENT'
  /** A business event for only the webhooks in `forwardTo`, regardless of their document types and events. */
  | 'FORWARD'
  /** Only a row in the log. */
  | 'RECORD';

/** Tests on a value of CallOutcome. If several tests are given, all must hold. */
export type CallOutcomeFilter = {
  /** Equals this value. */
  eq?: CallOutcome | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<CallOutcome> | null | undefined;
};

/** The delivery to cancel, and the reason. */
export type CancelDeliveryInput = {
  /** The id of a delivery that is PENDING or RETRYING, or EXHAUSTED and blocking, `dlv_...`. */
  deliveryId: string;
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
};

/** The replay to cancel. */
export type CancelReplayInput = {
  /** The id of a replay that is not finished, `rpl_...`. */
  id: string;
};

/** The state of a circuit breaker. */
export type CircuitState =
  /** Deliveries are sent. The endpoint is assumed to work. */
  | 'CLOSED'
  /** One delivery, the probe, is sent. If it succeeds, the others follow. */
  | 'HALF_OPEN'
  /** Deliveries wait until `openUntil`, because the endpoint asked for a pause or fails. */
  | 'OPEN';

/** Tests on a value of CircuitState. If several tests are given, all must hold. */
export type CircuitStateFilter = {
  /** Equals this value. */
  eq?: CircuitState | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<CircuitState> | null | undefined;
};

/** A client certificate (mTLS) and its private key. */
export type ClientCertificateInput = {
  /** The certificate of the client as PEM, at most 64 KiB, followed by the intermediate certificates if the partner needs them. */
  certificate: string;
  /** The private key as PEM, at most 64 KiB, not encrypted. Stored encrypted; never shown, logged or recorded: request rows contain `[secret]` instead. */
  privateKey: string;
};

/** A new API key. */
export type CreateApiKeyInput = {
  /** When the key expires, a time in the future. Default: 365 days from now. The event `api_key.expiring` announces the end 30 and 7 days before. */
  expiresAt?: string | null | undefined;
  /** What the key is for, 1 to 200 characters. */
  label: string;
  /** The networks from which the key may be used, 1 to 50 in CIDR form, IPv4 or IPv6: ["203.0.113.0/24", "2001:db8::/32"]. Sessions that are made from the key are bound to them too. Behind a proxy, set TRUSTED_PROXIES. Default: from everywhere. */
  networks?: Array<string> | null | undefined;
  /** true: the key never expires. INVALID together with expiresAt. Default: false. */
  neverExpires?: boolean;
  /** The roles of the key, a subset of the user's roles. Default: all roles of the user. */
  roles?: Array<Role> | null | undefined;
  /** The user whom the key authenticates, `usr_...`. */
  userId: string;
};

/** A new user. */
export type CreateUserInput = {
  /** The e-mail address, at most 254 characters, stored in lower case. Unique. A person whose e-mail address the identity provider has verified to be this one becomes this user at the first sign-in. */
  email?: string | null | undefined;
  /** The full name, at most 200 characters. */
  fullName?: string | null | undefined;
  /** The user name in the business system, 1 to 200 characters. Unique. */
  name: string;
  /** The roles of the user. May be empty, for a user who is only named in events. */
  roles: Array<Role>;
};

/** The kind of a credential that is sent to the partner. */
export type CredentialKind =
  /** HTTP Basic (RFC 7617): user name and password. */
  | 'BASIC'
  /** A client certificate (mTLS). */
  | 'CERTIFICATE'
  /** A header with a secret value, such as an API key. */
  | 'HEADER'
  /** An access token, obtained with OAuth2 client credentials (RFC 6749, section 4.4). */
  | 'OAUTH2';

/** Names of documents and users, and whole texts of searches, in the criteria of an entry. If several fields are given, all must hold. */
export type CriteriaFilter = {
  /** The name that they contain. Texts of searches: in upper or lower case. */
  contains?: string | null | undefined;
  /** They contain one of these names, at most 1,000. */
  containsAny?: Array<string> | null | undefined;
};

/** Tests on a time, with millisecond precision: { gte: "2026-03-01T00:00:00Z", lt: ... }. If several tests are given, all must hold. */
export type DateTimeFilter = {
  /** After this time. */
  gt?: string | null | undefined;
  /** At or after this time. */
  gte?: string | null | undefined;
  /** Before this time. */
  lt?: string | null | undefined;
  /** At or before this time. */
  lte?: string | null | undefined;
};

/** A range of time: { from: "2026-03-01T00:00:00Z", to: "2026-04-01T00:00:00Z" } is March 2026 in UTC. */
export type DateTimeRange = {
  /** The start, inclusive; 1970 at the earliest. */
  from: string;
  /** The end, exclusive. It may be in the future. */
  to: string;
};

/** What cannot be done. */
export type DeadLetterKind =
  /** Statistics do not count `request`. */
  | 'COUNT_CLOSED'
  /** Statistics do not count a change of the states of some deliveries to `webhook`. */
  | 'COUNT_DELIVERIES'
  /** Statistics do not count `request` as PENDING. */
  | 'COUNT_OPENED'
  /** Whether `businessEvent` is delivered to `webhook` cannot be decided. */
  | 'DECISION'
  /** `businessEvent` cannot be fanned out: it has no deliveries. */
  | 'EVENT'
  /** `request` cannot be put into the search index: searches do not find it. */
  | 'INDEX'
  /** The next attempt of `delivery` cannot be begun. */
  | 'JOB';

/** What is declined, and the reason. */
export type DeclineInput = {
  /** The id of an approval that is WAITING, `apr_...`. */
  id: string;
  /** The reason, which the audit trail keeps, so name no document and no person: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
};

/** The order of deliveries: { field: NEXT_ATTEMPT_AT, direction: ASC } puts those due first at the beginning. */
export type DeliveryOrder = {
  /** DESC: newest first. */
  direction?: OrderDirection;
  /** The field to order by. */
  field: DeliveryOrderField;
};

/** The fields by which deliveries can be ordered. */
export type DeliveryOrderField =
  /** The time in the id, with millisecond precision. */
  | 'CREATED_AT'
  /** `finishedAt`. The list omits open deliveries. */
  | 'FINISHED_AT'
  /** `nextAttemptAt`. The list omits deliveries without a next attempt. */
  | 'NEXT_ATTEMPT_AT';

/** What happens to the later deliveries of a document when one is exhausted. */
export type DeliveryOrdering =
  /** The later deliveries wait until the exhausted one is replayed and succeeds, or is cancelled. */
  | 'HOLD'
  /** The next delivery is sent. */
  | 'SKIP';

/** Tests on a value of DeliveryOrdering that may be missing. If several tests are given, all must hold. */
export type DeliveryOrderingFilter = {
  /** Equals this value. */
  eq?: DeliveryOrdering | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<DeliveryOrdering> | null | undefined;
  /** true: the value is missing; false: it is present. */
  isNull?: boolean | null | undefined;
};

/** The state of a delivery. */
export type DeliveryStatus =
  /** A user cancelled the delivery, or archived its webhook, before it succeeded. */
  | 'CANCELLED'
  /** The partner answered with 2xx. */
  | 'DELIVERED'
  /** All attempts failed: the retry schedule has no further one. */
  | 'EXHAUSTED'
  /** No attempt has ended since the delivery was created or last replayed. */
  | 'PENDING'
  /** An attempt failed, and the delivery is tried again. */
  | 'RETRYING'
  /** Not sent: `skipReason` gives the reason. */
  | 'SKIPPED';

/** Tests on a value of DeliveryStatus. If several tests are given, all must hold. */
export type DeliveryStatusFilter = {
  /** Equals this value. */
  eq?: DeliveryStatus | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<DeliveryStatus> | null | undefined;
};

/** What a delivery waits for. */
export type DeliveryWait =
  /** Capacity: the webhook's circuit, rate limit or concurrency, or its share of the workers. The delivery continues by itself. */
  | 'CAPACITY'
  /** An earlier delivery of the same document, because the webhook has an `ordering`. */
  | 'PREDECESSOR';

/** Tests on a value of DeliveryWait that may be missing. If several tests are given, all must hold. */
export type DeliveryWaitFilter = {
  /** Equals this value. */
  eq?: DeliveryWait | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<DeliveryWait> | null | undefined;
  /** true: the value is missing; false: it is present. */
  isNull?: boolean | null | undefined;
};

/** Deliveries that meet all of these conditions. */
export type DeliveryWhere = {
  /** All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  and?: Array<DeliveryWhere> | null | undefined;
  /** The number of attempts: { gt: 1 } for deliveries that were retried. */
  attempts?: IntFilter | null | undefined;
  /** The event that is delivered: { id: { eq: "evt_..." } }. */
  businessEvent?: BusinessEventWhere | null | undefined;
  /** Whether the delivery was cancelled while an attempt was on the wire. */
  cancelRequested?: BooleanFilter | null | undefined;
  /** When the delivery was created: { gte: "2026-03-01T00:00:00Z" }. */
  createdAt?: DateTimeFilter | null | undefined;
  /** When the partner first answered with 2xx; { isNull: true }: never. */
  deliveredAt?: OptionalDateTimeFilter | null | undefined;
  /** The type of the document: { eq: "Sales Invoice" }. */
  documentType?: StringFilter | null | undefined;
  /** What happened to the document: { eq: "on_submit" }. */
  event?: StringFilter | null | undefined;
  /** When the delivery was finished; { isNull: true }: it is open. */
  finishedAt?: OptionalDateTimeFilter | null | undefined;
  /** Whether the delivery is held because its webhook is paused or disabled. */
  held?: BooleanFilter | null | undefined;
  /** The id of the delivery: { in: ["dlv_...", "dlv_..."] }. */
  id?: IdFilter | null | undefined;
  /** When the next attempt is due: { lt: "2026-03-01T00:00:00Z" }. */
  nextAttemptAt?: OptionalDateTimeFilter | null | undefined;
  /** This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 levels deep. */
  not?: DeliveryWhere | null | undefined;
  /** At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  or?: Array<DeliveryWhere> | null | undefined;
  /** The name of the document: { eq: "INV-0042" }. */
  referenceDocument?: StringFilter | null | undefined;
  /** The last replay of the delivery. */
  replay?: ReplayWhere | null | undefined;
  /** The message that explains the skip reason. */
  skipMessage?: StringFilter | null | undefined;
  /** Why the delivery was skipped: { eq: CONDITION_ERROR }. */
  skipReason?: SkipReasonFilter | null | undefined;
  /** The status: { in: [PENDING, RETRYING] } for open deliveries. */
  status?: DeliveryStatusFilter | null | undefined;
  /** Whether testWebhook made the delivery. */
  test?: BooleanFilter | null | undefined;
  /** The user who acted in the business system. */
  user?: UserWhere | null | undefined;
  /** What the delivery waits for: { eq: PREDECESSOR } for an earlier delivery. */
  waitsFor?: DeliveryWaitFilter | null | undefined;
  /** The webhook that the delivery is for: { id: { eq: "whk_..." } }. */
  webhook?: WebhookWhere | null | undefined;
};

/** The direction of the calls of a webhook. */
export type Direction =
  /** The partner calls Hookledger. */
  | 'INCOMING'
  /** Hookledger calls the partner. */
  | 'OUTGOING';

/** Tests on a value of Direction. If several tests are given, all must hold. */
export type DirectionFilter = {
  /** Equals this value. */
  eq?: Direction | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<Direction> | null | undefined;
};

/** The kind of an entry of a timeline. */
export type DocumentTimelineKind =
  /** A request to a partner: `request`. The time is that of its beginning. */
  | 'ATTEMPT_MADE'
  /** A call of a partner about the document: `request`. */
  | 'CALL_RECEIVED'
  /** The delivery was cancelled, or its webhook archived. Disappears when the delivery is replayed. */
  | 'CANCELLED'
  /** The partner answered with 2xx for the first time. */
  | 'DELIVERED'
  /** A delivery to a webhook was created: `delivery`. */
  | 'DELIVERY_MADE'
  /** A webhook matched, but the delivery was skipped: `skipReason`. */
  | 'DELIVERY_SKIPPED'
  /** An event of the document was published: `businessEvent`. */
  | 'EVENT_PUBLISHED'
  /** All attempts failed. Disappears when the delivery is replayed. */
  | 'GIVEN_UP';

/** Whether a partner has received the latest event of a document. */
export type DocumentVerdictKind =
  /** The partner answered the newest delivery with 2xx. Stays so while it is replayed. */
  | 'ARRIVED'
  /** A user cancelled the delivery, or archived the webhook, before it succeeded. */
  | 'CANCELLED'
  /** All attempts of the retry schedule failed. */
  | 'GIVEN_UP'
  /** The webhook is paused or disabled, or all deliveries are paused. The delivery continues when they are resumed. */
  | 'HELD'
  /** The delivery was skipped: `delivery { skipReason skipMessage }` gives the reason. */
  | 'NOT_SENT'
  /** An attempt is on the wire, or due at `nextAttemptAt`. */
  | 'ON_ITS_WAY'
  /** Nothing is sent, because something in the database is wrong with the delivery, with one that it waits for, or with the event: `deadLetters` says what. */
  | 'STUCK'
  /** The delivery waits for an earlier one of the document, or for the limits or the circuit of the webhook. */
  | 'WAITING';

/** The kinds of proofs that another party knew a head. */
export type EvidenceAnchorKind =
  /** A proof that was made elsewhere, such as of OpenTimestamps (`attachEvidenceAnchor`). */
  | 'ATTACHED'
  /** The event `evidence.head_signed` of the document type `Hookledger` was published to the webhooks that subscribe to it. */
  | 'EVENT'
  /** A time-stamp authority (RFC 3161) signed the head with its time. */
  | 'RFC3161'
  /** A witness (c2sp.org/tlog-witness) cosigned the head. */
  | 'WITNESS';

/** What a verification compares. */
export type EvidenceDepth =
  /** Also the bytes, the type and the length of every payload. */
  | 'CONTENT'
  /** Also every row: each column, with headers, responses and errors. */
  | 'ROWS'
  /** The leaves, the roots, and every signed head. */
  | 'TREE';

/** The kinds of differences that a verification finds. */
export type EvidenceFindingName =
  /** The stored proof of an anchor is not a proof, is of another head than the stored one, or has a wrong signature. */
  | 'BAD_ANCHOR'
  /** A stored hash of the tree is missing, or is not that of its leaves: proofs that use it are wrong. */
  | 'BAD_HASH'
  /** A head has a wrong signature, another root than its leaves, a size at which no leaves end, or only the signature of a compromised key. */
  | 'BAD_HEAD'
  /** A key of the log is not the one that a sealed entry of the audit trail introduced, or the one that signs cannot be decrypted with ENCRYPTION_KEY. */
  | 'BAD_KEY'
  /** A row of the tables of the tree is surplus, is there twice, or has a number, a place or a time that sealing does not write. */
  | 'BAD_TREE'
  /** A row differs from what was recorded. */
  | 'CHANGED'
  /** A row was sealed, and is no longer there. */
  | 'DELETED'
  /** The rows of a month are gone with their table, and no sealed entry of the audit trail orders it. */
  | 'DROPPED_WITHOUT_ORDER'
  /** The content of a row is gone, and no sealed entry of the audit trail records its erasure. */
  | 'ERASED_WITHOUT_ORDER'
  /** A head that you hold, or that a trusted witness or authority knew, contradicts the tree: there are two histories. */
  | 'FORKED'
  /** A row claims a place in the tree that is not its own, or is there more than once. */
  | 'INSERTED'
  /** The leaf of a row is at another place in the tree than the row has. */
  | 'MOVED'
  /** A row was finished more than a minute ago, and is not in the tree. */
  | 'NOT_SEALED'
  /** Leaves that were sealed are missing. */
  | 'TRUNCATED';

/** The kinds of holes in a month. */
export type EvidenceHoleName =
  /** A request was sealed, and is no longer in the log. Found only if all webhooks are counted together. */
  | 'DELETED'
  /** A delivery counts an attempt, or ended with a decision, that is not in the log. */
  | 'MISSING'
  /** A row was finished more than a minute ago, and is not in the tree. */
  | 'NOT_SEALED'
  /** A request is none of the attempts that its delivery has counted, or its delivery is gone. */
  | 'UNCOUNTED';

/** A part of a row that a bundle can disclose. The bundle contains all other parts as salted digests, which reveal nothing. */
export type EvidencePart =
  /** The bytes of `data`, with their type and length. */
  | 'BODY'
  /** `criteria` of an audit entry. */
  | 'CRITERIA'
  /** `before`, `after` and `details` of an audit entry. */
  | 'DETAILS'
  /** `error` of a request. */
  | 'ERROR'
  /** The request headers: a JSON array of pairs. Secret values are replaced by [secret]. */
  | 'HEADERS'
  /** `idempotencyKey` of an event. */
  | 'IDEMPOTENCY_KEY'
  /** `identityIssuer` of an audit entry. */
  | 'IDENTITY_ISSUER'
  /** `identitySubject` of an audit entry. */
  | 'IDENTITY_SUBJECT'
  /** `skipMessage` of a decision. */
  | 'MESSAGE'
  /** The names of the users and webhooks that the rows name by their ids: of each the newest name that was sealed before the row, with a proof of its own. Names that were erased are left out. */
  | 'NAMES'
  /** `reason` of an audit entry. */
  | 'REASON'
  /** `referenceDocument`. */
  | 'REFERENCE'
  /** `remoteAddress` of a request or audit entry; of an event, the address that published it. */
  | 'REMOTE_ADDRESS'
  /** The bytes of `response` that are stored. */
  | 'RESPONSE'
  /** The response headers: a JSON array of pairs. */
  | 'RESPONSE_HEADERS'
  /** `url`. */
  | 'URL'
  /** `userAgent` of an audit entry. */
  | 'USER_AGENT'
  /** INCOMING: the bytes as received, if they had a content encoding. */
  | 'WIRE_BODY';

/** The kinds of rows that are sealed. */
export type EvidenceRowKind =
  /** An entry of the audit trail. */
  | 'AUDIT_ENTRY'
  /** A decision not to send a delivery, or to give it up. */
  | 'DECISION'
  /** A business event. */
  | 'EVENT'
  /** A name that a user or a webhook had. */
  | 'NAME'
  /** A finished request of the log. */
  | 'REQUEST';

/** The state of a verification. */
export type EvidenceRunStatus =
  /** Everything was compared. `findings` contains the differences. */
  | 'COMPLETED'
  /** The verification failed: `error` gives the reason. */
  | 'FAILED'
  /** The verification was ordered. It begins within 5 seconds if a process with the part `indexer` runs. */
  | 'PENDING'
  /** The verification is in progress. If its process ends, another one begins it again. */
  | 'RUNNING';

/** A part of the log: `from` and `to`, or `ids`. */
export type EvidenceScopeInput = {
  /** The start, inclusive. A row belongs to the time at which the request began, the event was published, the decision was made, the audit entry was written, or the user or webhook was created. */
  from?: string | null | undefined;
  /** Requests (req_...), events (evt_...), audit entries (aud_...), deliveries (dlv_...), users (usr_...) and webhooks (whk_...), 1 to 1,000, each once. A delivery stands for itself and for the decisions about it, a user or webhook for its names. */
  ids?: Array<string> | null | undefined;
  /** The end, exclusive. It may be in the future. */
  to?: string | null | undefined;
};

/** Why nothing is sealed; ROWS: why not all is. */
export type EvidenceStopCode =
  /** A known head is not a beginning of the tree: the tree was rewritten, or a stored hash of it was edited, which verifyEvidence says. */
  | 'CONTRADICTS'
  /** The database refuses what sealing writes, or the key cannot be read. */
  | 'FAILED'
  /** A known head is newer than the tree: the database was restored from a backup, or lost its end. */
  | 'NEWER'
  /** EVIDENCE_HEAD_FILE of one machine has a head of another log. */
  | 'OTHER_LOG'
  /** Some rows of the queue cannot be sealed, and wait. All others are sealed. */
  | 'ROWS'
  /** EVIDENCE_HEAD_FILE of one machine cannot be read, or is no head that this log signed. */
  | 'UNREADABLE'
  /** EVIDENCE_HEAD_FILE of one machine cannot be written. */
  | 'UNWRITABLE';

/** The call to explain: either `requestId`, or `headers` and `body` or `bodyBase64`. */
export type ExplainVerificationInput = {
  /** The time for which the call is judged. Default: for a call in the log, when it was received; otherwise now. */
  at?: string | null | undefined;
  /** The exact body as text, at most 1 MiB. Default: empty. */
  body?: string | null | undefined;
  /** The exact body in base64, at most 1 MiB, instead of `body`, for a body that is not UTF-8. */
  bodyBase64?: string | null | undefined;
  /** The headers of the call, in order, at most 200 with 65,536 characters in total. */
  headers?: Array<CallHeaderInput> | null | undefined;
  /** The id of a call in the log, `req_...`, instead of headers and body. */
  requestId?: string | null | undefined;
  /** The complete URL that was called, for providers that sign it; at most 16,384 characters. */
  url?: string | null | undefined;
  /** The id of the INCOMING webhook that was called, `whk_...`. */
  webhookId: string;
};

/** The rows to prove, by exactly one of `ids` and `where`, and the parts to disclose. */
export type ExportEvidenceInput = {
  /** The parts that the bundle discloses. It contains all others as salted digests. BODY, WIRE_BODY, HEADERS, RESPONSE, RESPONSE_HEADERS, URL and DETAILS are FORBIDDEN for viewers from whom masking rules hide something. Default: none. */
  disclose?: Array<EvidencePart>;
  /** The sizes of earlier heads that the auditor holds, at most 10. The bundle proves that each of them is a beginning of the tree. */
  earlierSizes?: Array<number>;
  /** Requests (req_...), events (evt_...), audit entries (aud_...), deliveries (dlv_...), users (usr_...) and webhooks (whk_...), 1 to 1,000, each once. They must be sealed. A delivery stands for the decisions about it: why it was not sent, or given up; a user or webhook for the names that it had. FORBIDDEN: a request whose response masking rules hide from you, because its proof has the length of the response. */
  ids?: Array<string> | null | undefined;
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
  /** The filter of the requests, as in `webhookRequestLogs`: { documentType: { eq: "Sales Invoice" }, startedAt: { gte: "2026-03-01T00:00:00Z", lt: "2026-04-01T00:00:00Z" } }. 1 to 10,000 requests may meet it; they are proven oldest first. Those that are not sealed yet are left out, and counted by `notSealedCount`. FORBIDDEN as in `ids`. */
  where?: WebhookRequestLogWhere | null | undefined;
};

/** The format of the file of an export. */
export type ExportFormat =
  /** CSV as in RFC 4180, in UTF-8. Lines end with CRLF, and the first line has the names of the columns. A cell that a spreadsheet could take for a formula begins with an apostrophe. */
  | 'CSV'
  /** A JSON object per line, in UTF-8. Lines end with LF. */
  | 'NDJSON';

/** What is exported. */
export type ExportKind =
  /** Everything about a person: exportPersonalData. SYSTEM_MANAGER alone can download it. */
  | 'PERSON'
  /** Requests that meet a filter: exportWebhookRequestLogs. */
  | 'REQUESTS';

/** The requests to export, and the format of the file. */
export type ExportWebhookRequestLogsInput = {
  /** CSV: whether the file begins with a byte order mark (U+FEFF). Excel needs it to recognise UTF-8. Other programs may read it as a part of the first column name. NDJSON never has it. */
  byteOrderMark?: boolean;
  /** The format of the file. */
  format?: ExportFormat;
  /** Whether the file includes headers and bodies: the columns headers, data, dataEncoding, responseHeaders, response, responseEncoding and responseTruncated. With true, the error is FORBIDDEN for SUPPORT. */
  includeContent?: boolean;
  /** The filter, as in `webhookRequestLogs`: { startedAt: { gte: "2026-03-01T00:00:00Z" } }. Left out: all requests; {} and null are refused. It is evaluated when the file is downloaded. */
  where?: WebhookRequestLogWhere | null | undefined;
};

/** The webhooks to export. */
export type ExportWebhooksInput = {
  /** The webhooks, at most 500; archived ones are always left out. Default: all. */
  where?: WebhookWhere | null | undefined;
};

/** Tests on a number that may be missing. A missing one meets only isNull. If several tests are given, all must hold. */
export type FloatFilter = {
  /** Greater than this number. */
  gt?: number | null | undefined;
  /** Greater than or equal to this number, such as 0.99. */
  gte?: number | null | undefined;
  /** true: the value is missing; false: it is present. */
  isNull?: boolean | null | undefined;
  /** Less than this number. */
  lt?: number | null | undefined;
  /** Less than or equal to this number. */
  lte?: number | null | undefined;
};

/** The hash function of an HMAC (RFC 2104). */
export type HmacAlgorithm =
  /** SHA-1, only for partners that support nothing newer. */
  | 'SHA1'
  /** SHA-256. */
  | 'SHA256'
  /** SHA-384. */
  | 'SHA384'
  /** SHA-512. */
  | 'SHA512';

/** Tests on an id. If several tests are given, all must hold. */
export type IdFilter = {
  /** Equals this id. An id of another type is refused. */
  eq?: string | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<string> | null | undefined;
};

/** A document with webhooks, and what to do with it. */
export type ImportWebhooksInput = {
  /** true: archives every webhook that the document does not contain, permanently. Default, false: these webhooks are not changed. */
  archiveAbsent?: boolean;
  /** The text of a file that exportWebhooks made, possibly edited: at most 4 MiB in UTF-8 and 500 webhooks. A setting that is left out keeps its value; in a new webhook it has its default. */
  document: string;
  /** true: changes nothing, and answers what the import would do. Default: false. */
  dryRun?: boolean;
  /** The `plan` of a dry run. If this import would do anything else, because the document or a webhook was changed since, the error is CONFLICT and nothing is changed. Default, null: any. */
  plan?: string | null | undefined;
  /** The reason, which each entry of the audit trail contains: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. Default, null: none. */
  reason?: string | null | undefined;
  /** The secrets that webhooks need, at most 500 entries. Default, null: none. */
  secrets?: Array<WebhookSecretsInput> | null | undefined;
};

/** Incoming settings that meet all of these conditions. Only INCOMING webhooks have them. */
export type IncomingAgreementWhere = {
  /** What an accepted call becomes: { eq: FORWARD }. */
  becomes?: CallOutcomeFilter | null | undefined;
  /** The provider whose signatures the calls have: { eq: GITHUB }. */
  provider?: WebhookProviderFilter | null | undefined;
  /** The maximum difference between the signed time and the time of receipt, in seconds: { gt: 300 }. */
  toleranceSeconds?: IntFilter | null | undefined;
};

/** Tests on a whole number. If several tests are given, all must hold. */
export type IntFilter = {
  /** Equals this number. */
  eq?: number | null | undefined;
  /** Greater than this number. */
  gt?: number | null | undefined;
  /** Greater than or equal to this number. */
  gte?: number | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<number> | null | undefined;
  /** true: the value is missing; false: it is present. */
  isNull?: boolean | null | undefined;
  /** Less than this number. */
  lt?: number | null | undefined;
  /** Less than or equal to this number. */
  lte?: number | null | undefined;
};

/** Tests of a JSON body. All tests must hold. A body that is not JSON, or contains `\u0000`, meets no test. A request is found about a second after it has finished. */
export type JsonFilter = {
  /** The body contains this JSON, as with the operator `@>` of PostgreSQL: its objects may have more keys, and its lists more elements in any order. Example: { customer: "ACME", items: [{ sku: "A-1" }] }. Numbers are compared by value: 1, 1.0 and 1e0 are equal. Integers above 2^53 are refused. At least one string, number, boolean or null is required; at most 20 levels. */
  contains?: unknown;
  /** The body has a value at a path. */
  path?: JsonPathFilter | null | undefined;
};

/** A test of the value at a path: { at: "$.items[*].sku", eq: "A-1" }. Exactly one of `eq` and `in` is required. Strings are compared case-sensitively, numbers by value. */
export type JsonPathFilter = {
  /** The path: a string such as "$.customer", "$.items[*].sku" (any element of a list), "$.items[0].sku" (its first element) or "$[\"a key\"].b"; or a list of keys, ["items", "sku"]. A key of a list is searched in its elements. At most 20 steps. Filters and functions of JSONPath are not supported. */
  at: Array<string>;
  /** Equal to this string, number, boolean or null: "A-1", 5, true. */
  eq?: unknown;
  /** Equal to one of these, 1 to 100. */
  in?: Array<unknown> | null | undefined;
};

/** The part of an exchange that a masking rule applies to. */
export type MaskedPart =
  /** The body of requests (`data`), and the documents of business events. */
  | 'DATA'
  /** The headers of requests. A path is $ or one name in lower case: $.x-customer. */
  | 'HEADERS'
  /** The body of responses (`response`). */
  | 'RESPONSE'
  /** The headers of responses. A path is $ or one name in lower case. */
  | 'RESPONSE_HEADERS';

/** Tests on a time that may be missing, to the millisecond. A missing time meets only isNull. If several tests are given, all must hold. */
export type OptionalDateTimeFilter = {
  /** After this time. */
  gt?: string | null | undefined;
  /** At or after this time. */
  gte?: string | null | undefined;
  /** true: the value is missing; false: it is present. */
  isNull?: boolean | null | undefined;
  /** Before this time. */
  lt?: string | null | undefined;
  /** At or before this time. */
  lte?: string | null | undefined;
};

/** The direction of an order. */
export type OrderDirection =
  /** Ascending: oldest, smallest or A first. */
  | 'ASC'
  /** Descending: newest, largest or Z first. */
  | 'DESC';

/** Entries of the audit trail that meet all of these conditions. */
export type OwnAuditEntryWhere = {
  /** The act: { startsWith: "webhook." }. */
  action?: StringFilter | null | undefined;
  /** All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  and?: Array<OwnAuditEntryWhere> | null | undefined;
  /** When the act was done: { gte: "2026-03-01T00:00:00Z" }. */
  createdAt?: DateTimeFilter | null | undefined;
  /** This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 levels deep. */
  not?: OwnAuditEntryWhere | null | undefined;
  /** At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  or?: Array<OwnAuditEntryWhere> | null | undefined;
  /** Whether the act was done or refused: { eq: DENIED }. */
  outcome?: AuditOutcomeFilter | null | undefined;
  /** The id of the object of the act. */
  subjectId?: IdFilter | null | undefined;
};

/** The reason for the pause of all deliveries. */
export type PauseDeliveriesInput = {
  /** The reason, which `deliveriesPaused` and the audit trail contain: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
};

/** The replay to pause. */
export type PauseReplayInput = {
  /** The id of a replay that is PENDING or RUNNING, `rpl_...`. */
  id: string;
};

/** The webhook to pause, and the reason. */
export type PauseWebhookInput = {
  /** The id of an ACTIVE webhook, `whk_...`. */
  id: string;
  /** The reason, which `statusReason` and the audit trail contain: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. Default, null: none. */
  reason?: string | null | undefined;
};

/** Rate limits that meet all of these conditions. */
export type RateLimitWhere = {
  /** The maximum number of requests in any window. */
  maxRequests?: IntFilter | null | undefined;
  /** The length of the window in seconds. */
  seconds?: IntFilter | null | undefined;
};

/** The delivery to send again, and the reason. */
export type ReplayDeliveryInput = {
  /** The id of a finished delivery, `dlv_...`. */
  deliveryId: string;
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
};

/** The state of a replay. */
export type ReplayStatus =
  /** A user cancelled it. Deliveries that were already sent again continue. */
  | 'CANCELLED'
  /** It failed: `error` gives the reason. */
  | 'FAILED'
  /** No further deliveries are sent again until it is resumed. */
  | 'PAUSED'
  /** No worker has begun. */
  | 'PENDING'
  /** Every delivery was queued again or could not be: the replay has nothing left to do. Whether they arrive is the status of each of its `deliveries`. */
  | 'QUEUED'
  /** Deliveries are sent again, oldest first, within the rate. */
  | 'RUNNING';

/** Tests on a value of ReplayStatus. If several tests are given, all must hold. */
export type ReplayStatusFilter = {
  /** Equals this value. */
  eq?: ReplayStatus | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<ReplayStatus> | null | undefined;
};

/** Replays that meet all of these conditions. */
export type ReplayWhere = {
  /** All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  and?: Array<ReplayWhere> | null | undefined;
  /** When the replay was started. */
  createdAt?: DateTimeFilter | null | undefined;
  /** The delivery of a replay of one delivery. */
  delivery?: DeliveryWhere | null | undefined;
  /** The number of deliveries that the replay selected. */
  deliveryCount?: IntFilter | null | undefined;
  /** Why the replay or its last step failed. */
  error?: StringFilter | null | undefined;
  /** When the replay was finished; { isNull: true }: it is not. */
  finishedAt?: OptionalDateTimeFilter | null | undefined;
  /** The id of the replay: { eq: "rpl_..." }. */
  id?: IdFilter | null | undefined;
  /** This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 levels deep. */
  not?: ReplayWhere | null | undefined;
  /** At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  or?: Array<ReplayWhere> | null | undefined;
  /** The user who started the replay. */
  orderedBy?: UserWhere | null | undefined;
  /** The maximum number of deliveries per second. */
  rate?: IntFilter | null | undefined;
  /** The reason, as given by the user who started the replay. */
  reason?: StringFilter | null | undefined;
  /** The number of deliveries that were sent again so far. */
  replayed?: IntFilter | null | undefined;
  /** The number of deliveries that could not be sent again so far. */
  skipped?: IntFilter | null | undefined;
  /** When the first step ran; { isNull: true }: not yet. */
  startedAt?: OptionalDateTimeFilter | null | undefined;
  /** The status: { in: [PENDING, RUNNING] }. */
  status?: ReplayStatusFilter | null | undefined;
};

/** The reason of a failure. `error` has the details. */
export type RequestErrorCode =
  /** No OAuth2 access token: the token endpoint refused the client id and secret, or did not respond. The partner was not called. Check the webhook's credentials. */
  | 'AUTHENTICATION'
  /** INCOMING: the signature does not match the body with any accepted secret. The partner used another secret, or the body was changed in transit: `explainVerification` finds out which. */
  | 'BAD_SIGNATURE'
  /** The URL, or the IP address of its host, is not allowed: a private network, the local machine, or http where only https is allowed. The partner was not called. */
  | 'BLOCKED_ADDRESS'
  /** The connection was refused, or the host is unreachable. The partner was not called. Check that their server is running and that the port is right. */
  | 'CONNECT'
  /** The partner's host name has no address or could not be resolved. The partner was not called. Check the URL and the partner's name servers. */
  | 'DNS'
  /** The status of the response was not 2xx. Redirects are not followed. `response` may have the reason. */
  | 'HTTP_STATUS'
  /** INCOMING: the call could not be parsed, such as a repeated header or a body that is not JSON. */
  | 'MALFORMED'
  /** INCOMING: the webhook is paused or archived. */
  | 'NOT_ACTIVE'
  /** The request was not sent for a local reason: a secret could not be decrypted, a header cannot be sent, all connections to the partner were in use until the timeout, this machine had no file descriptors left, or its resolver did not answer. */
  | 'NOT_SENT'
  /** INCOMING: the signature, token or client certificate is missing. */
  | 'NOT_SIGNED'
  /** The process ended or lost its database before it recorded the outcome. The partner may have received the request. It is sent again. */
  | 'PROCESS_DIED'
  /** The proxy of the webhook could not be reached, refused the request, or could not connect to the partner. The partner was not called. `error` names the proxy and its answer. */
  | 'PROXY'
  /** INCOMING: the call is valid but exceeds the webhook's rate limit. The response had a `Retry-After` header. */
  | 'RATE_LIMITED'
  /** The connection closed before the response was complete, or the response was not valid HTTP. The partner may have processed the request. */
  | 'RESET'
  /** The response exceeded 1 MiB of body, decompressed, or 32 KiB of headers. The partner received the request, but the attempt counts as failed. Ask the partner for a shorter response. */
  | 'RESPONSE_TOO_LARGE'
  /** INCOMING: the signature is right, but its time is too far in the past or in the future: the call was replayed, or a clock is wrong. */
  | 'STALE'
  /** The request took longer than the webhook's timeout. The partner may have processed it nevertheless, and then receives it again with the same `webhook-id`. */
  | 'TIMEOUT'
  /** The TLS handshake failed: the partner's certificate is expired, self-signed or for another host, or the partner refused the client certificate. The partner did not read the request. */
  | 'TLS'
  /** INCOMING: the body exceeds 1 MiB, before or after decoding. */
  | 'TOO_LARGE'
  /** INCOMING: the token, password or certificate is not accepted, the secret was retired, or the webhook has no secret yet. */
  | 'UNKNOWN_KEY';

/** Tests on a value of RequestErrorCode that may be missing. If several tests are given, all must hold. */
export type RequestErrorCodeFilter = {
  /** Equals this value. */
  eq?: RequestErrorCode | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<RequestErrorCode> | null | undefined;
  /** true: the value is missing; false: it is present. */
  isNull?: boolean | null | undefined;
};

/** The delivery that another person is to send again, and the reason. */
export type RequestReplayInput = {
  /** The id of a finished delivery, `dlv_...`. */
  deliveryId: string;
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
};

/** The webhook, and the version whose settings it gets. */
export type RestoreWebhookVersionInput = {
  /** As in UpdateWebhookInput: CONFLICT if the webhook has another version by now. Default, null: any. */
  expectedVersion?: number | null | undefined;
  /** The id of the webhook, `whk_...`. */
  id: string;
  /** The reason, which the audit trail contains: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. Default, null: none. */
  reason?: string | null | undefined;
  /** The version to restore: one of `Webhook.versions`. */
  version: number;
};

/** The reason for the end of the pause. */
export type ResumeDeliveriesInput = {
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. Default, null: none. */
  reason?: string | null | undefined;
};

/** The replay to resume. */
export type ResumeReplayInput = {
  /** The id of a replay that is PAUSED, `rpl_...`. */
  id: string;
};

/** The webhook to resume. */
export type ResumeWebhookInput = {
  /** The id of a PAUSED or DISABLED webhook, `whk_...`. */
  id: string;
  /** The reason, which `statusReason` and the audit trail contain: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. Default, null: none. */
  reason?: string | null | undefined;
};

/** The delivery to retry. */
export type RetryDeliveryInput = {
  /** The id of a delivery with a `nextAttemptAt`, `dlv_...`. */
  deliveryId: string;
};

/** The content to reveal. */
export type RevealContentInput = {
  /** The parts to reveal, 1 to 4. */
  parts: Array<MaskedPart>;
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
  /** The id of the request, `req_...`. */
  requestId: string;
};

/** The key to revoke permanently. */
export type RevokeApiKeyInput = {
  /** The id of the key, `key_...`. */
  id: string;
};

/** The session to revoke. */
export type RevokeSessionInput = {
  /** The id of the session, `ses_...`. */
  id: string;
};

/** The user whose sessions are revoked. */
export type RevokeSessionsInput = {
  /** Whether the session of this request stays. Default: false. */
  keepCurrent?: boolean;
  /** The id of the user, `usr_...`: you, or with SYSTEM_MANAGER any user. */
  userId: string;
};

/** What a user may do. A user has any number of roles. */
export type Role =
  /** Reads everything, also the audit trail, except what masking rules hide. Changes no webhook, delivery or user; may verify and export evidence and place legal holds. */
  | 'AUDITOR'
  /** Manages webhooks and deliveries; reads the log with headers and bodies, except what masking rules hide. */
  | 'INTEGRATION_MANAGER'
  /** Publishes business events; reads nothing. */
  | 'PUBLISHER'
  /** Reads the log; of headers and bodies only what masking rules show. */
  | 'SUPPORT'
  /** May do everything. The only role that may change users, API keys, masking rules and retention limits, and order erasures. */
  | 'SYSTEM_MANAGER';

/** Tests on a list of Role values. If several tests are given, all must hold. */
export type RoleListFilter = {
  /** The list contains this value. */
  contains?: Role | null | undefined;
  /** The list contains at least one of these values, 1 to 100. */
  containsAny?: Array<Role> | null | undefined;
  /** true: the list is empty; false: it is not. */
  isEmpty?: boolean | null | undefined;
};

/** The webhook whose secret is replaced, and how long the old secrets still sign. */
export type RotateWebhookSecretInput = {
  /** The id of the webhook, `whk_...`. */
  id: string;
  /** How long the old secrets still sign, in seconds, 0 to 604,800 (7 days). Default: 86,400. A secret that expires earlier still does. 0: they end at once; a partner who still uses an old secret then refuses every delivery. */
  overlapSeconds?: number;
  /** The signature scheme whose secret is replaced. INCOMING: ignored. */
  scheme?: SignatureScheme;
  /** The new secret. V1: `whsec_` and base64 of 24 to 64 bytes. V1A: `whsk_` and base64 of the 32 or 64 bytes of an ed25519 secret key. FRAPPE: 1 to 200 characters. The secret that already signs is refused with CONFLICT. INCOMING: the new secret of the partner, in the form of the provider. Default, null: a random secret. */
  secret?: string | null | undefined;
};

/** The webhook whose address is replaced, and how long earlier addresses still work. */
export type RotateWebhookTokenInput = {
  /** The id of an INCOMING webhook, `whk_...`. */
  id: string;
  /** How long earlier addresses still work, in seconds, 0 to 604,800 (7 days). Default: 86,400. 0: they end at once. */
  overlapSeconds?: number;
};

/** Whether a row is sealed. */
export type SealStatus =
  /** Like SEALED, but the content of the row was erased. `proof` proves the rest, and that there was content. */
  | 'ERASED'
  /** The request is not finished. It has no record yet. */
  | 'OPEN'
  /** A signed head of the tree contains the row. `proof` proves it. */
  | 'SEALED'
  /** The row has its record, but no signed head contains it yet. Sealing runs every second. */
  | 'WAITING';

/** A header with a secret value. */
export type SecretHeaderInput = {
  /** The name: letters, digits and hyphens, at most 200 characters. Headers that Hookledger sets are refused, such as `host`, `content-length` and `webhook-...`. */
  name: string;
  /** The value: 1 to 8,192 characters of Latin-1, on one line. null, only in updateWebhook and for the same host: keeps the stored value of this name. Stored encrypted; never shown, logged or recorded: request rows contain `[secret]` instead. */
  value?: string | null | undefined;
};

/** How a user signed in. */
export type SessionMethod =
  /** With an API key. */
  | 'API_KEY'
  /** At the identity provider, by OpenID Connect. */
  | 'OPENID_CONNECT';

/** How people sign in to these pages and get a session. */
export type SignInMethod =
  /** With an API key: `POST /auth/login`. */
  | 'API_KEY'
  /** At the identity provider that the operator configured: `GET /auth/login`. */
  | 'OPENID_CONNECT';

/** The encoding of a signature as text (RFC 4648). */
export type SignatureEncoding =
  /** Base64 (section 4). */
  | 'BASE64'
  /** Base64url (section 5). */
  | 'BASE64URL'
  /** Hexadecimal, in upper or lower case. */
  | 'HEX';

/** How deliveries are signed. */
export type SignatureScheme =
  /** `X-Frappe-Webhook-Signature`, HMAC-SHA256 of only the body, for receivers that were built for Frappe. It does not protect against replay: use it together with V1 or V1A until the receivers can verify those. */
  | 'FRAPPE'
  /** `v1` of Standard Webhooks 1.0.0: HMAC-SHA256 of id, timestamp and body, with a shared secret. */
  | 'V1'
  /** `v1a` of Standard Webhooks 1.0.0: an ed25519 signature of id, timestamp and body. Partners verify it with the public key that `GET /.well-known/webhook-keys` returns. */
  | 'V1A';

/** Tests on a list of SignatureScheme values. If several tests are given, all must hold. */
export type SignatureSchemeListFilter = {
  /** The list contains this value. */
  contains?: SignatureScheme | null | undefined;
  /** The list contains at least one of these values, 1 to 100. */
  containsAny?: Array<SignatureScheme> | null | undefined;
  /** true: the list is empty; false: it is not. */
  isEmpty?: boolean | null | undefined;
};

/** Why a delivery was not sent. */
export type SkipReason =
  /** The condition could not be evaluated, for example because the document has no such field. */
  | 'CONDITION_ERROR'
  /** The condition of the webhook is false for the event. */
  | 'CONDITION_FALSE'
  /** An event with the same document, name and data was sent within the `dedupeSeconds` of the webhook. */
  | 'DUPLICATE'
  /** The content of the event was erased before the delivery was made. */
  | 'ERASED'
  /** Deliveries to this webhook caused the event, or the event ends a chain of 16 deliveries. */
  | 'LOOP'
  /** The URL, a header or the body could not be rendered from the document. */
  | 'TEMPLATE_ERROR'
  /** The webhook was disabled when the event was published. */
  | 'WEBHOOK_DISABLED';

/** Tests on a value of SkipReason that may be missing. If several tests are given, all must hold. */
export type SkipReasonFilter = {
  /** Equals this value. */
  eq?: SkipReason | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<SkipReason> | null | undefined;
  /** true: the value is missing; false: it is present. */
  isNull?: boolean | null | undefined;
};

/** The length of a bucket, in the clock and calendar of `timeZone`. */
export type StatsBucket =
  /** A day from midnight to midnight: 23 or 25 hours when clocks are changed. */
  | 'DAY'
  /** Five minutes: 10:15 to 10:20. */
  | 'FIVE_MINUTES'
  /** An hour. The hour that is repeated when clocks are set back gives two buckets. */
  | 'HOUR'
  /** A minute: 10:17 to 10:18. */
  | 'MINUTE'
  /** A calendar month. */
  | 'MONTH'
  /** A quarter of an hour: 10:15 to 10:30. */
  | 'QUARTER_HOUR'
  /** A week from Monday to Sunday (ISO 8601). */
  | 'WEEK';

/** Tests on a text, case-sensitive except containsIgnoreCase. If several tests are given, all must hold. */
export type StringFilter = {
  /** Contains this text. No index supports this test: combine it with another filter. */
  contains?: string | null | undefined;
  /** As `contains`, whether letters are upper or lower case: "acme" finds "ACME GmbH". Letters are paired by the locale of the database: with the locale C only A to Z. */
  containsIgnoreCase?: string | null | undefined;
  /** Equals this text. */
  eq?: string | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<string> | null | undefined;
  /** true: the value is missing; false: it is present. */
  isNull?: boolean | null | undefined;
  /** Begins with this text, such as "INV-2026-". */
  startsWith?: string | null | undefined;
};

/** Tests on a list of texts. Case-sensitive. If several tests are given, all must hold. */
export type StringListFilter = {
  /** The list contains this value. */
  contains?: string | null | undefined;
  /** The list contains at least one of these values, 1 to 100. */
  containsAny?: Array<string> | null | undefined;
  /** true: the list is empty; false: it is not. */
  isEmpty?: boolean | null | undefined;
};

/** Give either eventId, or all of documentType, event, referenceDocument and data. */
export type TestWebhookInput = {
  /** The document, with the same rules as in publishEvents: at most 256 KiB, and its text is sent unchanged. */
  data?: unknown;
  /** The type of the document, 1 to 200 characters, such as "Sales Invoice". */
  documentType?: string | null | undefined;
  /** What happened to the document, 1 to 200 characters, such as "on_submit". */
  event?: string | null | undefined;
  /** The id of a stored event, `evt_...`, whose document is sent. */
  eventId?: string | null | undefined;
  /** The id of the webhook, `whk_...`. */
  id: string;
  /** The name of the document, 1 to 200 characters, such as "INV-0042". */
  referenceDocument?: string | null | undefined;
};

/** The changes to a user. Omitted fields keep their values. */
export type UpdateUserInput = {
  /** Whether the API keys and sessions of the user work. false takes effect at once; null is refused. */
  active?: boolean | null | undefined;
  /** The e-mail address, at most 254 characters; null removes it. It then counts as not verified. */
  email?: string | null | undefined;
  /** The full name, at most 200 characters; null removes it. */
  fullName?: string | null | undefined;
  /** The id of the user, `usr_...`. */
  id: string;
  /** The complete new list of roles; null is refused. CONFLICT if they come from the identity provider (rolesMapped). */
  roles?: Array<Role> | null | undefined;
  /** true separates the user from their identity at the provider: the next person with the verified e-mail address is linked, and roles can be changed in Hookledger. Live sessions of the identity are revoked. null is refused. */
  unlinkIdentity?: boolean | null | undefined;
};

/** The kind of fault in an input. */
export type UserErrorCode =
  /** The value conflicts with an existing object, or the object is in a state that does not allow this. */
  | 'CONFLICT'
  /** The value is not allowed; the message says what is allowed. */
  | 'INVALID'
  /** No object has this id or name. */
  | 'NOT_FOUND'
  /** A value is missing, or is null where it may only be omitted. */
  | 'REQUIRED'
  /** The value is too long, is nested too deeply or has too many entries; or as many objects exist as are allowed. */
  | 'TOO_LARGE';

/** Users that meet all of these conditions. */
export type UserWhere = {
  /** Whether the API keys and sessions of the user work. */
  active?: BooleanFilter | null | undefined;
  /** All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  and?: Array<UserWhere> | null | undefined;
  /** When the user was created: { gte: "2026-03-01T00:00:00Z" }. */
  createdAt?: DateTimeFilter | null | undefined;
  /** The e-mail address, in lower case: { eq: "amina@example.com" }; many users have none. */
  email?: StringFilter | null | undefined;
  /** The full name, such as "Amina Farah"; many users have none. */
  fullName?: StringFilter | null | undefined;
  /** The id of the user: { in: ["usr_...", "usr_..."] }. */
  id?: IdFilter | null | undefined;
  /** The user name: { eq: "amina@example.com" }. */
  name?: StringFilter | null | undefined;
  /** This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 levels deep. */
  not?: UserWhere | null | undefined;
  /** At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  or?: Array<UserWhere> | null | undefined;
  /** The roles of the user: { contains: PUBLISHER }. */
  roles?: RoleListFilter | null | undefined;
  /** Whether the roles come from the identity provider. */
  rolesMapped?: BooleanFilter | null | undefined;
};

/** What a check examines. */
export type VerificationCheckName =
  /** The body, and how it was changed on the way. */
  | 'BODY'
  /** The headers that are needed to verify the call. */
  | 'HEADERS'
  /** Which parts of the call were not recorded, and why it was refused when it was received. */
  | 'KEPT'
  /** The secret that was used, live or retired. */
  | 'SECRET'
  /** The signature and its encoding. */
  | 'SIGNATURE'
  /** The signed time and the tolerance. */
  | 'TIMESTAMP'
  /** Whether the webhook accepts calls. */
  | 'WEBHOOK';

/** The kind of a secret that verifies calls. */
export type VerificationKeyKind =
  /** The fingerprint of a client certificate. */
  | 'CERTIFICATE'
  /** A shared text, such as a token or a password. */
  | 'TEXT'
  /** The key of an HMAC, `whsec_...`. */
  | 'V1'
  /** The ed25519 public key of a partner, `whpk_...`. */
  | 'V1A';

/** What is verified, and against which heads. */
export type VerifyEvidenceInput = {
  /** What is compared. */
  depth?: EvidenceDepth;
  /** Signed heads that you hold, at most 20, as `evidenceHeads { nodes { checkpoint } }` returned them, or as requests carried them in the header `hookledger-head`. Only with them is a history found that a person with the database and the key has rewritten. */
  knownHeads?: Array<string>;
  /** The rows to compare. Default, null: all. The tree and the heads are always verified as a whole. In a part of the log, the deletion of a row is not found if its place in the tree was removed too, unless `ids` names the row; and a row that claims the place of a row outside of the part is CHANGED instead of INSERTED. TREE compares no rows. */
  scope?: EvidenceScopeInput | null | undefined;
};

/** Circuits that meet all of these conditions. Only OUTGOING webhooks have a circuit. */
export type WebhookCircuitWhere = {
  /** When the first of these attempts failed. */
  failingSince?: OptionalDateTimeFilter | null | undefined;
  /** The number of consecutive failed attempts. */
  failures?: IntFilter | null | undefined;
  /** Until when nothing but one probe is sent. */
  openUntil?: OptionalDateTimeFilter | null | undefined;
  /** Why the circuit is not closed. */
  reason?: StringFilter | null | undefined;
  /** The state: { in: [OPEN, HALF_OPEN] }. */
  state?: CircuitStateFilter | null | undefined;
};

/** Webhooks whose health meets all of these conditions. */
export type WebhookHealthWhere = {
  /** When the last request that did not succeed began: { gte: "2026-03-01T00:00:00Z" }. */
  lastFailureAt?: OptionalDateTimeFilter | null | undefined;
  /** When the last successful request began: { lt: "2026-03-01T00:00:00Z" }. */
  lastSuccessAt?: OptionalDateTimeFilter | null | undefined;
  /** When the next attempt is due; { isNull: true }: none is scheduled. */
  nextAttemptAt?: OptionalDateTimeFilter | null | undefined;
  /** The streak: { succeeding: { eq: false } }. */
  streak?: WebhookStreakWhere | null | undefined;
  /** The share of the last 24 hours that succeeded: { lt: 0.95 }; { isNull: true }: there were no requests. */
  successRate?: FloatFilter | null | undefined;
  /** The number of open deliveries: { gte: 100 }. */
  waitingCount?: IntFilter | null | undefined;
};

/** What an import does with a webhook. */
export type WebhookImportAction =
  /** The document does not contain the webhook, and `archiveAbsent` is true. */
  | 'ARCHIVED'
  /** No webhook has this name: one is created, and is active at once. */
  | 'CREATED'
  /** The webhook already has the settings of the document. */
  | 'UNCHANGED'
  /** Settings differ: the webhook gets those of the document, as a new version. */
  | 'UPDATED';

/** The HTTP method of the requests of a webhook. */
export type WebhookMethod =
  /** The request has a body, as with the other methods. */
  | 'DELETE'
  /** For a URL that identifies the document, with a body that contains a part of it. */
  | 'PATCH'
  /** The default. */
  | 'POST'
  /** For a URL that identifies the document. */
  | 'PUT';

/** Tests on a value of WebhookMethod. If several tests are given, all must hold. */
export type WebhookMethodFilter = {
  /** Equals this value. */
  eq?: WebhookMethod | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<WebhookMethod> | null | undefined;
};

/** The provider whose signatures the calls of a partner have, or another way to verify them. */
export type WebhookProvider =
  /** HTTP Basic authentication (RFC 7617) with `verification.username`, and the secret as the password. */
  | 'BASIC'
  /** `X-Frappe-Webhook-Signature` of Frappe and ERPNext, over the body. */
  | 'FRAPPE'
  /** `X-Hub-Signature-256`, with a secret that you choose and enter in GitHub. */
  | 'GITHUB'
  /** `X-Gitlab-Token`, a secret that you choose and enter in GitLab. It does not sign the body. */
  | 'GITLAB'
  /** An HMAC in a header. `verification` defines the header and the signed text. */
  | 'HMAC'
  /** The signature in the body, made with the webhook signing key. It covers only time and token, not the rest of the body. */
  | 'MAILGUN'
  /** The client certificate that the caller presents to the reverse proxy (TRUSTED_PROXIES, CLIENT_CERT_HEADER). The secret is its PEM text, or its SHA-256 fingerprint. */
  | 'MTLS'
  /** NO VERIFICATION: a call from anyone who knows the address is accepted. Use it only for calls that need no trust. */
  | 'NONE'
  /** `X-Shopify-Hmac-Sha256`. The secret is the client secret of the app. */
  | 'SHOPIFY'
  /** `X-Slack-Signature`. The secret is the signing secret of the app. URL verification requests are answered automatically. */
  | 'SLACK'
  /** Standard Webhooks 1.0.0: `v1` (a secret `whsec_...`) and `v1a` (the public key of the partner, `whpk_...`). */
  | 'STANDARD_WEBHOOKS'
  /** `Stripe-Signature`. Stripe issues the secret, `whsec_...`, for each endpoint. */
  | 'STRIPE'
  /** Like STANDARD_WEBHOOKS, with the headers `svix-id`, `svix-timestamp` and `svix-signature`. */
  | 'SVIX'
  /** A token in a header or query parameter, named in `verification`. It does not sign the body. */
  | 'TOKEN'
  /** `X-Twilio-Signature`, which covers the address: PUBLIC_URL must be the URL that Twilio calls. The secret is the auth token. */
  | 'TWILIO';

/** Tests on a value of WebhookProvider. If several tests are given, all must hold. */
export type WebhookProviderFilter = {
  /** Equals this value. */
  eq?: WebhookProvider | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<WebhookProvider> | null | undefined;
};

/** The kind of a change. */
export type WebhookRequestLogChangeKind =
  /** The request finished. If it began and finished in one transaction, this is its only change. */
  | 'CLOSED'
  /** The request began. Its outcome is not known. */
  | 'OPENED';

/** The order of requests: { field: DURATION, direction: DESC } puts the slowest first. */
export type WebhookRequestLogOrder = {
  /** DESC puts the newest, slowest or last in the alphabet first. */
  direction?: OrderDirection;
  /** The field to order by. */
  field: WebhookRequestLogOrderField;
};

/** The fields by which requests can be ordered. */
export type WebhookRequestLogOrderField =
  /** `durationMs`; null counts as the shortest duration. The list then omits PENDING requests and those that finished within about the last second and are not indexed yet. */
  | 'DURATION'
  /** The time in the id, in milliseconds. Requests of the same millisecond are ordered by id. */
  | 'STARTED_AT'
  /** The name of the status: FAILED, REFUSED, SUCCEEDED, UNKNOWN; within a status by time. The list then omits PENDING requests and those that finished within about the last second and are not indexed yet. */
  | 'STATUS';

/** The outcome of a request. */
export type WebhookRequestLogStatus =
  /** The response had another status, or there was no response. `errorCode` gives the reason. */
  | 'FAILED'
  /** The request has begun and its outcome is not known yet. */
  | 'PENDING'
  /** INCOMING: Hookledger did not accept the call. `errorCode` gives the reason. */
  | 'REFUSED'
  /** The response had a status of 2xx. INCOMING: Hookledger accepted the call. */
  | 'SUCCEEDED'
  /** The process ended before it recorded the outcome, so the partner may have received the request. It is sent again. */
  | 'UNKNOWN';

/** Tests on a value of WebhookRequestLogStatus. If several tests are given, all must hold. */
export type WebhookRequestLogStatusFilter = {
  /** Equals this value. */
  eq?: WebhookRequestLogStatus | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<WebhookRequestLogStatus> | null | undefined;
};

/** Conditions on requests. A request must meet all of them. */
export type WebhookRequestLogWhere = {
  /** All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  and?: Array<WebhookRequestLogWhere> | null | undefined;
  /** The number of the attempt, from 1: { gt: 1 } matches retries. */
  attemptNumber?: IntFilter | null | undefined;
  /** The event that the request reported. */
  businessEvent?: BusinessEventWhere | null | undefined;
  /** The milliseconds in which the partner was connected to; { isNull: false } matches new connections. */
  connectMs?: IntFilter | null | undefined;
  /**
   * The JSON body of the request: { contains: { customer: "ACME" } }. Recorded in the audit trail (`content.read`).
   *
   * Roles: SYSTEM_MANAGER, INTEGRATION_MANAGER, AUDITOR.
   */
  data?: JsonFilter | null | undefined;
  /** The delivery that the request is an attempt of: { status: { eq: EXHAUSTED } }. */
  delivery?: DeliveryWhere | null | undefined;
  /** The direction: { eq: OUTGOING } matches requests that Hookledger sent. */
  direction?: DirectionFilter | null | undefined;
  /** The milliseconds in which the name of the host was resolved: { gte: 1000 }. */
  dnsMs?: IntFilter | null | undefined;
  /** The type of the document: { eq: "Sales Invoice" }. */
  documentType?: StringFilter | null | undefined;
  /** INCOMING: whether an earlier call of the webhook had the same id. */
  duplicate?: BooleanFilter | null | undefined;
  /** The duration in milliseconds: { gte: 5000 }. */
  durationMs?: IntFilter | null | undefined;
  /** The message of the error. */
  error?: StringFilter | null | undefined;
  /** The code of the error: { in: [DNS, TIMEOUT] }. */
  errorCode?: RequestErrorCodeFilter | null | undefined;
  /** What happened to the document: { eq: "on_submit" }. */
  event?: StringFilter | null | undefined;
  /** The time at which the request finished; { isNull: true } matches PENDING requests. */
  finishedAt?: OptionalDateTimeFilter | null | undefined;
  /** The milliseconds until the response of the partner began: { gte: 5000 }. */
  firstByteMs?: IntFilter | null | undefined;
  /** The id: { eq: "req_..." } or { in: ["req_...", "req_..."] }. */
  id?: IdFilter | null | undefined;
  /** The HTTP method in upper case: { eq: "POST" }. */
  method?: StringFilter | null | undefined;
  /** This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 levels deep. */
  not?: WebhookRequestLogWhere | null | undefined;
  /** At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  or?: Array<WebhookRequestLogWhere> | null | undefined;
  /** The name of the document: { eq: "INV-0042" }. */
  referenceDocument?: StringFilter | null | undefined;
  /**
   * The IP address of the partner: { eq: "192.0.2.7" }.
   *
   * Roles: SYSTEM_MANAGER, INTEGRATION_MANAGER, AUDITOR.
   */
  remoteAddress?: StringFilter | null | undefined;
  /** The replay that the request belongs to. */
  replay?: ReplayWhere | null | undefined;
  /**
   * The JSON body of the response: { path: { at: "$.code", eq: "E42" } }. A truncated response matches no test. Recorded in the audit trail (`content.read`).
   *
   * Roles: SYSTEM_MANAGER, INTEGRATION_MANAGER, AUDITOR.
   */
  response?: JsonFilter | null | undefined;
  /** The HTTP status of the response: { gte: 500 }; { isNull: true } matches requests without a response. */
  responseStatus?: IntFilter | null | undefined;
  /** Words, in any order. Each one must equal or begin a word of the request: of its reference document, URL or error, or of the values (not the keys) of its payload or response. Case is ignored, and Arabic-Indic digits match European ones: "inv-0042", "٤٢". An id (req_..., dlv_..., whk_..., evt_... or usr_...) finds the requests that belong to that object. 1 to 500 characters, at most 20 words. For viewers from whom masking rules hide content, only the reference document, the error, and the scheme and host of the URL are searched. The first 64 KiB and the first 500 distinct words of each payload and each response are indexed. A request is found about a second after it has finished, later under heavy load; a PENDING request is not found. Recorded in the audit trail (`content.read`). */
  search?: string | null | undefined;
  /** The time at which the request began: { gte: "2026-03-01T00:00:00Z", lt: "2026-03-02T00:00:00Z" }. */
  startedAt?: DateTimeFilter | null | undefined;
  /** The status: { in: [FAILED, UNKNOWN] }. */
  status?: WebhookRequestLogStatusFilter | null | undefined;
  /** Whether the request was made by `testWebhook`. */
  test?: BooleanFilter | null | undefined;
  /** The milliseconds of the TLS handshake: { gte: 1000 }. */
  tlsMs?: IntFilter | null | undefined;
  /**
   * The URL: { startsWith: "https://api.example.com/" }. It may contain values of the document.
   *
   * Roles: SYSTEM_MANAGER, INTEGRATION_MANAGER, AUDITOR.
   */
  url?: StringFilter | null | undefined;
  /** The user who triggered the request: { name: { eq: "amina@example.com" } }. */
  user?: UserWhere | null | undefined;
  /** The webhook: { id: { eq: "whk_..." } } or { owner: { name: { eq: "amina@example.com" } } }. */
  webhook?: WebhookWhere | null | undefined;
};

/** The secrets of one webhook of the document. Each is used if the webhook has none yet, or if the stored one may not be sent to the new host; otherwise the stored secret is kept. */
export type WebhookSecretsInput = {
  /** The password of `basicAuth`, at most 8,192 characters. */
  basicAuthPassword?: string | null | undefined;
  /** The certificate of `clientCertificate`, whose subject must be that of the document, and its key. */
  clientCertificate?: ClientCertificateInput | null | undefined;
  /** CREATED: as in CreateWebhookInput. Default, null: a random secret. */
  frappeSecret?: string | null | undefined;
  /** The client secret of `oauth2`, 1 to 8,192 characters. */
  oauth2ClientSecret?: string | null | undefined;
  /** The password of `proxy`, at most 8,192 characters. */
  proxyPassword?: string | null | undefined;
  /** CREATED: as in CreateWebhookInput. Default, null: a random secret, if the provider lets us choose it. */
  secret?: string | null | undefined;
  /** The values of `secretHeaders` of the document, by name, ignoring case; at most 20. */
  secretHeaders?: Array<SecretHeaderInput> | null | undefined;
  /** The name of the webhook in the document. */
  webhookName: string;
};

/** Whether a webhook is in operation. */
export type WebhookStatus =
  /** Events become deliveries, which are sent. INCOMING: calls are accepted. */
  | 'ACTIVE'
  /** Ended permanently. Its deliveries and requests remain readable. */
  | 'ARCHIVED'
  /** Disabled by Hookledger, after 5 days of failures or an answer 410: open deliveries are held, new events are skipped. */
  | 'DISABLED'
  /** Paused by a user: deliveries are created and held, and are sent when the webhook is resumed. */
  | 'PAUSED';

/** Tests on a value of WebhookStatus. If several tests are given, all must hold. */
export type WebhookStatusFilter = {
  /** Equals this value. */
  eq?: WebhookStatus | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<WebhookStatus> | null | undefined;
};

/** Streaks that meet all of these conditions. A webhook without finished requests has none. */
export type WebhookStreakWhere = {
  /** The number of requests, counted up to 1,000: { gte: 10 }. */
  requestCount?: IntFilter | null | undefined;
  /** When the first of them began; { isNull: true }: there is no streak. */
  since?: OptionalDateTimeFilter | null | undefined;
  /** { eq: false }: the latest requests did not succeed. */
  succeeding?: BooleanFilter | null | undefined;
};

/** Webhooks that meet all of these conditions. */
export type WebhookWhere = {
  /** All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  and?: Array<WebhookWhere> | null | undefined;
  /** The text of the Liquid template of the body. */
  body?: StringFilter | null | undefined;
  /** How the body is made: { eq: FORM }. */
  bodyFormat?: BodyFormatFilter | null | undefined;
  /** The circuit: { state: { eq: OPEN } }. */
  circuit?: WebhookCircuitWhere | null | undefined;
  /** The text of the condition (CEL). */
  condition?: StringFilter | null | undefined;
  /** When the webhook was created: { gte: "2026-03-01T00:00:00Z" }. */
  createdAt?: DateTimeFilter | null | undefined;
  /** Seconds; { isNull: false }: webhooks that skip duplicates. */
  dedupeSeconds?: IntFilter | null | undefined;
  /** The direction of the calls: { eq: OUTGOING }. */
  direction?: DirectionFilter | null | undefined;
  /** The document type: { eq: "Sales Invoice" }; { isNull: true }: all types. */
  documentType?: StringFilter | null | undefined;
  /** The events: { contains: "on_submit" }; { isEmpty: true }: all. */
  events?: StringListFilter | null | undefined;
  /** The health, of which each test reads the latest requests of every webhook: { successRate: { lt: 0.95 } }. */
  health?: WebhookHealthWhere | null | undefined;
  /** The id of the webhook: { in: ["whk_...", "whk_..."] }. */
  id?: IdFilter | null | undefined;
  /** The settings for received calls: { provider: { eq: NONE } }. */
  incoming?: IncomingAgreementWhere | null | undefined;
  /** The maximum number of concurrent requests. */
  maxConcurrency?: IntFilter | null | undefined;
  /** The HTTP method: { eq: PUT }. */
  method?: WebhookMethodFilter | null | undefined;
  /** The name: { startsWith: "CRM" }. */
  name?: StringFilter | null | undefined;
  /** This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 levels deep. */
  not?: WebhookWhere | null | undefined;
  /** At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  or?: Array<WebhookWhere> | null | undefined;
  /** { isNull: false }: webhooks that keep the order. */
  ordering?: DeliveryOrderingFilter | null | undefined;
  /** The responsible user: { name: { eq: "amina@example.com" } }. */
  owner?: UserWhere | null | undefined;
  /** The forwarded headers: { contains: "x-tenant" }. */
  passHeaders?: StringListFilter | null | undefined;
  /** The rate limit; { requests: { isNull: true } }: none. */
  rateLimit?: RateLimitWhere | null | undefined;
  /** Whether it may receive audit entries as events. */
  receiveAuditEvents?: BooleanFilter | null | undefined;
  /** Whether requests carry heads of the sealed log. */
  sendEvidenceHead?: BooleanFilter | null | undefined;
  /** The signature schemes: { contains: FRAPPE }. */
  signatures?: SignatureSchemeListFilter | null | undefined;
  /** The status: { in: [PAUSED, DISABLED] }. */
  status?: WebhookStatusFilter | null | undefined;
  /** Why the webhook is paused or disabled. */
  statusReason?: StringFilter | null | undefined;
  /** Whether SUPPORT may reveal masked content. */
  supportMayReveal?: BooleanFilter | null | undefined;
  /** The timeout of an attempt in milliseconds: { gt: 15000 }. */
  timeoutMs?: IntFilter | null | undefined;
  /** When the settings or the status last changed. */
  updatedAt?: DateTimeFilter | null | undefined;
  /**
   * The URL before rendering: { startsWith: "https://partner.example.com/" }.
   *
   * Roles: SYSTEM_MANAGER, INTEGRATION_MANAGER, AUDITOR.
   */
  url?: StringFilter | null | undefined;
};

export type AuditQueryVariables = Exact<{
  where?: AuditEntryWhere | null | undefined;
  after?: string | null | undefined;
}>;


export type AuditQuery = { auditEntries: { nodes: Array<{ id: string, createdAt: string, action: string, outcome: AuditOutcome, actorKind: ActorKind, subjectType: string | null, subjectId: string | null, reason: string | null, actor: { id: string, name: string, fullName: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type AuditEntryQueryVariables = Exact<{
  id: string;
}>;


export type AuditEntryQuery = { auditEntry: { id: string, createdAt: string, action: string, outcome: AuditOutcome, actorKind: ActorKind, sessionId: string | null, subjectType: string | null, subjectId: string | null, reason: string | null, remoteAddress: string | null, userAgent: string | null, requestId: string | null, before: unknown, after: unknown, details: unknown, criteria: unknown, actor: { id: string, name: string, fullName: string | null } | null, apiKey: { label: string, keyId: string } | null, evidence: { status: SealStatus, leafIndex: number | null, leafHash: string | null, sealedAt: string | null } } | null };

export type OwnAuditQueryVariables = Exact<{
  where?: OwnAuditEntryWhere | null | undefined;
  after?: string | null | undefined;
}>;


export type OwnAuditQuery = { myAuditEntries: { nodes: Array<{ id: string, createdAt: string, action: string, outcome: AuditOutcome, subjectType: string | null, subjectId: string | null, reason: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type DeliveriesQueryVariables = Exact<{
  where?: DeliveryWhere | null | undefined;
  orderBy?: DeliveryOrder | null | undefined;
  after?: string | null | undefined;
}>;


export type DeliveriesQuery = { deliveries: { nodes: Array<{ id: string, createdAt: string, documentType: string, referenceDocument: string, event: string, status: DeliveryStatus, attempts: number, nextAttemptAt: string | null, finishedAt: string | null, held: boolean, waitsFor: DeliveryWait | null, skipReason: SkipReason | null, cancelRequested: boolean, test: boolean, webhook: { id: string, name: string, status: WebhookStatus } | null, lastRequest: { id: string, errorCode: RequestErrorCode | null, responseStatus: number | null } | null, deadLetter: { code: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type DeliveryCountsQueryVariables = Exact<{ [key: string]: never; }>;


export type DeliveryCountsQuery = { waiting: { totalCount: number | null, totalCountIsExact: boolean | null } | null, retrying: { totalCount: number | null, totalCountIsExact: boolean | null } | null, exhausted: { totalCount: number | null, totalCountIsExact: boolean | null } | null };

export type DeliveryQueryVariables = Exact<{
  id: string;
}>;


export type DeliveryQuery = { delivery: { id: string, createdAt: string, documentType: string, referenceDocument: string, event: string, status: DeliveryStatus, attempts: number, nextAttemptAt: string | null, deliveredAt: string | null, finishedAt: string | null, held: boolean, waitsFor: DeliveryWait | null, skipReason: SkipReason | null, skipMessage: string | null, cancelRequested: boolean, cancelReason: string | null, test: boolean, cancelledBy: { name: string, fullName: string | null } | null, user: { name: string, fullName: string | null } | null, webhook: { id: string, name: string, status: WebhookStatus, statusReason: string | null, retrySchedule: Array<number> | null } | null, businessEvent: { id: string, createdAt: string, publishedBy: { name: string, fullName: string | null } | null } | null, predecessor: { id: string, referenceDocument: string, status: DeliveryStatus } | null, deadLetter: { id: string, code: string, kind: DeadLetterKind, retryAt: string | null } | null, replay: { id: string, reason: string } | null, requests: { nodes: Array<{ id: string, attemptNumber: number, startedAt: string, status: WebhookRequestLogStatus, direction: Direction, responseStatus: number | null, errorCode: RequestErrorCode | null, durationMs: number | null }>, pageInfo: { hasNextPage: boolean } } | null } | null };

export type RetryDeliveryMutationVariables = Exact<{
  input: RetryDeliveryInput;
}>;


export type RetryDeliveryMutation = { retryDelivery: { delivery: { id: string, nextAttemptAt: string | null } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type CancelDeliveryMutationVariables = Exact<{
  input: CancelDeliveryInput;
}>;


export type CancelDeliveryMutation = { cancelDelivery: { delivery: { id: string, status: DeliveryStatus } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ReplayDeliveryMutationVariables = Exact<{
  input: ReplayDeliveryInput;
}>;


export type ReplayDeliveryMutation = { replayDelivery: { delivery: { id: string, status: DeliveryStatus } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type DocumentQueryVariables = Exact<{
  documentType: string;
  name: string;
  after?: string | null | undefined;
}>;


export type DocumentQuery = { businessDocument: { id: string, verdicts: Array<{ verdict: DocumentVerdictKind, sentence: string, nextAttemptAt: string | null, webhook: { id: string, name: string, direction: Direction, status: WebhookStatus, statusReason: string | null, statusChangedAt: string | null, statusChangedBy: { name: string, fullName: string | null } | null, owner: { name: string, fullName: string | null } | null } | null, delivery: { id: string, status: DeliveryStatus, deliveredAt: string | null, finishedAt: string | null, nextAttemptAt: string | null, skipReason: SkipReason | null, skipMessage: string | null } | null, lastRequest: { id: string, startedAt: string, finishedAt: string | null, status: WebhookRequestLogStatus, responseStatus: number | null, errorCode: RequestErrorCode | null, durationMs: number | null, attemptNumber: number, evidence: { status: SealStatus, leafHash: string | null, leafIndex: number | null, sealedAt: string | null } } | null }>, timeline: { nodes: Array<{ at: string, kind: DocumentTimelineKind, sentence: string, event: string | null, error: string | null, requestStatus: WebhookRequestLogStatus | null, responseStatus: number | null, skipReason: SkipReason | null, webhook: { id: string, name: string } | null, request: { id: string, attemptNumber: number, durationMs: number | null, errorCode: RequestErrorCode | null, user: { name: string, fullName: string | null } | null } | null, delivery: { id: string, test: boolean } | null, businessEvent: { id: string, wantedBy: number | null, user: { name: string, fullName: string | null } | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type EvidencePageQueryVariables = Exact<{ [key: string]: never; }>;


export type EvidencePageQuery = { evidenceStatus: { keys: Array<string>, origin: string | null, treeSize: number, waitingCount: number, oldestWaitingSeconds: number | null, head: { treeSize: number, checkpoint: string, signedAt: string } | null, stops: Array<{ code: EvidenceStopCode, message: string, since: string }>, lastAnchors: Array<{ by: string, kind: EvidenceAnchorKind, anchoredAt: string | null, anchoredSize: number | null, error: string | null, triedAt: string | null }> } | null };

export type EvidenceCompletenessQueryVariables = Exact<{
  month: string;
  after?: string | null | undefined;
}>;


export type EvidenceCompletenessQuery = { evidenceCompleteness: { deliveryCount: number, attemptCount: number, requestCount: number, sealedCount: number, waitingCount: number, decisionCount: number, sealedDecisionCount: number, rowsDropped: boolean, holeCount: number, next: string | null, holes: Array<{ name: EvidenceHoleName, rowKind: EvidenceRowKind, rowId: string | null, message: string }> } | null };

export type VerifyEvidenceMutationVariables = Exact<{
  input: VerifyEvidenceInput;
}>;


export type VerifyEvidenceMutation = { verifyEvidence: { evidenceRun: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type EvidenceRunQueryVariables = Exact<{
  id: string;
}>;


export type EvidenceRunQuery = { evidenceRun: { id: string, status: EvidenceRunStatus, depth: EvidenceDepth, checked: number, findingCount: number, error: string | null, createdAt: string, finishedAt: string | null, findings: Array<{ name: EvidenceFindingName, rowKind: EvidenceRowKind | null, rowId: string | null, leafIndex: number | null, message: string }>, orderedBy: { name: string, fullName: string | null } | null } | null };

export type ExportEvidenceMutationVariables = Exact<{
  input: ExportEvidenceInput;
}>;


export type ExportEvidenceMutation = { exportEvidence: { bundle: { text: string, sha256: string, rowCount: number, notSealedCount: number } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ExportsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ExportsQuery = { exports: { nodes: Array<{ id: string, kind: ExportKind, format: ExportFormat, includeContent: boolean, createdAt: string, expiresAt: string, completedAt: string | null, rowsSent: number, bytesSent: number, downloads: number, url: string, orderedBy: { name: string, fullName: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type OrderExportMutationVariables = Exact<{
  input: ExportWebhookRequestLogsInput;
}>;


export type OrderExportMutation = { exportWebhookRequestLogs: { export: { id: string, url: string, expiresAt: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type HealthQueryVariables = Exact<{
  now: string;
  hourAgo: string;
}>;


export type HealthQuery = { deliveriesPaused: { since: string, reason: string, pausedBy: { name: string, fullName: string | null } | null } | null, deadLetters: { nodes: Array<{ id: string, kind: DeadLetterKind, code: string, failures: number, createdAt: string, retryAt: string | null, webhook: { id: string, name: string } | null, delivery: { id: string } | null }> } | null, oldest: { nodes: Array<{ id: string, createdAt: string, nextAttemptAt: string | null, webhook: { id: string, name: string } | null }> } | null, open: { totalCount: number | null, totalCountIsExact: boolean | null } | null, unwell: { nodes: Array<{ id: string, name: string, url: string | null, status: WebhookStatus, statusReason: string | null, statusChangedAt: string | null, circuit: { state: CircuitState, openUntil: string | null, failures: number, failingSince: string | null } | null, health: { waitingCount: number | null, lastSuccessAt: string | null } | null, owner: { name: string, fullName: string | null } | null }> } | null, webhookRequestLogStats: { total: { requestCount: number, succeeded: number, failed: number, unknown: number } | null } };

export type PauseDeliveriesMutationVariables = Exact<{
  input: PauseDeliveriesInput;
}>;


export type PauseDeliveriesMutation = { pauseDeliveries: { deliveriesPaused: { since: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ResumeDeliveriesMutationVariables = Exact<{
  input: ResumeDeliveriesInput;
}>;


export type ResumeDeliveriesMutation = { resumeDeliveries: { ended: { since: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type SearchQueryVariables = Exact<{
  text: string;
}>;


export type SearchQuery = { search: Array<
    | { __typename: 'AuditEntry', id: string, action: string, createdAt: string, subjectId: string | null }
    | { __typename: 'BusinessDocument', id: string, documentType: string, name: string }
    | { __typename: 'BusinessEvent', id: string, event: string, createdAt: string, eventType: string, eventDocument: string }
    | { __typename: 'Delivery', id: string, deliveryType: string, deliveryDocument: string, deliveryStatus: DeliveryStatus, webhook: { id: string, name: string } | null }
    | { __typename: 'User', id: string, name: string, fullName: string | null }
    | { __typename: 'Webhook', id: string, name: string, direction: Direction, webhookStatus: WebhookStatus }
    | { __typename: 'WebhookRequestLog', id: string, startedAt: string, direction: Direction, requestStatus: WebhookRequestLogStatus, requestDocument: string | null, webhook: { id: string, name: string } | null }
  > };

export type AttentionQueryVariables = Exact<{
  now: string;
  dayAgo: string;
  weekAgo: string;
}>;


export type AttentionQuery = { deliveriesPaused: { since: string, reason: string, pausedBy: { name: string, fullName: string | null } | null } | null, broken: { nodes: Array<{ id: string, name: string, statusReason: string | null, statusChangedAt: string | null, owner: { name: string, fullName: string | null } | null }> } | null, givenUp: { nodes: Array<{ id: string, documentType: string, referenceDocument: string, finishedAt: string | null, webhook: { id: string, name: string } | null, lastRequest: { id: string, errorCode: RequestErrorCode | null, responseStatus: number | null } | null }> } | null, stuck: { nodes: Array<{ id: string, kind: DeadLetterKind, code: string, createdAt: string, retryAt: string | null, webhook: { id: string, name: string } | null }> } | null, approvals: { nodes: Array<{ id: string, kind: ApprovalKind, createdAt: string, requestedBy: { name: string, fullName: string | null } | null }> } | null, evidenceStatus: { oldestWaitingSeconds: number | null, stops: Array<{ code: EvidenceStopCode, since: string, message: string }> } | null, deliveryStats: { buckets: Array<{ start: string, end: string, delivered: number, pending: number, retrying: number, exhausted: number, skipped: number, cancelled: number }> | null } };

export type LogRowFragment = { id: string, startedAt: string, finishedAt: string | null, direction: Direction, status: WebhookRequestLogStatus, responseStatus: number | null, errorCode: RequestErrorCode | null, documentType: string | null, referenceDocument: string | null, event: string | null, durationMs: number | null, attemptNumber: number, test: boolean, duplicate: boolean, webhook: { id: string, name: string } | null, replay: { id: string } | null };

export type RequestLogQueryVariables = Exact<{
  where?: WebhookRequestLogWhere | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
  last?: number | null | undefined;
  before?: string | null | undefined;
  orderBy?: WebhookRequestLogOrder | null | undefined;
}>;


export type RequestLogQuery = { webhookRequestLogs: { nodes: Array<{ id: string, startedAt: string, finishedAt: string | null, direction: Direction, status: WebhookRequestLogStatus, responseStatus: number | null, errorCode: RequestErrorCode | null, documentType: string | null, referenceDocument: string | null, event: string | null, durationMs: number | null, attemptNumber: number, test: boolean, duplicate: boolean, webhook: { id: string, name: string } | null, replay: { id: string } | null }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null, searchedTo: string | null } } | null };

export type RequestLogCountQueryVariables = Exact<{
  where?: WebhookRequestLogWhere | null | undefined;
}>;


export type RequestLogCountQuery = { webhookRequestLogs: { totalCount: number | null, totalCountIsExact: boolean | null } | null };

export type RequestLogBarsQueryVariables = Exact<{
  range: DateTimeRange;
  bucket: StatsBucket;
  timeZone?: string | null | undefined;
  where?: WebhookRequestLogWhere | null | undefined;
}>;


export type RequestLogBarsQuery = { webhookRequestLogStats: { uncounted: number, countedUntil: string | null, buckets: Array<{ start: string, end: string, succeeded: number, failed: number, refused: number, unknown: number, pending: number }> | null } };

export type TailSubscriptionVariables = Exact<{
  where?: WebhookRequestLogWhere | null | undefined;
  after?: string | null | undefined;
}>;


export type TailSubscription = { webhookRequestLogChanged: { id: string, kind: WebhookRequestLogChangeKind, dropped: number, webhookRequestLog: { id: string, startedAt: string, finishedAt: string | null, direction: Direction, status: WebhookRequestLogStatus, responseStatus: number | null, errorCode: RequestErrorCode | null, documentType: string | null, referenceDocument: string | null, event: string | null, durationMs: number | null, attemptNumber: number, test: boolean, duplicate: boolean, webhook: { id: string, name: string } | null, replay: { id: string } | null } } };

export type MySessionsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type MySessionsQuery = { mySessions: { nodes: Array<{ id: string, current: boolean, method: SessionMethod, createdAt: string, expiresAt: string, lastUsedAt: string, remoteAddress: string | null, userAgent: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type RevokeSessionMutationVariables = Exact<{
  input: RevokeSessionInput;
}>;


export type RevokeSessionMutation = { revokeSession: { session: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type PeopleQueryVariables = Exact<{
  where?: UserWhere | null | undefined;
  after?: string | null | undefined;
}>;


export type PeopleQuery = { users: { nodes: Array<{ id: string, name: string, fullName: string | null, email: string | null, emailVerified: boolean, active: boolean, roles: Array<Role>, rolesMapped: boolean, createdAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type PersonAccessQueryVariables = Exact<{
  id: string;
}>;


export type PersonAccessQuery = { user: { id: string, identityIssuer: string | null, apiKeys: { nodes: Array<{ id: string, label: string, keyId: string, roles: Array<Role> | null, networks: Array<string> | null, createdAt: string, expiresAt: string | null, lastUsedAt: string | null }> } | null, sessions: { nodes: Array<{ id: string, method: SessionMethod, createdAt: string, lastUsedAt: string, remoteAddress: string | null, userAgent: string | null }> } | null } | null };

export type CreateUserMutationVariables = Exact<{
  input: CreateUserInput;
}>;


export type CreateUserMutation = { createUser: { user: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type UpdateUserMutationVariables = Exact<{
  input: UpdateUserInput;
}>;


export type UpdateUserMutation = { updateUser: { user: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type CreateApiKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateApiKeyMutation = { createApiKey: { token: string | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type RevokeApiKeyMutationVariables = Exact<{
  input: RevokeApiKeyInput;
}>;


export type RevokeApiKeyMutation = { revokeApiKey: { apiKey: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type RevokeSessionsMutationVariables = Exact<{
  input: RevokeSessionsInput;
}>;


export type RevokeSessionsMutation = { revokeSessions: { sessions: Array<{ id: string }> | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ApprovalPartsFragment = { id: string, kind: ApprovalKind, status: ApprovalStatus, reason: string, createdAt: string, expiresAt: string | null, takesEffectAt: string | null, decidedAt: string | null, decisionReason: string | null, requestedBy: { id: string, name: string, fullName: string | null } | null, decidedBy: { name: string, fullName: string | null } | null, delivery: { id: string, referenceDocument: string, webhook: { id: string, name: string } | null } | null };

export type ApprovalsQueryVariables = Exact<{
  where?: ApprovalWhere | null | undefined;
  after?: string | null | undefined;
}>;


export type ApprovalsQuery = { approvals: { nodes: Array<{ id: string, kind: ApprovalKind, status: ApprovalStatus, reason: string, createdAt: string, expiresAt: string | null, takesEffectAt: string | null, decidedAt: string | null, decisionReason: string | null, requestedBy: { id: string, name: string, fullName: string | null } | null, decidedBy: { name: string, fullName: string | null } | null, delivery: { id: string, referenceDocument: string, webhook: { id: string, name: string } | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type ReplaysQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ReplaysQuery = { replays: { nodes: Array<{ id: string, createdAt: string, status: ReplayStatus, deliveryCount: number, replayed: number, skipped: number, rate: number, reason: string, error: string | null, startedAt: string | null, finishedAt: string | null, orderedBy: { name: string, fullName: string | null } | null, delivery: { id: string, referenceDocument: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type CountReplayMutationVariables = Exact<{
  where: DeliveryWhere;
  reason: string;
}>;


export type CountReplayMutation = { replayDeliveries: { preview: { deliveryCount: number, replayable: number, byStatus: Array<{ status: DeliveryStatus, deliveryCount: number, replayable: number }>, byWebhook: Array<{ deliveryCount: number, replayable: number, webhook: { id: string, name: string } | null }> } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type StartReplayMutationVariables = Exact<{
  where: DeliveryWhere;
  reason: string;
  rate: number;
}>;


export type StartReplayMutation = { replayDeliveries: { replay: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type PauseReplayMutationVariables = Exact<{
  input: PauseReplayInput;
}>;


export type PauseReplayMutation = { pauseReplay: { replay: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ResumeReplayMutationVariables = Exact<{
  input: ResumeReplayInput;
}>;


export type ResumeReplayMutation = { resumeReplay: { replay: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type CancelReplayMutationVariables = Exact<{
  input: CancelReplayInput;
}>;


export type CancelReplayMutation = { cancelReplay: { replay: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type RequestReplayMutationVariables = Exact<{
  input: RequestReplayInput;
}>;


export type RequestReplayMutation = { requestReplay: { approval: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ApproveMutationVariables = Exact<{
  input: ApproveInput;
}>;


export type ApproveMutation = { approve: { approval: { id: string, status: ApprovalStatus } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type DeclineMutationVariables = Exact<{
  input: DeclineInput;
}>;


export type DeclineMutation = { decline: { approval: { id: string, status: ApprovalStatus } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type RequestQueryVariables = Exact<{
  id: string;
}>;


export type RequestQuery = { webhookRequestLog: { id: string, startedAt: string, finishedAt: string | null, direction: Direction, method: string, url: string, status: WebhookRequestLogStatus, responseStatus: number | null, errorCode: RequestErrorCode | null, error: string | null, durationMs: number | null, attemptNumber: number, remoteAddress: string | null, test: boolean, duplicate: boolean, event: string | null, documentType: string | null, referenceDocument: string | null, webhook: { id: string, name: string, supportMayReveal: boolean, timeoutMs: number, owner: { id: string, name: string, fullName: string | null } | null } | null, user: { id: string, name: string, fullName: string | null } | null, replay: { id: string, reason: string, orderedBy: { name: string } | null } | null, businessEvent: { id: string, createdAt: string, publishedBy: { name: string } | null } | null, delivery: { id: string, status: DeliveryStatus, nextAttemptAt: string | null, requests: { nodes: Array<{ id: string, attemptNumber: number, startedAt: string, status: WebhookRequestLogStatus, direction: Direction, responseStatus: number | null, errorCode: RequestErrorCode | null, durationMs: number | null }>, pageInfo: { hasNextPage: boolean } } | null } | null, evidence: { status: SealStatus, sealedAt: string | null, leafIndex: number | null, treeSize: number | null, leafHash: string | null } } | null };

export type ContentPartsFragment = { id: string, method: string, url: string, headerList: Array<{ name: string, value: string }> | null, dataBody: { text: string | null, base64: string | null, contentType: string | null, bytes: number | null, sha256: string | null, truncated: boolean, masked: boolean } | null, responseHeaderList: Array<{ name: string, value: string }> | null, responseBody: { text: string | null, base64: string | null, contentType: string | null, bytes: number | null, sha256: string | null, truncated: boolean, masked: boolean } | null };

export type RequestContentQueryVariables = Exact<{
  id: string;
}>;


export type RequestContentQuery = { webhookRequestLog: { id: string, method: string, url: string, headerList: Array<{ name: string, value: string }> | null, dataBody: { text: string | null, base64: string | null, contentType: string | null, bytes: number | null, sha256: string | null, truncated: boolean, masked: boolean } | null, responseHeaderList: Array<{ name: string, value: string }> | null, responseBody: { text: string | null, base64: string | null, contentType: string | null, bytes: number | null, sha256: string | null, truncated: boolean, masked: boolean } | null } | null };

export type RequestProofQueryVariables = Exact<{
  id: string;
}>;


export type RequestProofQuery = { webhookRequestLog: { id: string, evidence: { status: SealStatus, proof: string | null } } | null, evidenceStatus: { keys: Array<string>, origin: string | null } | null };

export type RevealMutationVariables = Exact<{
  input: RevealContentInput;
}>;


export type RevealMutation = { revealContent: { content: { headerList: Array<{ name: string, value: string }> | null, dataBody: { text: string | null, base64: string | null, contentType: string | null, bytes: number | null, sha256: string | null, truncated: boolean, masked: boolean } | null, responseHeaderList: Array<{ name: string, value: string }> | null, responseBody: { text: string | null, base64: string | null, contentType: string | null, bytes: number | null, sha256: string | null, truncated: boolean, masked: boolean } | null } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewerRoles: Array<Role>, about: { version: string, serverTime: string, signInMethods: Array<SignInMethod>, oldestRequestAt: string | null }, viewer: { id: string, name: string, fullName: string | null, email: string | null } | null };

export type WebhooksQueryVariables = Exact<{
  range: DateTimeRange;
  where?: WebhookWhere | null | undefined;
  after?: string | null | undefined;
}>;


export type WebhooksQuery = { webhooks: { nodes: Array<{ id: string, name: string, direction: Direction, url: string | null, status: WebhookStatus, statusReason: string | null, owner: { name: string, fullName: string | null } | null, circuit: { state: CircuitState, openUntil: string | null, failures: number, failingSince: string | null } | null, health: { lastSuccessAt: string | null, successRate: number | null, waitingCount: number | null, nextAttemptAt: string | null } | null, stats: { buckets: Array<{ start: string, end: string, succeeded: number, failed: number, refused: number, unknown: number, pending: number }> | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type WebhookQueryVariables = Exact<{
  id: string;
  range: DateTimeRange;
}>;


export type WebhookQuery = { webhook: { id: string, name: string, direction: Direction, url: string | null, method: WebhookMethod, documentType: string | null, events: Array<string>, condition: string | null, body: string | null, bodyFormat: BodyFormat, timeoutMs: number, retrySchedule: Array<number> | null, maxConcurrency: number | null, ordering: DeliveryOrdering | null, dedupeSeconds: number | null, status: WebhookStatus, statusReason: string | null, statusChangedAt: string | null, createdAt: string, updatedAt: string, version: number, supportMayReveal: boolean, receiveAuditEvents: boolean, sendEvidenceHead: boolean, signatures: Array<SignatureScheme>, fields: Array<{ key: string, fieldname: string }> | null, headers: Array<{ name: string, template: string }>, rateLimit: { maxRequests: number, seconds: number } | null, statusChangedBy: { name: string, fullName: string | null } | null, owner: { name: string, fullName: string | null } | null, signingKeys: Array<{ id: string, scheme: SignatureScheme, live: boolean, createdAt: string, expiresAt: string | null, publicKey: string | null }> | null, credentials: Array<{ kind: CredentialKind, name: string, createdAt: string, expiresAt: string | null }>, caCertificates: Array<{ subject: string, fingerprint: string, expiresAt: string }>, proxy: { url: string } | null, circuit: { state: CircuitState, openUntil: string | null, failures: number, failingSince: string | null, reason: string | null } | null, health: { lastSuccessAt: string | null, lastFailureAt: string | null, successRate: number | null, waitingCount: number | null, nextAttemptAt: string | null, streak: { succeeding: boolean, requestCount: number, since: string } | null, lastFailure: { id: string, errorCode: RequestErrorCode | null, responseStatus: number | null } | null } | null, stats: { total: { duration: { p50Ms: number | null, p95Ms: number | null, p99Ms: number | null } | null } | null, buckets: Array<{ start: string, end: string, succeeded: number, failed: number, refused: number, unknown: number, pending: number }> | null } | null, incoming: { provider: WebhookProvider, becomes: CallOutcome, toleranceSeconds: number, addresses: Array<{ createdAt: string, expiresAt: string | null }>, verification: { header: string | null, signed: string | null, algorithm: HmacAlgorithm | null, encoding: SignatureEncoding | null, prefix: string | null, timestampHeader: string | null } | null, verificationKeys: Array<{ id: string, kind: VerificationKeyKind, live: boolean, createdAt: string, expiresAt: string | null }>, forwardTo: Array<{ id: string, name: string }> } | null, unrecordedRefusals: Array<{ minute: string, errorCode: RequestErrorCode, callCount: number }> } | null };

export type WebhookVersionsQueryVariables = Exact<{
  id: string;
  changes: boolean;
  after?: string | null | undefined;
}>;


export type WebhookVersionsQuery = { webhook: { id: string, version: number, versions: { nodes: Array<{ version: number, createdAt: string, createdBy: { name: string, fullName: string | null } | null, changes?: Array<{ setting: string, before: unknown, after: unknown }> | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null } | null };

export type PauseWebhookMutationVariables = Exact<{
  input: PauseWebhookInput;
}>;


export type PauseWebhookMutation = { pauseWebhook: { webhook: { id: string, status: WebhookStatus } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ResumeWebhookMutationVariables = Exact<{
  input: ResumeWebhookInput;
}>;


export type ResumeWebhookMutation = { resumeWebhook: { webhook: { id: string, status: WebhookStatus } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ArchiveWebhookMutationVariables = Exact<{
  input: ArchiveWebhookInput;
}>;


export type ArchiveWebhookMutation = { archiveWebhook: { webhook: { id: string, status: WebhookStatus } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type RotateWebhookSecretMutationVariables = Exact<{
  input: RotateWebhookSecretInput;
}>;


export type RotateWebhookSecretMutation = { rotateWebhookSecret: { secret: string | null, publicKey: string | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type RotateWebhookTokenMutationVariables = Exact<{
  input: RotateWebhookTokenInput;
}>;


export type RotateWebhookTokenMutation = { rotateWebhookToken: { token: string | null, address: string | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type TestWebhookMutationVariables = Exact<{
  input: TestWebhookInput;
}>;


export type TestWebhookMutation = { testWebhook: { delivery: { id: string, status: DeliveryStatus } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type RestoreVersionMutationVariables = Exact<{
  input: RestoreWebhookVersionInput;
}>;


export type RestoreVersionMutation = { restoreWebhookVersion: { notRestored: Array<string> | null, secret: string | null, publicKey: string | null, webhook: { id: string, version: number } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ExplainQueryVariables = Exact<{
  input: ExplainVerificationInput;
}>;


export type ExplainQuery = { explainVerification: { accepted: boolean, summary: string, errorCode: RequestErrorCode | null, at: string, checks: Array<{ name: VerificationCheckName, passed: boolean | null, message: string }> } };

export type ImportWebhooksMutationVariables = Exact<{
  input: ImportWebhooksInput;
}>;


export type ImportWebhooksMutation = { importWebhooks: { plan: string | null, webhooks: Array<{ name: string, action: WebhookImportAction, secretMissing: boolean, changes: Array<{ setting: string, before: unknown, after: unknown }> }> | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ExportWebhookSettingsMutationVariables = Exact<{
  input: ExportWebhooksInput;
}>;


export type ExportWebhookSettingsMutation = { exportWebhooks: { file: { text: string, webhookCount: number } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const LogRowFragmentDoc = new TypedDocumentString(`
    fragment LogRow on WebhookRequestLog {
  id
  startedAt
  finishedAt
  direction
  status
  responseStatus
  errorCode
  documentType
  referenceDocument
  event
  durationMs
  attemptNumber
  test
  duplicate
  webhook {
    id
    name
  }
  replay {
    id
  }
}
    `, {"fragmentName":"LogRow"}) as unknown as TypedDocumentString<LogRowFragment, unknown>;
export const ApprovalPartsFragmentDoc = new TypedDocumentString(`
    fragment ApprovalParts on Approval {
  id
  kind
  status
  reason
  createdAt
  expiresAt
  takesEffectAt
  decidedAt
  decisionReason
  requestedBy {
    id
    name
    fullName
  }
  decidedBy {
    name
    fullName
  }
  delivery {
    id
    referenceDocument
    webhook {
      id
      name
    }
  }
}
    `, {"fragmentName":"ApprovalParts"}) as unknown as TypedDocumentString<ApprovalPartsFragment, unknown>;
export const ContentPartsFragmentDoc = new TypedDocumentString(`
    fragment ContentParts on WebhookRequestLog {
  id
  method
  url
  headerList {
    name
    value
  }
  dataBody {
    text
    base64
    contentType
    bytes
    sha256
    truncated
    masked
  }
  responseHeaderList {
    name
    value
  }
  responseBody {
    text
    base64
    contentType
    bytes
    sha256
    truncated
    masked
  }
}
    `, {"fragmentName":"ContentParts"}) as unknown as TypedDocumentString<ContentPartsFragment, unknown>;
export const AuditDocument = new TypedDocumentString(`
    query Audit($where: AuditEntryWhere, $after: String) {
  auditEntries(first: 50, where: $where, after: $after) {
    nodes {
      id
      createdAt
      action
      outcome
      actorKind
      actor {
        id
        name
        fullName
      }
      subjectType
      subjectId
      reason
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
}
    `) as unknown as TypedDocumentString<AuditQuery, AuditQueryVariables>;
export const AuditEntryDocument = new TypedDocumentString(`
    query AuditEntry($id: ID!) {
  auditEntry(id: $id) {
    id
    createdAt
    action
    outcome
    actorKind
    actor {
      id
      name
      fullName
    }
    apiKey {
      label
      keyId
    }
    sessionId
    subjectType
    subjectId
    reason
    remoteAddress
    userAgent
    requestId
    before
    after
    details
    criteria
    evidence {
      status
      leafIndex
      leafHash
      sealedAt
    }
  }
}
    `) as unknown as TypedDocumentString<AuditEntryQuery, AuditEntryQueryVariables>;
export const OwnAuditDocument = new TypedDocumentString(`
    query OwnAudit($where: OwnAuditEntryWhere, $after: String) {
  myAuditEntries(first: 50, where: $where, after: $after) {
    nodes {
      id
      createdAt
      action
      outcome
      subjectType
      subjectId
      reason
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
}
    `) as unknown as TypedDocumentString<OwnAuditQuery, OwnAuditQueryVariables>;
export const DeliveriesDocument = new TypedDocumentString(`
    query Deliveries($where: DeliveryWhere, $orderBy: DeliveryOrder, $after: String) {
  deliveries(first: 50, where: $where, orderBy: $orderBy, after: $after) {
    nodes {
      id
      createdAt
      documentType
      referenceDocument
      event
      status
      attempts
      nextAttemptAt
      finishedAt
      held
      waitsFor
      skipReason
      cancelRequested
      test
      webhook {
        id
        name
        status
      }
      lastRequest {
        id
        errorCode
        responseStatus
      }
      deadLetter {
        code
      }
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
}
    `) as unknown as TypedDocumentString<DeliveriesQuery, DeliveriesQueryVariables>;
export const DeliveryCountsDocument = new TypedDocumentString(`
    query DeliveryCounts {
  waiting: deliveries(where: {status: {eq: PENDING}}) {
    totalCount
    totalCountIsExact
  }
  retrying: deliveries(where: {status: {eq: RETRYING}}) {
    totalCount
    totalCountIsExact
  }
  exhausted: deliveries(where: {status: {eq: EXHAUSTED}}) {
    totalCount
    totalCountIsExact
  }
}
    `) as unknown as TypedDocumentString<DeliveryCountsQuery, DeliveryCountsQueryVariables>;
export const DeliveryDocument = new TypedDocumentString(`
    query Delivery($id: ID!) {
  delivery(id: $id) {
    id
    createdAt
    documentType
    referenceDocument
    event
    status
    attempts
    nextAttemptAt
    deliveredAt
    finishedAt
    held
    waitsFor
    skipReason
    skipMessage
    cancelRequested
    cancelReason
    cancelledBy {
      name
      fullName
    }
    test
    user {
      name
      fullName
    }
    webhook {
      id
      name
      status
      statusReason
      retrySchedule
    }
    businessEvent {
      id
      createdAt
      publishedBy {
        name
        fullName
      }
    }
    predecessor {
      id
      referenceDocument
      status
    }
    deadLetter {
      id
      code
      kind
      retryAt
    }
    replay {
      id
      reason
    }
    requests(first: 100, orderBy: {field: STARTED_AT, direction: ASC}) {
      nodes {
        id
        attemptNumber
        startedAt
        status
        direction
        responseStatus
        errorCode
        durationMs
      }
      pageInfo {
        hasNextPage
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DeliveryQuery, DeliveryQueryVariables>;
export const RetryDeliveryDocument = new TypedDocumentString(`
    mutation RetryDelivery($input: RetryDeliveryInput!) {
  retryDelivery(input: $input) {
    delivery {
      id
      nextAttemptAt
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RetryDeliveryMutation, RetryDeliveryMutationVariables>;
export const CancelDeliveryDocument = new TypedDocumentString(`
    mutation CancelDelivery($input: CancelDeliveryInput!) {
  cancelDelivery(input: $input) {
    delivery {
      id
      status
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CancelDeliveryMutation, CancelDeliveryMutationVariables>;
export const ReplayDeliveryDocument = new TypedDocumentString(`
    mutation ReplayDelivery($input: ReplayDeliveryInput!) {
  replayDelivery(input: $input) {
    delivery {
      id
      status
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ReplayDeliveryMutation, ReplayDeliveryMutationVariables>;
export const DocumentDocument = new TypedDocumentString(`
    query Document($documentType: String!, $name: String!, $after: String) {
  businessDocument(documentType: $documentType, name: $name) {
    id
    verdicts {
      verdict
      sentence
      nextAttemptAt
      webhook {
        id
        name
        direction
        status
        statusReason
        statusChangedAt
        statusChangedBy {
          name
          fullName
        }
        owner {
          name
          fullName
        }
      }
      delivery {
        id
        status
        deliveredAt
        finishedAt
        nextAttemptAt
        skipReason
        skipMessage
      }
      lastRequest {
        id
        startedAt
        finishedAt
        status
        responseStatus
        errorCode
        durationMs
        attemptNumber
        evidence {
          status
          leafHash
          leafIndex
          sealedAt
        }
      }
    }
    timeline(first: 100, after: $after, orderBy: {direction: ASC}) {
      nodes {
        at
        kind
        sentence
        event
        error
        requestStatus
        responseStatus
        skipReason
        webhook {
          id
          name
        }
        request {
          id
          attemptNumber
          durationMs
          errorCode
          user {
            name
            fullName
          }
        }
        delivery {
          id
          test
        }
        businessEvent {
          id
          wantedBy
          user {
            name
            fullName
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<DocumentQuery, DocumentQueryVariables>;
export const EvidencePageDocument = new TypedDocumentString(`
    query EvidencePage {
  evidenceStatus {
    head {
      treeSize
      checkpoint
      signedAt
    }
    keys
    origin
    treeSize
    waitingCount
    oldestWaitingSeconds
    stops {
      code
      message
      since
    }
    lastAnchors {
      by
      kind
      anchoredAt
      anchoredSize
      error
      triedAt
    }
  }
}
    `) as unknown as TypedDocumentString<EvidencePageQuery, EvidencePageQueryVariables>;
export const EvidenceCompletenessDocument = new TypedDocumentString(`
    query EvidenceCompleteness($month: String!, $after: String) {
  evidenceCompleteness(month: $month, after: $after) {
    deliveryCount
    attemptCount
    requestCount
    sealedCount
    waitingCount
    decisionCount
    sealedDecisionCount
    rowsDropped
    holeCount
    holes {
      name
      rowKind
      rowId
      message
    }
    next
  }
}
    `) as unknown as TypedDocumentString<EvidenceCompletenessQuery, EvidenceCompletenessQueryVariables>;
export const VerifyEvidenceDocument = new TypedDocumentString(`
    mutation VerifyEvidence($input: VerifyEvidenceInput!) {
  verifyEvidence(input: $input) {
    evidenceRun {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<VerifyEvidenceMutation, VerifyEvidenceMutationVariables>;
export const EvidenceRunDocument = new TypedDocumentString(`
    query EvidenceRun($id: ID!) {
  evidenceRun(id: $id) {
    id
    status
    depth
    checked
    findingCount
    findings {
      name
      rowKind
      rowId
      leafIndex
      message
    }
    error
    createdAt
    finishedAt
    orderedBy {
      name
      fullName
    }
  }
}
    `) as unknown as TypedDocumentString<EvidenceRunQuery, EvidenceRunQueryVariables>;
export const ExportEvidenceDocument = new TypedDocumentString(`
    mutation ExportEvidence($input: ExportEvidenceInput!) {
  exportEvidence(input: $input) {
    bundle {
      text
      sha256
      rowCount
      notSealedCount
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ExportEvidenceMutation, ExportEvidenceMutationVariables>;
export const ExportsDocument = new TypedDocumentString(`
    query Exports($after: String) {
  exports(first: 20, after: $after) {
    nodes {
      id
      kind
      format
      includeContent
      createdAt
      expiresAt
      completedAt
      rowsSent
      bytesSent
      downloads
      url
      orderedBy {
        name
        fullName
      }
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
}
    `) as unknown as TypedDocumentString<ExportsQuery, ExportsQueryVariables>;
export const OrderExportDocument = new TypedDocumentString(`
    mutation OrderExport($input: ExportWebhookRequestLogsInput!) {
  exportWebhookRequestLogs(input: $input) {
    export {
      id
      url
      expiresAt
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<OrderExportMutation, OrderExportMutationVariables>;
export const HealthDocument = new TypedDocumentString(`
    query Health($now: DateTime!, $hourAgo: DateTime!) {
  deliveriesPaused {
    since
    reason
    pausedBy {
      name
      fullName
    }
  }
  deadLetters(first: 20) {
    nodes {
      id
      kind
      code
      failures
      createdAt
      retryAt
      webhook {
        id
        name
      }
      delivery {
        id
      }
    }
  }
  oldest: deliveries(
    first: 1
    where: {status: {in: [PENDING, RETRYING]}}
    orderBy: {field: NEXT_ATTEMPT_AT, direction: ASC}
  ) {
    nodes {
      id
      createdAt
      nextAttemptAt
      webhook {
        id
        name
      }
    }
  }
  open: deliveries(where: {status: {in: [PENDING, RETRYING]}}) {
    totalCount
    totalCountIsExact
  }
  unwell: webhooks(
    first: 50
    where: {or: [{status: {eq: DISABLED}}, {circuit: {state: {in: [OPEN, HALF_OPEN]}}}]}
  ) {
    nodes {
      id
      name
      url
      status
      statusReason
      statusChangedAt
      circuit {
        state
        openUntil
        failures
        failingSince
      }
      health {
        waitingCount
        lastSuccessAt
      }
      owner {
        name
        fullName
      }
    }
  }
  webhookRequestLogStats(range: {from: $hourAgo, to: $now}, bucket: FIVE_MINUTES) {
    total {
      requestCount
      succeeded
      failed
      unknown
    }
  }
}
    `) as unknown as TypedDocumentString<HealthQuery, HealthQueryVariables>;
export const PauseDeliveriesDocument = new TypedDocumentString(`
    mutation PauseDeliveries($input: PauseDeliveriesInput!) {
  pauseDeliveries(input: $input) {
    deliveriesPaused {
      since
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PauseDeliveriesMutation, PauseDeliveriesMutationVariables>;
export const ResumeDeliveriesDocument = new TypedDocumentString(`
    mutation ResumeDeliveries($input: ResumeDeliveriesInput!) {
  resumeDeliveries(input: $input) {
    ended {
      since
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ResumeDeliveriesMutation, ResumeDeliveriesMutationVariables>;
export const SearchDocument = new TypedDocumentString(`
    query Search($text: String!) {
  search(text: $text, first: 20) {
    __typename
    ... on BusinessDocument {
      id
      documentType
      name
    }
    ... on BusinessEvent {
      id
      eventType: documentType
      event
      createdAt
      eventDocument: referenceDocument
    }
    ... on Delivery {
      id
      deliveryType: documentType
      deliveryDocument: referenceDocument
      deliveryStatus: status
      webhook {
        id
        name
      }
    }
    ... on Webhook {
      id
      name
      direction
      webhookStatus: status
    }
    ... on User {
      id
      name
      fullName
    }
    ... on AuditEntry {
      id
      action
      createdAt
      subjectId
    }
    ... on WebhookRequestLog {
      id
      startedAt
      requestStatus: status
      direction
      requestDocument: referenceDocument
      webhook {
        id
        name
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SearchQuery, SearchQueryVariables>;
export const AttentionDocument = new TypedDocumentString(`
    query Attention($now: DateTime!, $dayAgo: DateTime!, $weekAgo: DateTime!) {
  deliveriesPaused {
    since
    reason
    pausedBy {
      name
      fullName
    }
  }
  broken: webhooks(first: 20, where: {status: {eq: DISABLED}}) {
    nodes {
      id
      name
      statusReason
      statusChangedAt
      owner {
        name
        fullName
      }
    }
  }
  givenUp: deliveries(
    first: 20
    where: {status: {eq: EXHAUSTED}, createdAt: {gte: $weekAgo}}
    orderBy: {field: FINISHED_AT}
  ) {
    nodes {
      id
      documentType
      referenceDocument
      finishedAt
      webhook {
        id
        name
      }
      lastRequest {
        id
        errorCode
        responseStatus
      }
    }
  }
  stuck: deadLetters(first: 20) {
    nodes {
      id
      kind
      code
      createdAt
      retryAt
      webhook {
        id
        name
      }
    }
  }
  approvals(first: 20, where: {status: {eq: WAITING}}) {
    nodes {
      id
      kind
      createdAt
      requestedBy {
        name
        fullName
      }
    }
  }
  evidenceStatus {
    oldestWaitingSeconds
    stops {
      code
      since
      message
    }
  }
  deliveryStats(range: {from: $dayAgo, to: $now}, bucket: HOUR) {
    buckets {
      start
      end
      delivered
      pending
      retrying
      exhausted
      skipped
      cancelled
    }
  }
}
    `) as unknown as TypedDocumentString<AttentionQuery, AttentionQueryVariables>;
export const RequestLogDocument = new TypedDocumentString(`
    query RequestLog($where: WebhookRequestLogWhere, $first: Int, $after: String, $last: Int, $before: String, $orderBy: WebhookRequestLogOrder) {
  webhookRequestLogs(
    where: $where
    first: $first
    after: $after
    last: $last
    before: $before
    orderBy: $orderBy
  ) {
    nodes {
      ...LogRow
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
      searchedTo
    }
  }
}
    fragment LogRow on WebhookRequestLog {
  id
  startedAt
  finishedAt
  direction
  status
  responseStatus
  errorCode
  documentType
  referenceDocument
  event
  durationMs
  attemptNumber
  test
  duplicate
  webhook {
    id
    name
  }
  replay {
    id
  }
}`) as unknown as TypedDocumentString<RequestLogQuery, RequestLogQueryVariables>;
export const RequestLogCountDocument = new TypedDocumentString(`
    query RequestLogCount($where: WebhookRequestLogWhere) {
  webhookRequestLogs(where: $where) {
    totalCount
    totalCountIsExact
  }
}
    `) as unknown as TypedDocumentString<RequestLogCountQuery, RequestLogCountQueryVariables>;
export const RequestLogBarsDocument = new TypedDocumentString(`
    query RequestLogBars($range: DateTimeRange!, $bucket: StatsBucket!, $timeZone: String, $where: WebhookRequestLogWhere) {
  webhookRequestLogStats(
    range: $range
    bucket: $bucket
    timeZone: $timeZone
    where: $where
  ) {
    buckets {
      start
      end
      succeeded
      failed
      refused
      unknown
      pending
    }
    uncounted
    countedUntil
  }
}
    `) as unknown as TypedDocumentString<RequestLogBarsQuery, RequestLogBarsQueryVariables>;
export const TailDocument = new TypedDocumentString(`
    subscription Tail($where: WebhookRequestLogWhere, $after: ID) {
  webhookRequestLogChanged(where: $where, after: $after) {
    id
    kind
    dropped
    webhookRequestLog {
      ...LogRow
    }
  }
}
    fragment LogRow on WebhookRequestLog {
  id
  startedAt
  finishedAt
  direction
  status
  responseStatus
  errorCode
  documentType
  referenceDocument
  event
  durationMs
  attemptNumber
  test
  duplicate
  webhook {
    id
    name
  }
  replay {
    id
  }
}`) as unknown as TypedDocumentString<TailSubscription, TailSubscriptionVariables>;
export const MySessionsDocument = new TypedDocumentString(`
    query MySessions($after: String) {
  mySessions(first: 20, after: $after) {
    nodes {
      id
      current
      method
      createdAt
      expiresAt
      lastUsedAt
      remoteAddress
      userAgent
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
}
    `) as unknown as TypedDocumentString<MySessionsQuery, MySessionsQueryVariables>;
export const RevokeSessionDocument = new TypedDocumentString(`
    mutation RevokeSession($input: RevokeSessionInput!) {
  revokeSession(input: $input) {
    session {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RevokeSessionMutation, RevokeSessionMutationVariables>;
export const PeopleDocument = new TypedDocumentString(`
    query People($where: UserWhere, $after: String) {
  users(
    first: 50
    after: $after
    where: $where
    orderBy: {field: NAME, direction: ASC}
  ) {
    nodes {
      id
      name
      fullName
      email
      emailVerified
      active
      roles
      rolesMapped
      createdAt
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
}
    `) as unknown as TypedDocumentString<PeopleQuery, PeopleQueryVariables>;
export const PersonAccessDocument = new TypedDocumentString(`
    query PersonAccess($id: ID!) {
  user(id: $id) {
    id
    identityIssuer
    apiKeys(first: 100, where: {revokedAt: {isNull: true}}) {
      nodes {
        id
        label
        keyId
        roles
        networks
        createdAt
        expiresAt
        lastUsedAt
      }
    }
    sessions(first: 20, where: {endedAt: {isNull: true}}) {
      nodes {
        id
        method
        createdAt
        lastUsedAt
        remoteAddress
        userAgent
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PersonAccessQuery, PersonAccessQueryVariables>;
export const CreateUserDocument = new TypedDocumentString(`
    mutation CreateUser($input: CreateUserInput!) {
  createUser(input: $input) {
    user {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreateUserMutation, CreateUserMutationVariables>;
export const UpdateUserDocument = new TypedDocumentString(`
    mutation UpdateUser($input: UpdateUserInput!) {
  updateUser(input: $input) {
    user {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateUserMutation, UpdateUserMutationVariables>;
export const CreateApiKeyDocument = new TypedDocumentString(`
    mutation CreateApiKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    token
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreateApiKeyMutation, CreateApiKeyMutationVariables>;
export const RevokeApiKeyDocument = new TypedDocumentString(`
    mutation RevokeApiKey($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) {
    apiKey {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RevokeApiKeyMutation, RevokeApiKeyMutationVariables>;
export const RevokeSessionsDocument = new TypedDocumentString(`
    mutation RevokeSessions($input: RevokeSessionsInput!) {
  revokeSessions(input: $input) {
    sessions {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RevokeSessionsMutation, RevokeSessionsMutationVariables>;
export const ApprovalsDocument = new TypedDocumentString(`
    query Approvals($where: ApprovalWhere, $after: String) {
  approvals(first: 20, where: $where, after: $after) {
    nodes {
      ...ApprovalParts
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
}
    fragment ApprovalParts on Approval {
  id
  kind
  status
  reason
  createdAt
  expiresAt
  takesEffectAt
  decidedAt
  decisionReason
  requestedBy {
    id
    name
    fullName
  }
  decidedBy {
    name
    fullName
  }
  delivery {
    id
    referenceDocument
    webhook {
      id
      name
    }
  }
}`) as unknown as TypedDocumentString<ApprovalsQuery, ApprovalsQueryVariables>;
export const ReplaysDocument = new TypedDocumentString(`
    query Replays($after: String) {
  replays(first: 20, after: $after) {
    nodes {
      id
      createdAt
      status
      deliveryCount
      replayed
      skipped
      rate
      reason
      error
      startedAt
      finishedAt
      orderedBy {
        name
        fullName
      }
      delivery {
        id
        referenceDocument
      }
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
}
    `) as unknown as TypedDocumentString<ReplaysQuery, ReplaysQueryVariables>;
export const CountReplayDocument = new TypedDocumentString(`
    mutation CountReplay($where: DeliveryWhere!, $reason: String!) {
  replayDeliveries(input: {where: $where, reason: $reason, dryRun: true}) {
    preview {
      deliveryCount
      replayable
      byStatus {
        status
        deliveryCount
        replayable
      }
      byWebhook {
        deliveryCount
        replayable
        webhook {
          id
          name
        }
      }
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CountReplayMutation, CountReplayMutationVariables>;
export const StartReplayDocument = new TypedDocumentString(`
    mutation StartReplay($where: DeliveryWhere!, $reason: String!, $rate: Int!) {
  replayDeliveries(
    input: {where: $where, reason: $reason, rate: $rate, dryRun: false}
  ) {
    replay {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<StartReplayMutation, StartReplayMutationVariables>;
export const PauseReplayDocument = new TypedDocumentString(`
    mutation PauseReplay($input: PauseReplayInput!) {
  pauseReplay(input: $input) {
    replay {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PauseReplayMutation, PauseReplayMutationVariables>;
export const ResumeReplayDocument = new TypedDocumentString(`
    mutation ResumeReplay($input: ResumeReplayInput!) {
  resumeReplay(input: $input) {
    replay {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ResumeReplayMutation, ResumeReplayMutationVariables>;
export const CancelReplayDocument = new TypedDocumentString(`
    mutation CancelReplay($input: CancelReplayInput!) {
  cancelReplay(input: $input) {
    replay {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CancelReplayMutation, CancelReplayMutationVariables>;
export const RequestReplayDocument = new TypedDocumentString(`
    mutation RequestReplay($input: RequestReplayInput!) {
  requestReplay(input: $input) {
    approval {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RequestReplayMutation, RequestReplayMutationVariables>;
export const ApproveDocument = new TypedDocumentString(`
    mutation Approve($input: ApproveInput!) {
  approve(input: $input) {
    approval {
      id
      status
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ApproveMutation, ApproveMutationVariables>;
export const DeclineDocument = new TypedDocumentString(`
    mutation Decline($input: DeclineInput!) {
  decline(input: $input) {
    approval {
      id
      status
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DeclineMutation, DeclineMutationVariables>;
export const RequestDocument = new TypedDocumentString(`
    query Request($id: ID!) {
  webhookRequestLog(id: $id) {
    id
    startedAt
    finishedAt
    direction
    method
    url
    status
    responseStatus
    errorCode
    error
    durationMs
    attemptNumber
    remoteAddress
    test
    duplicate
    event
    documentType
    referenceDocument
    webhook {
      id
      name
      supportMayReveal
      timeoutMs
      owner {
        id
        name
        fullName
      }
    }
    user {
      id
      name
      fullName
    }
    replay {
      id
      reason
      orderedBy {
        name
      }
    }
    businessEvent {
      id
      createdAt
      publishedBy {
        name
      }
    }
    delivery {
      id
      status
      nextAttemptAt
      requests(first: 100, orderBy: {field: STARTED_AT, direction: ASC}) {
        nodes {
          id
          attemptNumber
          startedAt
          status
          direction
          responseStatus
          errorCode
          durationMs
        }
        pageInfo {
          hasNextPage
        }
      }
    }
    evidence {
      status
      sealedAt
      leafIndex
      treeSize
      leafHash
    }
  }
}
    `) as unknown as TypedDocumentString<RequestQuery, RequestQueryVariables>;
export const RequestContentDocument = new TypedDocumentString(`
    query RequestContent($id: ID!) {
  webhookRequestLog(id: $id) {
    ...ContentParts
  }
}
    fragment ContentParts on WebhookRequestLog {
  id
  method
  url
  headerList {
    name
    value
  }
  dataBody {
    text
    base64
    contentType
    bytes
    sha256
    truncated
    masked
  }
  responseHeaderList {
    name
    value
  }
  responseBody {
    text
    base64
    contentType
    bytes
    sha256
    truncated
    masked
  }
}`) as unknown as TypedDocumentString<RequestContentQuery, RequestContentQueryVariables>;
export const RequestProofDocument = new TypedDocumentString(`
    query RequestProof($id: ID!) {
  webhookRequestLog(id: $id) {
    id
    evidence {
      status
      proof
    }
  }
  evidenceStatus {
    keys
    origin
  }
}
    `) as unknown as TypedDocumentString<RequestProofQuery, RequestProofQueryVariables>;
export const RevealDocument = new TypedDocumentString(`
    mutation Reveal($input: RevealContentInput!) {
  revealContent(input: $input) {
    content {
      headerList {
        name
        value
      }
      dataBody {
        text
        base64
        contentType
        bytes
        sha256
        truncated
        masked
      }
      responseHeaderList {
        name
        value
      }
      responseBody {
        text
        base64
        contentType
        bytes
        sha256
        truncated
        masked
      }
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RevealMutation, RevealMutationVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  about {
    version
    serverTime
    signInMethods
    oldestRequestAt
  }
  viewer {
    id
    name
    fullName
    email
  }
  viewerRoles
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const WebhooksDocument = new TypedDocumentString(`
    query Webhooks($range: DateTimeRange!, $where: WebhookWhere, $after: String) {
  webhooks(
    first: 50
    after: $after
    where: $where
    orderBy: {field: NAME, direction: ASC}
  ) {
    nodes {
      id
      name
      direction
      url
      status
      statusReason
      owner {
        name
        fullName
      }
      circuit {
        state
        openUntil
        failures
        failingSince
      }
      health {
        lastSuccessAt
        successRate
        waitingCount
        nextAttemptAt
      }
      stats(range: $range, bucket: HOUR) {
        buckets {
          start
          end
          succeeded
          failed
          refused
          unknown
          pending
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
}
    `) as unknown as TypedDocumentString<WebhooksQuery, WebhooksQueryVariables>;
export const WebhookDocument = new TypedDocumentString(`
    query Webhook($id: ID!, $range: DateTimeRange!) {
  webhook(id: $id) {
    id
    name
    direction
    url
    method
    documentType
    events
    condition
    body
    bodyFormat
    fields {
      key
      fieldname
    }
    headers {
      name
      template
    }
    timeoutMs
    retrySchedule
    maxConcurrency
    rateLimit {
      maxRequests
      seconds
    }
    ordering
    dedupeSeconds
    status
    statusReason
    statusChangedAt
    statusChangedBy {
      name
      fullName
    }
    createdAt
    updatedAt
    version
    supportMayReveal
    receiveAuditEvents
    sendEvidenceHead
    owner {
      name
      fullName
    }
    signatures
    signingKeys {
      id
      scheme
      live
      createdAt
      expiresAt
      publicKey
    }
    credentials {
      kind
      name
      createdAt
      expiresAt
    }
    caCertificates {
      subject
      fingerprint
      expiresAt
    }
    proxy {
      url
    }
    circuit {
      state
      openUntil
      failures
      failingSince
      reason
    }
    health {
      lastSuccessAt
      lastFailureAt
      successRate
      waitingCount
      nextAttemptAt
      streak {
        succeeding
        requestCount
        since
      }
      lastFailure {
        id
        errorCode
        responseStatus
      }
    }
    stats(range: $range, bucket: HOUR) {
      total {
        duration {
          p50Ms
          p95Ms
          p99Ms
        }
      }
      buckets {
        start
        end
        succeeded
        failed
        refused
        unknown
        pending
      }
    }
    incoming {
      provider
      becomes
      toleranceSeconds
      addresses {
        createdAt
        expiresAt
      }
      verification {
        header
        signed
        algorithm
        encoding
        prefix
        timestampHeader
      }
      verificationKeys {
        id
        kind
        live
        createdAt
        expiresAt
      }
      forwardTo {
        id
        name
      }
    }
    unrecordedRefusals {
      minute
      errorCode
      callCount
    }
  }
}
    `) as unknown as TypedDocumentString<WebhookQuery, WebhookQueryVariables>;
export const WebhookVersionsDocument = new TypedDocumentString(`
    query WebhookVersions($id: ID!, $changes: Boolean!, $after: String) {
  webhook(id: $id) {
    id
    version
    versions(first: 20, after: $after) {
      nodes {
        version
        createdAt
        createdBy {
          name
          fullName
        }
        changes @include(if: $changes) {
          setting
          before
          after
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<WebhookVersionsQuery, WebhookVersionsQueryVariables>;
export const PauseWebhookDocument = new TypedDocumentString(`
    mutation PauseWebhook($input: PauseWebhookInput!) {
  pauseWebhook(input: $input) {
    webhook {
      id
      status
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PauseWebhookMutation, PauseWebhookMutationVariables>;
export const ResumeWebhookDocument = new TypedDocumentString(`
    mutation ResumeWebhook($input: ResumeWebhookInput!) {
  resumeWebhook(input: $input) {
    webhook {
      id
      status
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ResumeWebhookMutation, ResumeWebhookMutationVariables>;
export const ArchiveWebhookDocument = new TypedDocumentString(`
    mutation ArchiveWebhook($input: ArchiveWebhookInput!) {
  archiveWebhook(input: $input) {
    webhook {
      id
      status
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ArchiveWebhookMutation, ArchiveWebhookMutationVariables>;
export const RotateWebhookSecretDocument = new TypedDocumentString(`
    mutation RotateWebhookSecret($input: RotateWebhookSecretInput!) {
  rotateWebhookSecret(input: $input) {
    secret
    publicKey
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RotateWebhookSecretMutation, RotateWebhookSecretMutationVariables>;
export const RotateWebhookTokenDocument = new TypedDocumentString(`
    mutation RotateWebhookToken($input: RotateWebhookTokenInput!) {
  rotateWebhookToken(input: $input) {
    token
    address
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RotateWebhookTokenMutation, RotateWebhookTokenMutationVariables>;
export const TestWebhookDocument = new TypedDocumentString(`
    mutation TestWebhook($input: TestWebhookInput!) {
  testWebhook(input: $input) {
    delivery {
      id
      status
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<TestWebhookMutation, TestWebhookMutationVariables>;
export const RestoreVersionDocument = new TypedDocumentString(`
    mutation RestoreVersion($input: RestoreWebhookVersionInput!) {
  restoreWebhookVersion(input: $input) {
    webhook {
      id
      version
    }
    notRestored
    secret
    publicKey
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RestoreVersionMutation, RestoreVersionMutationVariables>;
export const ExplainDocument = new TypedDocumentString(`
    query Explain($input: ExplainVerificationInput!) {
  explainVerification(input: $input) {
    accepted
    summary
    errorCode
    at
    checks {
      name
      passed
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ExplainQuery, ExplainQueryVariables>;
export const ImportWebhooksDocument = new TypedDocumentString(`
    mutation ImportWebhooks($input: ImportWebhooksInput!) {
  importWebhooks(input: $input) {
    plan
    webhooks {
      name
      action
      secretMissing
      changes {
        setting
        before
        after
      }
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ImportWebhooksMutation, ImportWebhooksMutationVariables>;
export const ExportWebhookSettingsDocument = new TypedDocumentString(`
    mutation ExportWebhookSettings($input: ExportWebhooksInput!) {
  exportWebhooks(input: $input) {
    file {
      text
      webhookCount
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<ExportWebhookSettingsMutation, ExportWebhookSettingsMutationVariables>;
