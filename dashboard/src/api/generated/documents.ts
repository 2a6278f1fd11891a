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

/** HTTP Basic (RFC 7617): user name and password. */
export type BasicAuthInput = {
  /** The password, at most 8,192 characters. Stored encrypted; never shown, logged or recorded: request rows contain `[secret]` instead. */
  password: string;
  /** The user name, at most 255 characters, without a colon. It may be empty if the password is not. */
  username: string;
};

/** A value of the document and its key in the body. */
export type BodyFieldInput = {
  /** The path of the value in the document, 1 to 200 characters, with dots between the members of objects and lists: `items.0.qty`. No part may be empty. */
  fieldname: string;
  /** The key in the body, 1 to 200 characters, unique. */
  key: string;
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

/** A document. */
export type BusinessDocumentInput = {
  /** The type of the document, 1 to 200 characters. */
  documentType: string;
  /** The name of the document, 1 to 200 characters. */
  name: string;
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
  /** The trace in which the event was published: { eq: "4bf92f3577b34da6a3ce929d0e0e4736" }. */
  traceId?: StringFilter | null | undefined;
  /** The user who acted in the business system: { name: { eq: "amina@example.com" } }. */
  user?: UserWhere | null | undefined;
  /** The number of webhooks that the event matched. { eq: 0 }: none; { isNull: true }: not decided yet. */
  wantedBy?: IntFilter | null | undefined;
};

/** The response to an accepted call and to its repetitions. */
export type CallAnswerInput = {
  /** The body, at most 4,096 characters. Default: `{"received":true}`. */
  body?: string | null | undefined;
  /** The media type, such as text/xml. Default: application/json. */
  contentType?: string | null | undefined;
  /** The HTTP status, 200 to 299. Default: 200. */
  statusCode?: number | null | undefined;
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

/**
 * A call of a partner.
 *
 * Exactly one of its fields is given.
 */
export type CallToExplain =
  {   /** A call that is given. */
  given: GivenCallInput; requestId?: never; }
  |  { given?: never;   /** The id of a call in the log, `req_...`. */
  requestId: string; };

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

/** How the client authenticates at the token endpoint (RFC 6749, section 2.3.1). */
export type ClientAuthentication =
  /** `Authorization: Basic`, which the specification prefers. */
  | 'BASIC'
  /** `client_id` and `client_secret` in the body, which some token endpoints require. */
  | 'BODY';

/** A client certificate (mTLS) and its private key. */
export type ClientCertificateInput = {
  /** The certificate of the client as PEM, at most 64 KiB, followed by the intermediate certificates if the partner needs them. */
  certificate: string;
  /** The private key as PEM, at most 64 KiB, not encrypted. Stored encrypted; never shown, logged or recorded: request rows contain `[secret]` instead. */
  privateKey: string;
};

/**
 * The recorded content of a document, of a user, or of requests.
 *
 * Exactly one of its fields is given.
 */
export type ContentTarget =
  {   /** The document. */
  businessDocument: BusinessDocumentInput; userId?: never; where?: never; }
  |  { businessDocument?: never;   /** The id of the user, `usr_...`. */
  userId: string; where?: never; }
  |  { businessDocument?: never; userId?: never;   /** The filter of the requests, as in `webhookRequestLogs`: { search: "jane.doe@example.com" }. At most 10,000 requests may meet it. Their events are included, with all deliveries and requests of these. */
  where: WebhookRequestLogWhere; };

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

/** A new masking rule. */
export type CreateMaskingRuleInput = {
  /** The type of document, such as "Sales Invoice", at most 200 characters. Default, null: all. */
  documentType?: string | null | undefined;
  /** The part of the exchange that contains the values. */
  part: MaskedPart;
  /** The path of the values: "$" is the whole part; "$.customer.taxId", "$.items[*].price", "$[\"a key\"]". A key of a list is a key of its elements. In the body of a request without a template, the document is in `data`: "$.data.customer.taxId". At most 20 steps and 500 characters. */
  path: string;
  /** The roles that the rule is for, 1 to 3: INTEGRATION_MANAGER, SUPPORT, AUDITOR. */
  roles: Array<Role>;
  /** What is shown of the values. */
  strategy: MaskingStrategy;
  /** The webhook, `whk_...`. Default, null: all. The documents of events belong to no webhook: a rule that hides applies to them too, one that shows does not. */
  webhookId?: string | null | undefined;
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

/** A new webhook. With only `name` and `url`, it receives all events, signed, with ten attempts each. */
export type CreateWebhookInput = {
  /** INCOMING: the response to accepted calls. */
  answer?: CallAnswerInput | null | undefined;
  /** Sent as `Authorization: Basic` (RFC 7617, UTF-8). Not together with `oauth2` or a secret `authorization` header. */
  basicAuth?: BasicAuthInput | null | undefined;
  /** INCOMING: what an accepted call becomes. Default, null: BUSINESS_EVENT. */
  becomes?: CallOutcome | null | undefined;
  /** JSON: a Liquid template of the body, at most 65,536 characters. The output of a text is escaped for a JSON string; the filter `json` writes a complete value. The rendered body must be JSON of at most 256 KiB. */
  body?: string | null | undefined;
  /** How the body is made. Default, null: STANDARD. */
  bodyFormat?: BodyFormat | null | undefined;
  /** Certificates as PEM, at most 20, one in each text, at most 64 KiB in all, not expired. Servers whose certificate one of them has signed are trusted beside those with a public certificate: the partner, the token endpoint of `oauth2`, and an https `proxy`. This is the complete list; null or an empty list: none. */
  caCertificates?: Array<string> | null | undefined;
  /** The client certificate for partners that require one (mTLS) and for the token endpoint of `oauth2`. It must not have expired. */
  clientCertificate?: ClientCertificateInput | null | undefined;
  /** A CEL expression over `doc` (the document), `event` { id type documentType event referenceDocument createdAt } and `user` { name fullName }, at most 4,000 characters: `doc.grand_total > 40000 && doc.status == "Paid"`. An event for which it is false or cannot be evaluated is skipped. Default, null: all events. */
  condition?: string | null | undefined;
  /** The seconds within which an identical event is not sent again, 1 to 86,400. An event with the same document type, event, reference and bytes of data as one that was delivered or is open is skipped with the reason DUPLICATE. Default, null: off. */
  dedupeSeconds?: number | null | undefined;
  /** Who calls: Hookledger (OUTGOING) or the partner (INCOMING). It cannot be changed later. */
  direction?: Direction;
  /** OUTGOING: the document type of the events to send, at most 200 characters, such as "Sales Invoice". Default, null: all types. INCOMING: the document type of the events that it makes. Default, null: the name of the provider, such as GitHub. */
  documentType?: string | null | undefined;
  /** INCOMING: the location of the event name in a call. Default, null: the location that the provider uses. The event of a call without a name is "received". */
  eventLocation?: PlaceInput | null | undefined;
  /** The names of the events to send, at most 100. Default, empty: all events. INCOMING: calls with other events are only recorded. */
  events?: Array<string> | null | undefined;
  /** JSON without a template, FORM: the fields of the body, at most 200. Values are copied from the document unchanged. A value that the document does not contain is null, in a form empty; in a form, lists and objects are written as JSON. */
  fields?: Array<BodyFieldInput> | null | undefined;
  /** INCOMING, becomes FORWARD: the 1 to 20 outgoing webhooks to which calls are forwarded, `whk_...`. */
  forwardTo?: Array<string> | null | undefined;
  /** The secret of FRAPPE, 1 to 200 characters, such as that of the Frappe webhook that this one replaces. Default, null: a random secret. */
  frappeSecret?: string | null | undefined;
  /** At most 50 headers, in addition to those that Hookledger sets. `Content-Type` and `User-Agent` replace the default ones. All users who may read webhooks may read these headers: put secrets into `secretHeaders`. Default, null: none. */
  headers?: Array<HeaderInput> | null | undefined;
  /** INCOMING: the location of the id of a call. A call with an id that was accepted within 30 days is answered and recorded again, and has no other effect. Default, null: the location that the provider uses. A call without an id is never a duplicate. GITHUB, SHOPIFY: calls with the same event, secret and body are duplicates, too. */
  idLocation?: PlaceInput | null | undefined;
  /** The maximum number of concurrent requests of all processes, 1 to 500; deliveries above the limit wait. null: only the capacity of the workers limits it. */
  maxConcurrency?: number | null | undefined;
  /** The HTTP method. Default, null: POST. */
  method?: WebhookMethod | null | undefined;
  /** The name, 1 to 200 characters. */
  name: string;
  /** An access token is obtained with client credentials (RFC 6749, section 4.4), cached until shortly before it expires, and sent as `Authorization: Bearer`. If no token can be obtained, the attempt fails with AUTHENTICATION. Not together with `basicAuth` or a secret `authorization` header. */
  oauth2?: OAuth2Input | null | undefined;
  /** Keeps the deliveries of each document in order: the next delivery is sent when the previous one has succeeded. null: deliveries are not ordered. Deliveries that are open when the setting is set are not ordered. Later events overtake one that cannot be fanned out (`deadLetters`), with HOLD too. */
  ordering?: DeliveryOrdering | null | undefined;
  /** The user who is responsible for the webhook, `usr_...`. Default, null: you. */
  ownerId?: string | null | undefined;
  /** OUTGOING: the names of the headers of a received call that are forwarded, at most 50, such as "x-github-event"; ["*"]: all that are allowed. Headers that Hookledger sets and secret headers are never forwarded. Published events have no headers. Default, null: none. */
  passHeaders?: Array<string> | null | undefined;
  /** INCOMING: the provider whose signatures the calls have. It cannot be changed later. Default, null: STANDARD_WEBHOOKS. */
  provider?: WebhookProvider | null | undefined;
  /** The HTTP proxy through which requests, also those for access tokens, are sent: always in a tunnel (CONNECT) to the address to which this server (not the proxy) resolves the host. The address guard applies to this address and to that of the proxy. null: none. */
  proxy?: ProxyInput | null | undefined;
  /** The maximum number of requests in a time window, over all processes; deliveries above the limit wait. INCOMING: valid calls above the limit are refused with 429, counted in each process separately. null: no limit. */
  rateLimit?: RateLimitInput | null | undefined;
  /** Whether the webhook may receive the entries of the audit trail as events (`audit.<action>`), if it subscribes to them. Only a SYSTEM_MANAGER may set it, and no other role may change or test such a webhook, forward calls to it, or act on its deliveries: FORBIDDEN for others. Default, null: false. */
  receiveAuditEvents?: boolean | null | undefined;
  /** INCOMING: the location of the name of the business document. Default, null: the location that the provider uses, else the id of the call. */
  referenceLocation?: PlaceInput | null | undefined;
  /** The seconds to wait before each attempt: 1 to 20 numbers from 0 to 604,800. Default, null: the schedule of Standard Webhooks, 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. */
  retrySchedule?: Array<number> | null | undefined;
  /** The secret of V1: `whsec_` and base64 of 24 to 64 bytes. INCOMING: the secret of the provider, in its form. Default, null: a random secret; none for a provider that issues secrets itself: set it later with rotateWebhookSecret. */
  secret?: string | null | undefined;
  /** Headers with secret values, such as API keys, at most 20. Names are unique, ignoring case. They are sent only to the host of `url`. */
  secretHeaders?: Array<SecretHeaderInput> | null | undefined;
  /** Whether each request carries the header `hookledger-head`: the newest signed head of the sealed log, as `evidenceHeads { nodes { checkpoint } }` without lines of witnesses, in base64. With it, the partner can prove a later rewriting of the log, and that Hookledger signed the head. Default, null: false. */
  sendEvidenceHead?: boolean | null | undefined;
  /** Whether each request that belongs to a trace carries its place in it, in the header `traceparent` of the W3C trace context. The partner can continue the trace, and learns its id. Default, null: false. */
  sendTraceparent?: boolean | null | undefined;
  /** The signature schemes, 1 to 3; each one adds a signature to every request. Default, null: [V1]. */
  signatures?: Array<SignatureScheme> | null | undefined;
  /** Whether SUPPORT may see masked content of the requests, with a reason (`revealContent`). Only a SYSTEM_MANAGER may change it, also by an import or a restored version: FORBIDDEN for others. Default, null: false. */
  supportMayReveal?: boolean | null | undefined;
  /** The timeout of an attempt in milliseconds, 1,000 to 30,000. Default: 15,000. */
  timeoutMs?: number | null | undefined;
  /** INCOMING: the maximum difference between the signed time and the time of receipt, in either direction, in seconds, 1 to 604,800. Default, null: 300; for MAILGUN, which repeats the same signature for hours, 43,200. */
  toleranceSeconds?: number | null | undefined;
  /** OUTGOING: the URL to call: https, at most 2,048 characters, without credentials, not a private address. http is allowed where ALLOW_HTTP_TARGETS is on. Path and query may be Liquid templates, whose output is percent-encoded. Required for OUTGOING. */
  url?: string | null | undefined;
  /** INCOMING, providers HMAC, TOKEN and BASIC: how calls are verified. Omitted fields keep their values. */
  verification?: VerificationInput | null | undefined;
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

/** The masking rule to delete. */
export type DeleteMaskingRuleInput = {
  /** The id of the rule, `msk_...`. */
  id: string;
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

/** The requests whose content is to be erased, and the reason. */
export type EraseContentInput = {
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
  /** The filter of the requests, as in `webhookRequestLogs`: { search: "jane.doe@example.com" }. At most 10,000 requests may meet it. Their events are erased too, with all deliveries and requests of these. */
  where: WebhookRequestLogWhere;
};

/** The document whose content is to be erased, and the reason. */
export type EraseDocumentInput = {
  /** The type of the document, 1 to 200 characters. */
  documentType: string;
  /** The name of the document, 1 to 200 characters. */
  name: string;
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
};

/** The user who is to be erased, and the reason. */
export type ErasePersonInput = {
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
  /** The id of the user, `usr_...`. */
  userId: string;
};

/** The content that an erasure concerns. */
export type ErasureKind =
  /** Requests that met a filter, with their events, and all deliveries and requests of these. */
  | 'CONTENT'
  /** A document: its events, with all their deliveries and requests. */
  | 'DOCUMENT'
  /** A user: their events, with all deliveries and requests of these, and their personal data. */
  | 'PERSON'
  /** Content that had been erased before a backup was restored, and is erased again. */
  | 'REPEATED'
  /** Content that has passed its retention limit (`setRetention`). */
  | 'RETENTION';

/** Tests on a value of ErasureKind. If several tests are given, all must hold. */
export type ErasureKindFilter = {
  /** Equals this value. */
  eq?: ErasureKind | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<ErasureKind> | null | undefined;
};

/** The state of an erasure. */
export type ErasureStatus =
  /** It was declined. */
  | 'DECLINED'
  /** Some rows are kept for the reason in `deferredReason`. It continues by itself when nothing keeps them. */
  | 'DEFERRED'
  /** All rows were erased. */
  | 'DONE'
  /** Ordered or in progress. It begins when its audit entry is sealed, after about a second. */
  | 'ORDERED'
  /** Its `approval` is WAITING. */
  | 'REQUESTED';

/** Tests on a value of ErasureStatus. If several tests are given, all must hold. */
export type ErasureStatusFilter = {
  /** Equals this value. */
  eq?: ErasureStatus | null | undefined;
  /** Any of these, 1 to 100. */
  in?: Array<ErasureStatus> | null | undefined;
};

/** Erasures that meet all of these conditions. */
export type ErasureWhere = {
  /** All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  and?: Array<ErasureWhere> | null | undefined;
  /** When the erasure was ordered. */
  createdAt?: DateTimeFilter | null | undefined;
  /** When the erasure became DONE or DECLINED; { isNull: true }: it is not finished. */
  finishedAt?: OptionalDateTimeFilter | null | undefined;
  /** The id of the erasure: { eq: "ers_..." }. */
  id?: IdFilter | null | undefined;
  /** The content: { eq: PERSON }. */
  kind?: ErasureKindFilter | null | undefined;
  /** This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 levels deep. */
  not?: ErasureWhere | null | undefined;
  /** At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  or?: Array<ErasureWhere> | null | undefined;
  /** The user who ordered the erasure. */
  orderedBy?: UserWhere | null | undefined;
  /** The status: { eq: REQUESTED } for those that wait for an approval. */
  status?: ErasureStatusFilter | null | undefined;
  /** PERSON: the user. */
  user?: UserWhere | null | undefined;
};

/**
 * The event for which a webhook is tried.
 *
 * Exactly one of its fields is given.
 */
export type EventSample =
  {   /** The id of a stored event, `evt_...`. */
  eventId: string; given?: never; }
  |  { eventId?: never;   /** An event that is given. */
  given: SampleEventInput; };

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

/**
 * Sealed rows.
 *
 * Exactly one of its fields is given.
 */
export type EvidenceRows =
  {   /** Requests (req_...), events (evt_...), audit entries (aud_...), deliveries (dlv_...), users (usr_...) and webhooks (whk_...), 1 to 1,000, each once. They must be sealed. A delivery stands for the decisions about it: why it was not sent, or given up; a user or webhook for the names that it had. FORBIDDEN: a request whose response masking rules hide from you, because its proof has the length of the response. */
  ids: Array<string>; where?: never; }
  |  { ids?: never;   /** The filter of the requests, as in `webhookRequestLogs`: { documentType: { eq: "Sales Invoice" }, startedAt: { gte: "2026-03-01T00:00:00Z", lt: "2026-04-01T00:00:00Z" } }. 1 to 10,000 requests may meet it; they are proven oldest first. Those that are not sealed yet are left out, and counted by `notSealedCount`. FORBIDDEN as in `ids`. */
  where: WebhookRequestLogWhere; };

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

/**
 * A part of the log.
 *
 * Exactly one of its fields is given.
 */
export type EvidenceScopeInput =
  {   /** Requests (req_...), events (evt_...), audit entries (aud_...), deliveries (dlv_...), users (usr_...) and webhooks (whk_...), 1 to 1,000, each once. A delivery stands for itself and for the decisions about it, a user or webhook for its names. */
  ids: Array<string>; range?: never; }
  |  { ids?: never;   /** The rows of a time: that at which the request began, the event was published, the decision was made, the audit entry was written, or the user or webhook was created. */
  range: DateTimeRange; };

/** Which rows a verification compares. */
export type EvidenceScopeKind =
  /** All rows. */
  | 'ALL'
  /** The rows with the given ids. */
  | 'IDS'
  /** The rows of a range of time. */
  | 'RANGE';

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

/** What expires. */
export type ExpiringSecretKind =
  /** A key of the API. Its calls are refused once it has expired. */
  | 'API_KEY'
  /** A certificate authority that a webhook trusts. Attempts fail once it has expired. */
  | 'CA_CERTIFICATE'
  /** The client certificate of a webhook (mTLS). Attempts fail once it has expired. */
  | 'CLIENT_CERTIFICATE'
  /** An address for calls that was replaced by a rotation. Before it expires, the partner must call its successor. */
  | 'INCOMING_ADDRESS'
  /** A key that signs deliveries and was replaced by a rotation. Before it expires, the partner must verify with its successor. */
  | 'SIGNING_KEY'
  /** A key that verifies calls and was replaced by a rotation. Before it expires, the partner must sign with its successor. */
  | 'VERIFICATION_KEY';

/** The webhook, and the call to explain. */
export type ExplainVerificationInput = {
  /** The time for which the call is judged. Default: for a call in the log, when it was received; otherwise now. */
  at?: string | null | undefined;
  /** The call. */
  call: CallToExplain;
  /** The id of the INCOMING webhook that was called, `whk_...`. */
  webhookId: string;
};

/** The rows to prove, and the parts to disclose. */
export type ExportEvidenceInput = {
  /** The parts that the bundle discloses. It contains all others as salted digests. BODY, WIRE_BODY, HEADERS, RESPONSE, RESPONSE_HEADERS, URL and DETAILS are FORBIDDEN for viewers from whom masking rules hide something. Default: none. */
  disclose?: Array<EvidencePart>;
  /** The sizes of earlier heads that the auditor holds, at most 10. The bundle proves that each of them is a beginning of the tree. */
  earlierSizes?: Array<number>;
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
  /** The rows to prove. */
  rows: EvidenceRows;
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

/**
 * The exact body of a call, at most 1 MiB.
 *
 * Exactly one of its fields is given.
 */
export type GivenBody =
  {   /** In base64 (RFC 4648, section 4), for a body that is not UTF-8. */
  base64: string; text?: never; }
  |  { base64?: never;   /** As text. */
  text: string; };

/** A call that is not in the log. */
export type GivenCallInput = {
  /** The headers, in order, at most 200 with 65,536 characters in total. Default: none. */
  headers?: Array<CallHeaderInput>;
  /** The body. Default, null: empty. */
  rawBody?: GivenBody | null | undefined;
  /** The complete URL that was called, for providers that sign it; at most 16,384 characters. */
  url?: string | null | undefined;
};

/** A header of every delivery. */
export type HeaderInput = {
  /** The name, at most 200 characters. Headers that Hookledger sets are refused, such as `webhook-*`, `hookledger-*`, `host` and `content-length`. Names are unique. */
  name: string;
  /** The value, which may be a Liquid template: at most 4,096 characters of Latin-1, also when rendered. */
  value: string;
};

/** How a part of the installation does. */
export type HealthState =
  /** It works, or nobody knows why not: something has waited for more than a minute. */
  | 'BEHIND'
  /** The backlog is at its limit, and publishing is refused until workers have caught up. */
  | 'FULL'
  /** A part of its work cannot be done, and waits; the rest is done. */
  | 'INCOMPLETE'
  /** It does its work, and nothing has waited for more than a minute. */
  | 'OK'
  /** A person has paused all deliveries: see `deliveriesPaused`. */
  | 'PAUSED'
  /** It does nothing of its work. */
  | 'STOPPED'
  /** It could not be asked. */
  | 'UNKNOWN';

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

/** Why a month past the limit is still there. */
export type KeptMonthReason =
  /** The database has refused to drop it, as `error` says. */
  | 'FAILED'
  /** A legal hold covers a row of it. */
  | 'HOLD'
  /** A row or a table of it is gone without an order. `verifyEvidence` names it. */
  | 'INCOMPLETE'
  /** Another session has held a lock on its tables, or another process drops a month. */
  | 'IN_USE'
  /** The limit was changed meanwhile. */
  | 'LIMIT'
  /** A minimum keeps a row of it. */
  | 'MINIMUM'
  /** Bodies: rows of other months need one of them. */
  | 'NEEDED'
  /** The order to drop it is not sealed yet. */
  | 'ORDERED'
  /** Something of it is still to be decided, sent, replayed or erased. */
  | 'PENDING'
  /** Bodies: the rows of the month are still there. */
  | 'ROWS'
  /** The order to drop it was taken back: a hold, limit or minimum has changed since. */
  | 'TAKEN_BACK'
  /** A limit or minimum differs from its newest entry `retention.changed` in a signed head: it was changed past the audit trail. Set it again with `setRetention`. */
  | 'UNRECORDED'
  /** A row of it is open, or not in the tree. */
  | 'UNSEALED';

/** Legal holds that meet all of these conditions. */
export type LegalHoldWhere = {
  /** All of these hold, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  and?: Array<LegalHoldWhere> | null | undefined;
  /** When the hold was placed. */
  createdAt?: DateTimeFilter | null | undefined;
  /** The type of the documents; { isNull: true }: every type. */
  documentType?: StringFilter | null | undefined;
  /** The id of the hold: { eq: "hld_..." }. */
  id?: IdFilter | null | undefined;
  /** The short name: { startsWith: "Case 2026" }. */
  name?: StringFilter | null | undefined;
  /** This does not hold. A missing value meets no test, so its row is included. `and`, `or` and `not` may be nested 3 levels deep. */
  not?: LegalHoldWhere | null | undefined;
  /** At least one of these holds, 1 to 100. `and`, `or` and `not` may be nested 3 levels deep. */
  or?: Array<LegalHoldWhere> | null | undefined;
  /** The user who placed the hold. */
  placedBy?: UserWhere | null | undefined;
  /** The document that is held; { isNull: true }: every one. */
  referenceDocument?: StringFilter | null | undefined;
  /** When the hold was released; { isNull: true }: it is in force. */
  releasedAt?: OptionalDateTimeFilter | null | undefined;
  /** The user whose events are held. */
  user?: UserWhere | null | undefined;
  /** The webhook whose requests and deliveries are held. */
  webhook?: WebhookWhere | null | undefined;
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

/** What is shown of a value. */
export type MaskingStrategy =
  /** "***". Keys of objects and the lengths of lists are shown. */
  | 'HIDE'
  /** The last 4 characters of a string, or of a whole number up to 2^53, that has at least 8 characters: "***4711". */
  | 'LAST4'
  /** The value, with everything below it for which no longer path says otherwise. */
  | 'SHOW';

/** What of a month is dropped at once. */
export type MonthPart =
  /** Bodies. */
  | 'PAYLOADS'
  /** Requests, deliveries, events, decisions, and the search index. */
  | 'ROWS';

/** OAuth2 client credentials (RFC 6749, section 4.4). */
export type OAuth2Input = {
  /** The parameter `audience`, which some token endpoints require (Auth0); at most 1,000 characters. */
  audience?: string | null | undefined;
  /** How the client authenticates at the token endpoint. Use BASIC unless the endpoint requires BODY. */
  clientAuthentication?: ClientAuthentication;
  /** The client id, 1 to 500 characters. */
  clientId: string;
  /** The client secret, 1 to 8,192 characters. Stored encrypted; never shown, logged or recorded: request rows contain `[secret]` instead. */
  clientSecret: string;
  /** The requested scope: names separated by one space, at most 1,000 characters. */
  scope?: string | null | undefined;
  /** The URL of the token endpoint. The rules for `url` apply; templates are not allowed. */
  tokenUrl: string;
};

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

/** The location of a value in a call: { from: JSON, name: "$.data.id" }. */
export type PlaceInput = {
  /** The part of the call. */
  from: PlaceKind;
  /** The name of the header or parameter, or the path of one value: `$.data.object.id`, `$.items[0]`. A field of a form is `$.field`; if the field `payload` contains a JSON object, its members are `$.payload.field`. */
  name: string;
};

/** A part of a call that can contain a value. */
export type PlaceKind =
  /** A header. */
  | 'HEADER'
  /** The body: a JSON document, or the fields of a form. */
  | 'JSON'
  /** A parameter of the query of the URL. */
  | 'QUERY';

/** What is held: at least one of `webhookId`, `documentType`, `userId`, `from` and `to`. A row must meet all that are given. */
export type PlaceLegalHoldInput = {
  /** The type of the documents, 1 to 200 characters. Default, null: any. */
  documentType?: string | null | undefined;
  /** The start of the time in which events and requests began, inclusive. Default, null: none. */
  from?: string | null | undefined;
  /** A short name, 1 to 200 characters. The audit trail keeps it after an erasure: name no document and no person. */
  name: string;
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
  /** The document, with `documentType`, 1 to 200 characters. Default, null: any. */
  referenceDocument?: string | null | undefined;
  /** The end of the time in which events and requests began, exclusive. Default, null: none. */
  to?: string | null | undefined;
  /** The id of the user whose events are held, `usr_...`. Default, null: any. */
  userId?: string | null | undefined;
  /** The id of the webhook whose requests and deliveries are held, `whk_...`. Default, null: any. */
  webhookId?: string | null | undefined;
};

/** What is to be erased. */
export type PreviewErasureInput = {
  /** The document, the user, or the requests. */
  target: ContentTarget;
};

/** What a webhook would have done with an event. */
export type PreviewOutcome =
  /** The URL, a header or the body cannot be rendered. */
  | 'FAULT'
  /** It would be sent. */
  | 'SENT'
  /** The condition is false or cannot be evaluated. */
  | 'SKIPPED'
  /** The evaluation of the events before it took too long. */
  | 'UNDECIDED';

/** Give `id`, `draft` or both: with both, the stored webhook is changed by the draft. `documentType` of an event that is given may be "Hookledger", the type of Hookledger's own events. */
export type PreviewWebhookInput = {
  /** Settings to try. What is wrong with them is in `faults`. Default, null: the stored settings. */
  draft?: WebhookDraftInput | null | undefined;
  /** The id of the webhook, `whk_...`; null: the draft of a new webhook. */
  id?: string | null | undefined;
  /** The event. Default, null: none; then no request is shown. */
  sample?: EventSample | null | undefined;
  /** The name of the user who acted, 1 to 200 characters. Default: the user of the event; for an event that is given, you. */
  user?: string | null | undefined;
};

/** An HTTP proxy, and its credentials. */
export type ProxyInput = {
  /** The password, at most 8,192 characters; only with `username`. Stored encrypted; never shown, logged or recorded: request rows contain `[secret]` instead. */
  password?: string | null | undefined;
  /** Scheme, host and port, such as `http://proxy.example.com:3128`; http or https. No credentials, no path, no template. */
  url: string;
  /** The user name, 1 to 255 characters without a colon; only with `password`. null: none is sent. */
  username?: string | null | undefined;
};

/** A limit on the number of requests in a sliding time window. */
export type RateLimitInput = {
  /** The maximum number of requests in any window, 1 to 10,000. */
  maxRequests: number;
  /** The length of the window in seconds, 1 to 3,600. */
  seconds: number;
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

/** The hold whose release is requested, and the reason. */
export type RequestLegalHoldReleaseInput = {
  /** The id of the hold, `hld_...`. */
  id: string;
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
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

/** An event that is not stored. */
export type SampleEventInput = {
  /** The document, with the same rules as in publishEvents: at most 256 KiB, and its text is sent unchanged. */
  data: unknown;
  /** The type of the document, 1 to 200 characters, such as "Sales Invoice". */
  documentType: string;
  /** What happened to the document, 1 to 200 characters, such as "on_submit". */
  event: string;
  /** The name of the document, 1 to 200 characters, such as "INV-0042". */
  referenceDocument: string;
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

/** Whether you want mail. */
export type SetMyMailInput = {
  /** true: you get mail. false: you get none, and what waits to be sent to you is not sent. */
  receivesMail: boolean;
};

/** The complete limit: a field that is left out sets no limit. */
export type SetRetentionInput = {
  /** The number of days after which content is erased, 1 to 36,500. It applies from 24 hours after the last change of the limit. Default, null: for one webhook, the limit of all; for all, never. */
  contentDays?: number | null | undefined;
  /** The number of days for which content is kept, 1 to 36,500, whatever limits and erasures require. Default, null: no minimum. */
  minimumDays?: number | null | undefined;
  /** The reason for `minimumDays`, such as a law, 1 to 200 characters. Required with `minimumDays`. */
  minimumReason?: string | null | undefined;
  /** The reason, recorded in the audit trail: 1 to 1,000 characters, on one line. Write no names in it: as a rule, an erasure leaves reasons. */
  reason: string;
  /** The number of months, 2 to 1,200, for which rows are kept after the month in which they were made. Then the month is dropped as a whole, unless a hold or a minimum keeps a row of it. Only without `webhookId`. Default, null: never. */
  rowMonths?: number | null | undefined;
  /** The id of the webhook, `whk_...`. Default, null: events, and all webhooks without a limit of their own. */
  webhookId?: string | null | undefined;
};

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

/** The webhook, and the event that is sent. */
export type TestWebhookInput = {
  /** The id of the webhook, `whk_...`. */
  id: string;
  /** The event. */
  sample: EventSample;
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

/** The changes to a webhook. Omitted fields keep their values. Existing deliveries keep their URL and body. */
export type UpdateWebhookInput = {
  /** INCOMING: the response to accepted calls. */
  answer?: CallAnswerInput | null | undefined;
  /** Sent as `Authorization: Basic` (RFC 7617, UTF-8). Not together with `oauth2` or a secret `authorization` header. null: removed. */
  basicAuth?: BasicAuthInput | null | undefined;
  /** INCOMING: what an accepted call becomes. Default, null: BUSINESS_EVENT. */
  becomes?: CallOutcome | null | undefined;
  /** JSON: a Liquid template of the body, at most 65,536 characters. The output of a text is escaped for a JSON string; the filter `json` writes a complete value. The rendered body must be JSON of at most 256 KiB. */
  body?: string | null | undefined;
  /** How the body is made. Default, null: STANDARD. */
  bodyFormat?: BodyFormat | null | undefined;
  /** Certificates as PEM, at most 20, one in each text, at most 64 KiB in all, not expired. Servers whose certificate one of them has signed are trusted beside those with a public certificate: the partner, the token endpoint of `oauth2`, and an https `proxy`. This is the complete list; null or an empty list: none. */
  caCertificates?: Array<string> | null | undefined;
  /** The client certificate for partners that require one (mTLS) and for the token endpoint of `oauth2`. It must not have expired. null: removed. */
  clientCertificate?: ClientCertificateInput | null | undefined;
  /** A CEL expression over `doc` (the document), `event` { id type documentType event referenceDocument createdAt } and `user` { name fullName }, at most 4,000 characters: `doc.grand_total > 40000 && doc.status == "Paid"`. An event for which it is false or cannot be evaluated is skipped. Default, null: all events. */
  condition?: string | null | undefined;
  /** The seconds within which an identical event is not sent again, 1 to 86,400. An event with the same document type, event, reference and bytes of data as one that was delivered or is open is skipped with the reason DUPLICATE. null: off. */
  dedupeSeconds?: number | null | undefined;
  /** The document type, at most 200 characters; null: all types; of INCOMING, the name of the provider. */
  documentType?: string | null | undefined;
  /** INCOMING: the location of the event name in a call. Default, null: the location that the provider uses. The event of a call without a name is "received". */
  eventLocation?: PlaceInput | null | undefined;
  /** The complete new list of event names, at most 100; null or empty: all events. */
  events?: Array<string> | null | undefined;
  /** The `version` that you have read. If the webhook has another one by now, the error is CONFLICT and nothing is changed. Default, null: any. */
  expectedVersion?: number | null | undefined;
  /** JSON without a template, FORM: the fields of the body, at most 200. Values are copied from the document unchanged. A value that the document does not contain is null, in a form empty; in a form, lists and objects are written as JSON. */
  fields?: Array<BodyFieldInput> | null | undefined;
  /** INCOMING, becomes FORWARD: the 1 to 20 outgoing webhooks to which calls are forwarded, `whk_...`. */
  forwardTo?: Array<string> | null | undefined;
  /** At most 50 headers, in addition to those that Hookledger sets. `Content-Type` and `User-Agent` replace the default ones. All users who may read webhooks may read these headers: put secrets into `secretHeaders`. Default, null: none. */
  headers?: Array<HeaderInput> | null | undefined;
  /** The id of the webhook, `whk_...`. */
  id: string;
  /** INCOMING: the location of the id of a call. A call with an id that was accepted within 30 days is answered and recorded again, and has no other effect. Default, null: the location that the provider uses. A call without an id is never a duplicate. GITHUB, SHOPIFY: calls with the same event, secret and body are duplicates, too. */
  idLocation?: PlaceInput | null | undefined;
  /** The maximum number of concurrent requests of all processes, 1 to 500; deliveries above the limit wait. null: only the capacity of the workers limits it. */
  maxConcurrency?: number | null | undefined;
  /** The HTTP method. Default, null: POST. */
  method?: WebhookMethod | null | undefined;
  /** The name, 1 to 200 characters; null is refused. */
  name?: string | null | undefined;
  /** An access token is obtained with client credentials (RFC 6749, section 4.4), cached until shortly before it expires, and sent as `Authorization: Bearer`. If no token can be obtained, the attempt fails with AUTHENTICATION. Not together with `basicAuth` or a secret `authorization` header. null: removed. */
  oauth2?: OAuth2Input | null | undefined;
  /** Keeps the deliveries of each document in order: the next delivery is sent when the previous one has succeeded. null: deliveries are not ordered. Deliveries that are open when the setting is set are not ordered. Later events overtake one that cannot be fanned out (`deadLetters`), with HOLD too. */
  ordering?: DeliveryOrdering | null | undefined;
  /** The user who is responsible for the webhook, `usr_...`; null is refused. */
  ownerId?: string | null | undefined;
  /** OUTGOING: the names of the headers of a received call that are forwarded, at most 50, such as "x-github-event"; ["*"]: all that are allowed. Headers that Hookledger sets and secret headers are never forwarded. Published events have no headers. Default, null: none. */
  passHeaders?: Array<string> | null | undefined;
  /** The HTTP proxy through which requests, also those for access tokens, are sent: always in a tunnel (CONNECT) to the address to which this server (not the proxy) resolves the host. The address guard applies to this address and to that of the proxy. null: none. */
  proxy?: ProxyInput | null | undefined;
  /** The maximum number of requests in a time window, over all processes; deliveries above the limit wait. INCOMING: valid calls above the limit are refused with 429, counted in each process separately. null: no limit. */
  rateLimit?: RateLimitInput | null | undefined;
  /** Whether the webhook may receive the entries of the audit trail as events (`audit.<action>`), if it subscribes to them. Only a SYSTEM_MANAGER may set it, and no other role may change or test such a webhook, forward calls to it, or act on its deliveries: FORBIDDEN for others. Default, null: false. */
  receiveAuditEvents?: boolean | null | undefined;
  /** INCOMING: the location of the name of the business document. Default, null: the location that the provider uses, else the id of the call. */
  referenceLocation?: PlaceInput | null | undefined;
  /** The seconds to wait before each attempt: 1 to 20 numbers from 0 to 604,800. null: the schedule of Standard Webhooks, 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. */
  retrySchedule?: Array<number> | null | undefined;
  /** Headers with secret values, such as API keys, at most 20. Names are unique, ignoring case. They are sent only to the host of `url`. This is the complete new list; null: none. */
  secretHeaders?: Array<SecretHeaderInput> | null | undefined;
  /** Whether each request carries the header `hookledger-head`: the newest signed head of the sealed log, as `evidenceHeads { nodes { checkpoint } }` without lines of witnesses, in base64. With it, the partner can prove a later rewriting of the log, and that Hookledger signed the head. Default, null: false. */
  sendEvidenceHead?: boolean | null | undefined;
  /** Whether each request that belongs to a trace carries its place in it, in the header `traceparent` of the W3C trace context. The partner can continue the trace, and learns its id. Default, null: false. */
  sendTraceparent?: boolean | null | undefined;
  /** The signature schemes, 1 to 3; each one adds a signature to every request. An added scheme gets a new secret, which the response contains; a removed scheme ends at once. */
  signatures?: Array<SignatureScheme> | null | undefined;
  /** Whether SUPPORT may see masked content of the requests, with a reason (`revealContent`). Only a SYSTEM_MANAGER may change it, also by an import or a restored version: FORBIDDEN for others. Default, null: false. */
  supportMayReveal?: boolean | null | undefined;
  /** The timeout of an attempt in milliseconds, 1,000 to 30,000. Default: 15,000. null: the default. */
  timeoutMs?: number | null | undefined;
  /** INCOMING: the maximum difference between the signed time and the time of receipt, in either direction, in seconds, 1 to 604,800. Default, null: 300; for MAILGUN, which repeats the same signature for hours, 43,200. */
  toleranceSeconds?: number | null | undefined;
  /** OUTGOING: the URL to call: https, at most 2,048 characters, without credentials, not a private address. http is allowed where ALLOW_HTTP_TARGETS is on. Path and query may be Liquid templates, whose output is percent-encoded. If scheme, host or port change, the same call must also give the credentials again or remove them with null; otherwise it is refused with CONFLICT. */
  url?: string | null | undefined;
  /** INCOMING, providers HMAC, TOKEN and BASIC: how calls are verified. Omitted fields keep their values. */
  verification?: VerificationInput | null | undefined;
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

/** How calls are verified with the providers HMAC, TOKEN and BASIC. It contains no secret. */
export type VerificationInput = {
  /** HMAC: the hash function. Default: SHA256. */
  algorithm?: HmacAlgorithm | null | undefined;
  /** HMAC: the encoding of the signature. Default: HEX. */
  encoding?: SignatureEncoding | null | undefined;
  /** HMAC, TOKEN: the name of the header with the signature or token. */
  header?: string | null | undefined;
  /** HMAC: the name of the header with `{id}`. An id must not contain the separators next to `{id}`. */
  idHeader?: string | null | undefined;
  /** HMAC, TOKEN: the text before the signature or token, such as "sha256=" or "Bearer "; at most 50 characters. */
  prefix?: string | null | undefined;
  /** TOKEN: the name of the query parameter with the token, instead of a header. */
  query?: string | null | undefined;
  /** HMAC: the signed text, in which `{body}`, `{timestamp}`, `{id}`, `{url}` and `{method}` are replaced by those of the call; at most 500 characters; `{body}` is required. Default: `{body}`. */
  signed?: string | null | undefined;
  /** HMAC: the name of the header with `{timestamp}`, in seconds since 1970. */
  timestampHeader?: string | null | undefined;
  /** BASIC: the user name, without a colon. */
  username?: string | null | undefined;
};

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

/** Settings of an OUTGOING webhook that are not saved: those that decide which events are sent, and what is sent of them. An omitted one is that of the stored webhook; without `id`, the default. */
export type WebhookDraftInput = {
  /** JSON: a Liquid template of the body, at most 65,536 characters. The output of a text is escaped for a JSON string; the filter `json` writes a complete value. The rendered body must be JSON of at most 256 KiB. */
  body?: string | null | undefined;
  /** How the body is made. Default, null: STANDARD. */
  bodyFormat?: BodyFormat | null | undefined;
  /** A CEL expression over `doc` (the document), `event` { id type documentType event referenceDocument createdAt } and `user` { name fullName }, at most 4,000 characters: `doc.grand_total > 40000 && doc.status == "Paid"`. An event for which it is false or cannot be evaluated is skipped. Default, null: all events. */
  condition?: string | null | undefined;
  /** The document type of the events to send, at most 200 characters; null: all types. */
  documentType?: string | null | undefined;
  /** The names of the events to send, at most 100; null or empty: all events. */
  events?: Array<string> | null | undefined;
  /** JSON without a template, FORM: the fields of the body, at most 200. Values are copied from the document unchanged. A value that the document does not contain is null, in a form empty; in a form, lists and objects are written as JSON. */
  fields?: Array<BodyFieldInput> | null | undefined;
  /** At most 50 headers, in addition to those that Hookledger sets. `Content-Type` and `User-Agent` replace the default ones. All users who may read webhooks may read these headers: put secrets into `secretHeaders`. Default, null: none. */
  headers?: Array<HeaderInput> | null | undefined;
  /** The HTTP method. Default, null: POST. */
  method?: WebhookMethod | null | undefined;
  /** OUTGOING: the names of the headers of a received call that are forwarded, at most 50, such as "x-github-event"; ["*"]: all that are allowed. Headers that Hookledger sets and secret headers are never forwarded. Published events have no headers. Default, null: none. */
  passHeaders?: Array<string> | null | undefined;
  /** OUTGOING: the URL to call: https, at most 2,048 characters, without credentials, not a private address. http is allowed where ALLOW_HTTP_TARGETS is on. Path and query may be Liquid templates, whose output is percent-encoded. Default of a new webhook: empty, until it is known. */
  url?: string | null | undefined;
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
  /** The trace of the request: { eq: "4bf92f3577b34da6a3ce929d0e0e4736" }. */
  traceId?: StringFilter | null | undefined;
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
  /** Whether requests carry their place in a trace. */
  sendTraceparent?: BooleanFilter | null | undefined;
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

export type DeliveryRowFragment = { id: string, createdAt: string, documentType: string, referenceDocument: string, event: string, status: DeliveryStatus, attempts: number, nextAttemptAt: string | null, finishedAt: string | null, held: boolean, waitsFor: DeliveryWait | null, skipReason: SkipReason | null, cancelRequested: boolean, test: boolean, webhook: { id: string, name: string, status: WebhookStatus } | null, lastRequest: { id: string, errorCode: RequestErrorCode | null, responseStatus: number | null } | null, deadLetter: { code: string } | null };

export type DeliveriesQueryVariables = Exact<{
  where?: DeliveryWhere | null | undefined;
  orderBy?: DeliveryOrder | null | undefined;
  after?: string | null | undefined;
}>;


export type DeliveriesQuery = { deliveries: { nodes: Array<{ id: string, createdAt: string, documentType: string, referenceDocument: string, event: string, status: DeliveryStatus, attempts: number, nextAttemptAt: string | null, finishedAt: string | null, held: boolean, waitsFor: DeliveryWait | null, skipReason: SkipReason | null, cancelRequested: boolean, test: boolean, webhook: { id: string, name: string, status: WebhookStatus } | null, lastRequest: { id: string, errorCode: RequestErrorCode | null, responseStatus: number | null } | null, deadLetter: { code: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null, waiting: { totalCount: number | null, totalCountIsExact: boolean | null } | null, retrying: { totalCount: number | null, totalCountIsExact: boolean | null } | null, exhausted: { totalCount: number | null, totalCountIsExact: boolean | null } | null };

export type DeliveriesTailSubscriptionVariables = Exact<{
  where?: DeliveryWhere | null | undefined;
  after?: string | null | undefined;
}>;


export type DeliveriesTailSubscription = { deliveryChanged: { id: string, dropped: number, delivery: { id: string, createdAt: string, documentType: string, referenceDocument: string, event: string, status: DeliveryStatus, attempts: number, nextAttemptAt: string | null, finishedAt: string | null, held: boolean, waitsFor: DeliveryWait | null, skipReason: SkipReason | null, cancelRequested: boolean, test: boolean, webhook: { id: string, name: string, status: WebhookStatus } | null, lastRequest: { id: string, errorCode: RequestErrorCode | null, responseStatus: number | null } | null, deadLetter: { code: string } | null } } };

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

export type EvidenceHeadsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type EvidenceHeadsQuery = { evidenceHeads: { nodes: Array<{ treeSize: number, checkpoint: string, signedAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type EvidenceCompletenessQueryVariables = Exact<{
  month: string;
  after?: string | null | undefined;
}>;


export type EvidenceCompletenessQuery = { evidenceCompleteness: { deliveryCount: number, attemptCount: number, requestCount: number, sealedCount: number, waitingCount: number, decisionCount: number, sealedDecisionCount: number, rowsDropped: boolean, holeCount: number, next: string | null, holes: Array<{ name: EvidenceHoleName, rowKind: EvidenceRowKind, rowId: string | null, message: string }> } | null };

export type VerifyEvidenceMutationVariables = Exact<{
  input: VerifyEvidenceInput;
}>;


export type VerifyEvidenceMutation = { verifyEvidence: { evidenceRun: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type EvidenceRunsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type EvidenceRunsQuery = { evidenceRuns: { nodes: Array<{ id: string, status: EvidenceRunStatus, depth: EvidenceDepth, checked: number, findingCount: number, createdAt: string, finishedAt: string | null, scope: { kind: EvidenceScopeKind, from: string | null, to: string | null }, orderedBy: { name: string, fullName: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

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

export type PartPartsFragment = { state: HealthState, since: string | null, behindSeconds: number | null, message: string | null };

export type HealthQueryVariables = Exact<{
  now: string;
  hourAgo: string;
  dayAgo: string;
}>;


export type HealthQuery = { systemHealth: { database: { state: HealthState, since: string | null, behindSeconds: number | null, message: string | null }, queue: { state: HealthState, since: string | null, behindSeconds: number | null, message: string | null }, workers: { state: HealthState, since: string | null, behindSeconds: number | null, message: string | null }, index: { state: HealthState, since: string | null, behindSeconds: number | null, message: string | null }, statistics: { state: HealthState, since: string | null, behindSeconds: number | null, message: string | null }, sealing: { state: HealthState, since: string | null, behindSeconds: number | null, message: string | null }, standby: { state: HealthState, since: string | null, behindSeconds: number | null, message: string | null } | null } | null, deliveriesPaused: { since: string, reason: string, pausedBy: { name: string, fullName: string | null } | null } | null, deadLetters: { nodes: Array<{ id: string, kind: DeadLetterKind, code: string, failures: number, createdAt: string, retryAt: string | null, webhook: { id: string, name: string } | null, delivery: { id: string } | null }> } | null, oldest: { nodes: Array<{ id: string, createdAt: string, nextAttemptAt: string | null, webhook: { id: string, name: string } | null }> } | null, open: { totalCount: number | null, totalCountIsExact: boolean | null } | null, unwell: { nodes: Array<{ id: string, name: string, url: string | null, status: WebhookStatus, statusReason: string | null, statusChangedAt: string | null, circuit: { state: CircuitState, openUntil: string | null, failures: number, failingSince: string | null } | null, health: { waitingCount: number | null, lastSuccessAt: string | null, successRate: number | null, streak: { succeeding: boolean, requestCount: number, since: string } | null, lastFailure: { id: string, errorCode: RequestErrorCode | null, responseStatus: number | null } | null } | null, owner: { name: string, fullName: string | null } | null }> } | null, webhookRequestLogStats: { total: { requestCount: number, succeeded: number, failed: number, unknown: number } | null } };

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
  inTwoWeeks: string;
}>;


export type AttentionQuery = { deliveriesPaused: { since: string, reason: string, pausedBy: { name: string, fullName: string | null } | null } | null, broken: { nodes: Array<{ id: string, name: string, statusReason: string | null, statusChangedAt: string | null, owner: { name: string, fullName: string | null } | null }> } | null, givenUp: { nodes: Array<{ id: string, documentType: string, referenceDocument: string, finishedAt: string | null, webhook: { id: string, name: string } | null, lastRequest: { id: string, errorCode: RequestErrorCode | null, responseStatus: number | null } | null }> } | null, stuck: { nodes: Array<{ id: string, kind: DeadLetterKind, code: string, createdAt: string, retryAt: string | null, webhook: { id: string, name: string } | null }> } | null, approvals: { nodes: Array<{ id: string, kind: ApprovalKind, createdAt: string, requestedBy: { name: string, fullName: string | null } | null }> } | null, expiring: { nodes: Array<{ kind: ExpiringSecretKind, name: string | null, expiresAt: string, webhook: { id: string, name: string } | null }> } | null, evidenceStatus: { oldestWaitingSeconds: number | null, stops: Array<{ code: EvidenceStopCode, since: string, message: string }> } | null, deliveryStats: { buckets: Array<{ start: string, end: string, delivered: number, pending: number, retrying: number, exhausted: number, skipped: number, cancelled: number }> | null } };

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

export type SetMyMailMutationVariables = Exact<{
  input: SetMyMailInput;
}>;


export type SetMyMailMutation = { setMyMail: { user: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type RequestAddressVerificationMutationVariables = Exact<{ [key: string]: never; }>;


export type RequestAddressVerificationMutation = { requestAddressVerification: { user: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

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

export type MaskingRulePartsFragment = { id: string, createdAt: string, documentType: string | null, part: MaskedPart, path: string, roles: Array<Role>, strategy: MaskingStrategy, createdBy: { name: string, fullName: string | null } | null, webhook: { id: string, name: string } | null };

export type MaskingRulesQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type MaskingRulesQuery = { maskingRules: { nodes: Array<{ id: string, createdAt: string, documentType: string | null, part: MaskedPart, path: string, roles: Array<Role>, strategy: MaskingStrategy, createdBy: { name: string, fullName: string | null } | null, webhook: { id: string, name: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type CreateMaskingRuleMutationVariables = Exact<{
  input: CreateMaskingRuleInput;
}>;


export type CreateMaskingRuleMutation = { createMaskingRule: { maskingRule: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type DeleteMaskingRuleMutationVariables = Exact<{
  input: DeleteMaskingRuleInput;
}>;


export type DeleteMaskingRuleMutation = { deleteMaskingRule: { maskingRule: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type LegalHoldsQueryVariables = Exact<{
  where?: LegalHoldWhere | null | undefined;
  after?: string | null | undefined;
}>;


export type LegalHoldsQuery = { legalHolds: { nodes: Array<{ id: string, name: string, reason: string, createdAt: string, documentType: string | null, referenceDocument: string | null, from: string | null, to: string | null, releasedAt: string | null, placedBy: { name: string, fullName: string | null } | null, user: { name: string, fullName: string | null } | null, webhook: { id: string, name: string } | null, approvals: { nodes: Array<{ id: string, takesEffectAt: string | null }> } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type PlaceLegalHoldMutationVariables = Exact<{
  input: PlaceLegalHoldInput;
}>;


export type PlaceLegalHoldMutation = { placeLegalHold: { legalHold: { id: string } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type RequestLegalHoldReleaseMutationVariables = Exact<{
  input: RequestLegalHoldReleaseInput;
}>;


export type RequestLegalHoldReleaseMutation = { requestLegalHoldRelease: { approval: { id: string, takesEffectAt: string | null } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type RetentionQueryVariables = Exact<{ [key: string]: never; }>;


export type RetentionQuery = { retentionLimits: Array<{ contentDays: number | null, rowMonths: number | null, minimumDays: number | null, minimumReason: string | null, reason: string, changedAt: string, changedBy: { name: string, fullName: string | null } | null, webhook: { id: string, name: string } | null }> | null, keptMonths: Array<{ month: string, part: MonthPart, reason: KeptMonthReason, since: string, error: string | null }> | null };

export type SetRetentionMutationVariables = Exact<{
  input: SetRetentionInput;
}>;


export type SetRetentionMutation = { setRetention: { retentionLimit: { contentDays: number | null } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ErasuresQueryVariables = Exact<{
  where?: ErasureWhere | null | undefined;
  after?: string | null | undefined;
}>;


export type ErasuresQuery = { erasures: { nodes: Array<{ id: string, kind: ErasureKind, status: ErasureStatus, reason: string, createdAt: string, finishedAt: string | null, rowCount: number, erasedCount: number, otherCount: number, deferredCount: number, deferredReason: string | null, orderedBy: { name: string, fullName: string | null } | null, approval: { id: string, status: ApprovalStatus, takesEffectAt: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type RecipientPartsFragment = { webhookId: string, webhookName: string, host: string, requestCount: number, firstAt: string, lastAt: string };

export type ErasureRecipientsQueryVariables = Exact<{
  id: string;
}>;


export type ErasureRecipientsQuery = { erasure: { recipients: Array<{ webhookId: string, webhookName: string, host: string, requestCount: number, firstAt: string, lastAt: string }> } | null };

export type PreviewErasureMutationVariables = Exact<{
  input: PreviewErasureInput;
}>;


export type PreviewErasureMutation = { previewErasure: { preview: { rowCount: number, eventCount: number, deliveryCount: number, requestCount: number, heldCount: number, erasedCount: number, reasonCount: number, replayCount: number, exportCount: number, complete: boolean, needsSecondPerson: boolean, recipients: Array<{ webhookId: string, webhookName: string, host: string, requestCount: number, firstAt: string, lastAt: string }> } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type OrderedErasureFragment = { id: string, status: ErasureStatus, approval: { takesEffectAt: string | null } | null };

export type EraseDocumentMutationVariables = Exact<{
  input: EraseDocumentInput;
}>;


export type EraseDocumentMutation = { eraseDocument: { erasure: { id: string, status: ErasureStatus, approval: { takesEffectAt: string | null } | null } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ErasePersonMutationVariables = Exact<{
  input: ErasePersonInput;
}>;


export type ErasePersonMutation = { erasePerson: { erasure: { id: string, status: ErasureStatus, approval: { takesEffectAt: string | null } | null } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type EraseContentMutationVariables = Exact<{
  input: EraseContentInput;
}>;


export type EraseContentMutation = { eraseContent: { erasure: { id: string, status: ErasureStatus, approval: { takesEffectAt: string | null } | null } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type SecondPersonsQueryVariables = Exact<{ [key: string]: never; }>;


export type SecondPersonsQuery = { users: { nodes: Array<{ id: string, name: string, fullName: string | null, identityIssuer: string | null }> } | null };

export type FindPersonsQueryVariables = Exact<{
  begin: string;
}>;


export type FindPersonsQuery = { users: { nodes: Array<{ id: string, name: string, fullName: string | null }> } | null };

export type WebhookNamesQueryVariables = Exact<{ [key: string]: never; }>;


export type WebhookNamesQuery = { webhooks: { nodes: Array<{ id: string, name: string }> } | null };

export type ApprovalPartsFragment = { id: string, kind: ApprovalKind, status: ApprovalStatus, reason: string, createdAt: string, expiresAt: string | null, takesEffectAt: string | null, decidedAt: string | null, decisionReason: string | null, requestedBy: { id: string, name: string, fullName: string | null } | null, decidedBy: { name: string, fullName: string | null } | null, delivery: { id: string, referenceDocument: string, webhook: { id: string, name: string } | null } | null };

export type ApprovalsPageFragment = { nodes: Array<{ id: string, kind: ApprovalKind, status: ApprovalStatus, reason: string, createdAt: string, expiresAt: string | null, takesEffectAt: string | null, decidedAt: string | null, decisionReason: string | null, erasure?: { kind: ErasureKind, rowCount: number, otherCount: number } | null, legalHold?: { name: string } | null, requestedBy: { id: string, name: string, fullName: string | null } | null, decidedBy: { name: string, fullName: string | null } | null, delivery: { id: string, referenceDocument: string, webhook: { id: string, name: string } | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } };

export type ApprovalsQueryVariables = Exact<{
  where?: ApprovalWhere | null | undefined;
  after?: string | null | undefined;
  privacy: boolean;
}>;


export type ApprovalsQuery = { approvals: { nodes: Array<{ id: string, kind: ApprovalKind, status: ApprovalStatus, reason: string, createdAt: string, expiresAt: string | null, takesEffectAt: string | null, decidedAt: string | null, decisionReason: string | null, erasure?: { kind: ErasureKind, rowCount: number, otherCount: number } | null, legalHold?: { name: string } | null, requestedBy: { id: string, name: string, fullName: string | null } | null, decidedBy: { name: string, fullName: string | null } | null, delivery: { id: string, referenceDocument: string, webhook: { id: string, name: string } | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type ReplaysQueryVariables = Exact<{
  after?: string | null | undefined;
  privacy: boolean;
}>;


export type ReplaysQuery = { waiting: { nodes: Array<{ id: string, kind: ApprovalKind, status: ApprovalStatus, reason: string, createdAt: string, expiresAt: string | null, takesEffectAt: string | null, decidedAt: string | null, decisionReason: string | null, erasure?: { kind: ErasureKind, rowCount: number, otherCount: number } | null, legalHold?: { name: string } | null, requestedBy: { id: string, name: string, fullName: string | null } | null, decidedBy: { name: string, fullName: string | null } | null, delivery: { id: string, referenceDocument: string, webhook: { id: string, name: string } | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null, replays: { nodes: Array<{ id: string, createdAt: string, status: ReplayStatus, deliveryCount: number, replayed: number, skipped: number, rate: number, reason: string, error: string | null, startedAt: string | null, finishedAt: string | null, orderedBy: { name: string, fullName: string | null } | null, delivery: { id: string, referenceDocument: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type CountReplayMutationVariables = Exact<{
  where: DeliveryWhere;
  reason: string;
}>;


export type CountReplayMutation = { replayDeliveries: { preview: { deliveryCount: number, replayable: number, oldest: { id: string, createdAt: string, referenceDocument: string } | null, newest: { id: string, createdAt: string, referenceDocument: string } | null, byStatus: Array<{ status: DeliveryStatus, deliveryCount: number, replayable: number }>, byWebhook: Array<{ deliveryCount: number, replayable: number, webhook: { id: string, name: string } | null }> } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type StartReplayMutationVariables = Exact<{
  where: DeliveryWhere;
  reason: string;
  rate: number;
  expectedReplayable: number;
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


export type RequestQuery = { webhookRequestLog: { id: string, startedAt: string, finishedAt: string | null, direction: Direction, method: string, url: string, status: WebhookRequestLogStatus, responseStatus: number | null, errorCode: RequestErrorCode | null, error: string | null, durationMs: number | null, attemptNumber: number, remoteAddress: string | null, test: boolean, duplicate: boolean, event: string | null, documentType: string | null, referenceDocument: string | null, webhook: { id: string, name: string, supportMayReveal: boolean, timeoutMs: number, owner: { id: string, name: string, fullName: string | null } | null } | null, user: { id: string, name: string, fullName: string | null } | null, replay: { id: string, reason: string, orderedBy: { name: string } | null } | null, businessEvent: { id: string, createdAt: string, publishedBy: { name: string } | null } | null, delivery: { id: string, status: DeliveryStatus, nextAttemptAt: string | null, requests: { nodes: Array<{ id: string, attemptNumber: number, startedAt: string, status: WebhookRequestLogStatus, direction: Direction, responseStatus: number | null, errorCode: RequestErrorCode | null, durationMs: number | null }>, pageInfo: { hasNextPage: boolean } } | null } | null, evidence: { status: SealStatus, sealedAt: string | null, erasedAt: string | null, leafIndex: number | null, treeSize: number | null, leafHash: string | null } } | null };

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


export type ViewerQuery = { viewerRoles: Array<Role>, about: { version: string, serverTime: string, signInMethods: Array<SignInMethod>, oldestRequestAt: string | null }, viewer: { id: string, name: string, fullName: string | null, email: string | null, emailVerified: boolean, receivesMail: boolean } | null };

export type VersionQueryVariables = Exact<{ [key: string]: never; }>;


export type VersionQuery = { about: { version: string } };

export type SessionEndQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionEndQuery = { about: { serverTime: string }, mySessions: { nodes: Array<{ current: boolean, expiresAt: string }> } | null };

export type OwnersPageFragment = { nodes: Array<{ id: string, name: string, fullName: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } };

export type EditedWebhookQueryVariables = Exact<{
  id: string;
}>;


export type EditedWebhookQuery = { users: { nodes: Array<{ id: string, name: string, fullName: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, webhook: { id: string, name: string, direction: Direction, status: WebhookStatus, version: number, documentType: string | null, events: Array<string>, url: string | null, method: WebhookMethod, condition: string | null, passHeaders: Array<string>, bodyFormat: BodyFormat, body: string | null, signatures: Array<SignatureScheme>, retrySchedule: Array<number> | null, timeoutMs: number, maxConcurrency: number | null, ordering: DeliveryOrdering | null, dedupeSeconds: number | null, receiveAuditEvents: boolean, sendEvidenceHead: boolean, sendTraceparent: boolean, supportMayReveal: boolean, owner: { id: string, name: string, fullName: string | null } | null, headers: Array<{ name: string, template: string }>, fields: Array<{ key: string, fieldname: string }> | null, rateLimit: { maxRequests: number, seconds: number } | null, credentials: Array<{ kind: CredentialKind, name: string }>, proxy: { url: string, username: string | null } | null, caCertificates: Array<{ subject: string }>, incoming: { provider: WebhookProvider, toleranceSeconds: number, becomes: CallOutcome, verification: { header: string | null, query: string | null, prefix: string | null, algorithm: HmacAlgorithm | null, encoding: SignatureEncoding | null, signed: string | null, timestampHeader: string | null, idHeader: string | null, username: string | null } | null, eventLocation: { from: PlaceKind, name: string } | null, idLocation: { from: PlaceKind, name: string } | null, referenceLocation: { from: PlaceKind, name: string } | null, forwardTo: Array<{ id: string, name: string }>, answer: { statusCode: number, body: string | null, contentType: string | null } } | null } | null };

export type ForwardTargetsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ForwardTargetsQuery = { webhooks: { nodes: Array<{ id: string, name: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type WebhookOwnersQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type WebhookOwnersQuery = { users: { nodes: Array<{ id: string, name: string, fullName: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type PreviewDraftMutationVariables = Exact<{
  input: PreviewWebhookInput;
}>;


export type PreviewDraftMutation = { previewWebhook: { preview: { matches: boolean | null, conditionHolds: boolean | null, skipReason: SkipReason | null, skipMessage: string | null, faults: Array<{ field: Array<string>, line: number | null, column: number | null, message: string }>, request: { method: WebhookMethod, url: string, body: string, headers: Array<{ name: string, value: string }> } | null, recent: Array<{ outcome: PreviewOutcome, skipReason: SkipReason | null, skipMessage: string | null, businessEvent: { id: string, documentType: string, event: string, referenceDocument: string, createdAt: string } | null }> | null } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type CreateWebhookMutationVariables = Exact<{
  input: CreateWebhookInput;
}>;


export type CreateWebhookMutation = { createWebhook: { secret: string | null, publicKey: string | null, frappeSecret: string | null, address: string | null, webhook: { id: string } | null, warnings: Array<{ message: string }> | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type UpdateWebhookMutationVariables = Exact<{
  input: UpdateWebhookInput;
}>;


export type UpdateWebhookMutation = { updateWebhook: { secret: string | null, publicKey: string | null, frappeSecret: string | null, webhook: { id: string, version: number } | null, warnings: Array<{ message: string }> | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type WebhooksQueryVariables = Exact<{
  range: DateTimeRange;
  where?: WebhookWhere | null | undefined;
  after?: string | null | undefined;
}>;


export type WebhooksQuery = { webhooks: { nodes: Array<{ id: string, name: string, direction: Direction, url: string | null, status: WebhookStatus, statusReason: string | null, owner: { name: string, fullName: string | null } | null, circuit: { state: CircuitState, openUntil: string | null, failures: number, failingSince: string | null } | null, health: { lastSuccessAt: string | null, successRate: number | null, waitingCount: number | null, nextAttemptAt: string | null, streak: { succeeding: boolean, requestCount: number } | null } | null, stats: { buckets: Array<{ start: string, end: string, succeeded: number, failed: number, refused: number, unknown: number, pending: number }> | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null, searchedTo: string | null } } | null };

export type WebhookQueryVariables = Exact<{
  id: string;
  range: DateTimeRange;
}>;


export type WebhookQuery = { webhook: { id: string, name: string, direction: Direction, url: string | null, method: WebhookMethod, documentType: string | null, events: Array<string>, condition: string | null, body: string | null, bodyFormat: BodyFormat, timeoutMs: number, retrySchedule: Array<number> | null, maxConcurrency: number | null, ordering: DeliveryOrdering | null, dedupeSeconds: number | null, status: WebhookStatus, statusReason: string | null, statusChangedAt: string | null, createdAt: string, updatedAt: string, version: number, supportMayReveal: boolean, receiveAuditEvents: boolean, sendEvidenceHead: boolean, sendTraceparent: boolean, signatures: Array<SignatureScheme>, fields: Array<{ key: string, fieldname: string }> | null, headers: Array<{ name: string, template: string }>, rateLimit: { maxRequests: number, seconds: number } | null, statusChangedBy: { name: string, fullName: string | null } | null, owner: { name: string, fullName: string | null } | null, signingKeys: Array<{ id: string, scheme: SignatureScheme, live: boolean, createdAt: string, expiresAt: string | null, publicKey: string | null }> | null, credentials: Array<{ kind: CredentialKind, name: string, createdAt: string, expiresAt: string | null }>, caCertificates: Array<{ subject: string, fingerprint: string, expiresAt: string }>, proxy: { url: string } | null, circuit: { state: CircuitState, openUntil: string | null, failures: number, failingSince: string | null, reason: string | null } | null, health: { lastSuccessAt: string | null, lastFailureAt: string | null, successRate: number | null, waitingCount: number | null, nextAttemptAt: string | null, streak: { succeeding: boolean, requestCount: number, since: string } | null, lastFailure: { id: string, errorCode: RequestErrorCode | null, responseStatus: number | null } | null } | null, stats: { total: { duration: { p50Ms: number | null, p95Ms: number | null, p99Ms: number | null } | null } | null, buckets: Array<{ start: string, end: string, succeeded: number, failed: number, refused: number, unknown: number, pending: number }> | null } | null, incoming: { provider: WebhookProvider, becomes: CallOutcome, toleranceSeconds: number, addresses: Array<{ createdAt: string, expiresAt: string | null }>, verification: { header: string | null, signed: string | null, algorithm: HmacAlgorithm | null, encoding: SignatureEncoding | null, prefix: string | null, timestampHeader: string | null } | null, verificationKeys: Array<{ id: string, kind: VerificationKeyKind, live: boolean, createdAt: string, expiresAt: string | null }>, forwardTo: Array<{ id: string, name: string }> } | null, unrecordedRefusals: Array<{ minute: string, errorCode: RequestErrorCode, callCount: number }> } | null };

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


export type RestoreVersionMutation = { restoreWebhookVersion: { notRestored: Array<string> | null, secret: string | null, publicKey: string | null, webhook: { id: string, version: number } | null, warnings: Array<{ message: string }> | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ExplainQueryVariables = Exact<{
  input: ExplainVerificationInput;
}>;


export type ExplainQuery = { explainVerification: { accepted: boolean, summary: string, errorCode: RequestErrorCode | null, at: string, checks: Array<{ name: VerificationCheckName, passed: boolean | null, message: string }> } };

export type ImportWebhooksMutationVariables = Exact<{
  input: ImportWebhooksInput;
}>;


export type ImportWebhooksMutation = { importWebhooks: { plan: string | null, webhooks: Array<{ name: string, action: WebhookImportAction, secretMissing: boolean, changes: Array<{ setting: string, before: unknown, after: unknown }> }> | null, warnings: Array<{ message: string }> | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type ExportWebhookSettingsMutationVariables = Exact<{
  input: ExportWebhooksInput;
}>;


export type ExportWebhookSettingsMutation = { exportWebhooks: { file: { text: string, webhookCount: number } | null, userErrors: Array<{ field: Array<string> | null, code: UserErrorCode, message: string }> } };

export type EventsToTestQueryVariables = Exact<{
  where?: BusinessEventWhere | null | undefined;
}>;


export type EventsToTestQuery = { businessEvents: { nodes: Array<{ id: string, documentType: string, event: string, referenceDocument: string, createdAt: string }> } | null };

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
export const DeliveryRowFragmentDoc = new TypedDocumentString(`
    fragment DeliveryRow on Delivery {
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
    `, {"fragmentName":"DeliveryRow"}) as unknown as TypedDocumentString<DeliveryRowFragment, unknown>;
export const PartPartsFragmentDoc = new TypedDocumentString(`
    fragment PartParts on PartHealth {
  state
  since
  behindSeconds
  message
}
    `, {"fragmentName":"PartParts"}) as unknown as TypedDocumentString<PartPartsFragment, unknown>;
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
export const MaskingRulePartsFragmentDoc = new TypedDocumentString(`
    fragment MaskingRuleParts on MaskingRule {
  id
  createdAt
  documentType
  part
  path
  roles
  strategy
  createdBy {
    name
    fullName
  }
  webhook {
    id
    name
  }
}
    `, {"fragmentName":"MaskingRuleParts"}) as unknown as TypedDocumentString<MaskingRulePartsFragment, unknown>;
export const RecipientPartsFragmentDoc = new TypedDocumentString(`
    fragment RecipientParts on Recipient {
  webhookId
  webhookName
  host
  requestCount
  firstAt
  lastAt
}
    `, {"fragmentName":"RecipientParts"}) as unknown as TypedDocumentString<RecipientPartsFragment, unknown>;
export const OrderedErasureFragmentDoc = new TypedDocumentString(`
    fragment OrderedErasure on Erasure {
  id
  status
  approval {
    takesEffectAt
  }
}
    `, {"fragmentName":"OrderedErasure"}) as unknown as TypedDocumentString<OrderedErasureFragment, unknown>;
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
export const ApprovalsPageFragmentDoc = new TypedDocumentString(`
    fragment ApprovalsPage on ApprovalConnection {
  nodes {
    ...ApprovalParts
    erasure @include(if: $privacy) {
      kind
      rowCount
      otherCount
    }
    legalHold @include(if: $privacy) {
      name
    }
  }
  pageInfo {
    hasNextPage
    endCursor
    searchedTo
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
}`, {"fragmentName":"ApprovalsPage"}) as unknown as TypedDocumentString<ApprovalsPageFragment, unknown>;
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
export const OwnersPageFragmentDoc = new TypedDocumentString(`
    fragment OwnersPage on UserConnection {
  nodes {
    id
    name
    fullName
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
    `, {"fragmentName":"OwnersPage"}) as unknown as TypedDocumentString<OwnersPageFragment, unknown>;
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
      ...DeliveryRow
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
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
    fragment DeliveryRow on Delivery {
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
}`) as unknown as TypedDocumentString<DeliveriesQuery, DeliveriesQueryVariables>;
export const DeliveriesTailDocument = new TypedDocumentString(`
    subscription DeliveriesTail($where: DeliveryWhere, $after: ID) {
  deliveryChanged(where: $where, after: $after) {
    id
    dropped
    delivery {
      ...DeliveryRow
    }
  }
}
    fragment DeliveryRow on Delivery {
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
}`) as unknown as TypedDocumentString<DeliveriesTailSubscription, DeliveriesTailSubscriptionVariables>;
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
export const EvidenceHeadsDocument = new TypedDocumentString(`
    query EvidenceHeads($after: String) {
  evidenceHeads(first: 20, after: $after) {
    nodes {
      treeSize
      checkpoint
      signedAt
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
}
    `) as unknown as TypedDocumentString<EvidenceHeadsQuery, EvidenceHeadsQueryVariables>;
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
export const EvidenceRunsDocument = new TypedDocumentString(`
    query EvidenceRuns($after: String) {
  evidenceRuns(first: 20, after: $after) {
    nodes {
      id
      status
      depth
      checked
      findingCount
      createdAt
      finishedAt
      scope {
        kind
        from
        to
      }
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
    `) as unknown as TypedDocumentString<EvidenceRunsQuery, EvidenceRunsQueryVariables>;
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
    query Health($now: DateTime!, $hourAgo: DateTime!, $dayAgo: DateTime!) {
  systemHealth {
    database {
      ...PartParts
    }
    queue {
      ...PartParts
    }
    workers {
      ...PartParts
    }
    index {
      ...PartParts
    }
    statistics {
      ...PartParts
    }
    sealing {
      ...PartParts
    }
    standby {
      ...PartParts
    }
  }
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
    where: {status: {in: [ACTIVE, PAUSED, DISABLED]}, or: [{status: {eq: DISABLED}}, {circuit: {state: {in: [OPEN, HALF_OPEN]}}}, {health: {streak: {succeeding: {eq: false}}, lastFailureAt: {gte: $dayAgo}}}, {health: {successRate: {lt: 0.9}, lastFailureAt: {gte: $hourAgo}}}]}
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
        successRate
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
    fragment PartParts on PartHealth {
  state
  since
  behindSeconds
  message
}`) as unknown as TypedDocumentString<HealthQuery, HealthQueryVariables>;
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
    query Attention($now: DateTime!, $dayAgo: DateTime!, $weekAgo: DateTime!, $inTwoWeeks: DateTime!) {
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
  expiring: expiringSecrets(first: 20, where: {expiresAt: {lt: $inTwoWeeks}}) {
    nodes {
      kind
      name
      expiresAt
      webhook {
        id
        name
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
export const SetMyMailDocument = new TypedDocumentString(`
    mutation SetMyMail($input: SetMyMailInput!) {
  setMyMail(input: $input) {
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
    `) as unknown as TypedDocumentString<SetMyMailMutation, SetMyMailMutationVariables>;
export const RequestAddressVerificationDocument = new TypedDocumentString(`
    mutation RequestAddressVerification {
  requestAddressVerification {
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
    `) as unknown as TypedDocumentString<RequestAddressVerificationMutation, RequestAddressVerificationMutationVariables>;
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
export const MaskingRulesDocument = new TypedDocumentString(`
    query MaskingRules($after: String) {
  maskingRules(first: 50, after: $after) {
    nodes {
      ...MaskingRuleParts
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
}
    fragment MaskingRuleParts on MaskingRule {
  id
  createdAt
  documentType
  part
  path
  roles
  strategy
  createdBy {
    name
    fullName
  }
  webhook {
    id
    name
  }
}`) as unknown as TypedDocumentString<MaskingRulesQuery, MaskingRulesQueryVariables>;
export const CreateMaskingRuleDocument = new TypedDocumentString(`
    mutation CreateMaskingRule($input: CreateMaskingRuleInput!) {
  createMaskingRule(input: $input) {
    maskingRule {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreateMaskingRuleMutation, CreateMaskingRuleMutationVariables>;
export const DeleteMaskingRuleDocument = new TypedDocumentString(`
    mutation DeleteMaskingRule($input: DeleteMaskingRuleInput!) {
  deleteMaskingRule(input: $input) {
    maskingRule {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<DeleteMaskingRuleMutation, DeleteMaskingRuleMutationVariables>;
export const LegalHoldsDocument = new TypedDocumentString(`
    query LegalHolds($where: LegalHoldWhere, $after: String) {
  legalHolds(first: 20, where: $where, after: $after) {
    nodes {
      id
      name
      reason
      createdAt
      documentType
      referenceDocument
      from
      to
      releasedAt
      placedBy {
        name
        fullName
      }
      user {
        name
        fullName
      }
      webhook {
        id
        name
      }
      approvals(first: 1, where: {status: {eq: WAITING}}) {
        nodes {
          id
          takesEffectAt
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
    `) as unknown as TypedDocumentString<LegalHoldsQuery, LegalHoldsQueryVariables>;
export const PlaceLegalHoldDocument = new TypedDocumentString(`
    mutation PlaceLegalHold($input: PlaceLegalHoldInput!) {
  placeLegalHold(input: $input) {
    legalHold {
      id
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PlaceLegalHoldMutation, PlaceLegalHoldMutationVariables>;
export const RequestLegalHoldReleaseDocument = new TypedDocumentString(`
    mutation RequestLegalHoldRelease($input: RequestLegalHoldReleaseInput!) {
  requestLegalHoldRelease(input: $input) {
    approval {
      id
      takesEffectAt
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<RequestLegalHoldReleaseMutation, RequestLegalHoldReleaseMutationVariables>;
export const RetentionDocument = new TypedDocumentString(`
    query Retention {
  retentionLimits {
    contentDays
    rowMonths
    minimumDays
    minimumReason
    reason
    changedAt
    changedBy {
      name
      fullName
    }
    webhook {
      id
      name
    }
  }
  keptMonths {
    month
    part
    reason
    since
    error
  }
}
    `) as unknown as TypedDocumentString<RetentionQuery, RetentionQueryVariables>;
export const SetRetentionDocument = new TypedDocumentString(`
    mutation SetRetention($input: SetRetentionInput!) {
  setRetention(input: $input) {
    retentionLimit {
      contentDays
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<SetRetentionMutation, SetRetentionMutationVariables>;
export const ErasuresDocument = new TypedDocumentString(`
    query Erasures($where: ErasureWhere, $after: String) {
  erasures(first: 20, where: $where, after: $after) {
    nodes {
      id
      kind
      status
      reason
      createdAt
      finishedAt
      rowCount
      erasedCount
      otherCount
      deferredCount
      deferredReason
      orderedBy {
        name
        fullName
      }
      approval {
        id
        status
        takesEffectAt
      }
    }
    pageInfo {
      hasNextPage
      endCursor
      searchedTo
    }
  }
}
    `) as unknown as TypedDocumentString<ErasuresQuery, ErasuresQueryVariables>;
export const ErasureRecipientsDocument = new TypedDocumentString(`
    query ErasureRecipients($id: ID!) {
  erasure(id: $id) {
    recipients {
      ...RecipientParts
    }
  }
}
    fragment RecipientParts on Recipient {
  webhookId
  webhookName
  host
  requestCount
  firstAt
  lastAt
}`) as unknown as TypedDocumentString<ErasureRecipientsQuery, ErasureRecipientsQueryVariables>;
export const PreviewErasureDocument = new TypedDocumentString(`
    mutation PreviewErasure($input: PreviewErasureInput!) {
  previewErasure(input: $input) {
    preview {
      rowCount
      eventCount
      deliveryCount
      requestCount
      heldCount
      erasedCount
      reasonCount
      replayCount
      exportCount
      complete
      needsSecondPerson
      recipients {
        ...RecipientParts
      }
    }
    userErrors {
      field
      code
      message
    }
  }
}
    fragment RecipientParts on Recipient {
  webhookId
  webhookName
  host
  requestCount
  firstAt
  lastAt
}`) as unknown as TypedDocumentString<PreviewErasureMutation, PreviewErasureMutationVariables>;
export const EraseDocumentDocument = new TypedDocumentString(`
    mutation EraseDocument($input: EraseDocumentInput!) {
  eraseDocument(input: $input) {
    erasure {
      ...OrderedErasure
    }
    userErrors {
      field
      code
      message
    }
  }
}
    fragment OrderedErasure on Erasure {
  id
  status
  approval {
    takesEffectAt
  }
}`) as unknown as TypedDocumentString<EraseDocumentMutation, EraseDocumentMutationVariables>;
export const ErasePersonDocument = new TypedDocumentString(`
    mutation ErasePerson($input: ErasePersonInput!) {
  erasePerson(input: $input) {
    erasure {
      ...OrderedErasure
    }
    userErrors {
      field
      code
      message
    }
  }
}
    fragment OrderedErasure on Erasure {
  id
  status
  approval {
    takesEffectAt
  }
}`) as unknown as TypedDocumentString<ErasePersonMutation, ErasePersonMutationVariables>;
export const EraseContentDocument = new TypedDocumentString(`
    mutation EraseContent($input: EraseContentInput!) {
  eraseContent(input: $input) {
    erasure {
      ...OrderedErasure
    }
    userErrors {
      field
      code
      message
    }
  }
}
    fragment OrderedErasure on Erasure {
  id
  status
  approval {
    takesEffectAt
  }
}`) as unknown as TypedDocumentString<EraseContentMutation, EraseContentMutationVariables>;
export const SecondPersonsDocument = new TypedDocumentString(`
    query SecondPersons {
  users(first: 50, where: {active: {eq: true}, roles: {contains: SYSTEM_MANAGER}}) {
    nodes {
      id
      name
      fullName
      identityIssuer
    }
  }
}
    `) as unknown as TypedDocumentString<SecondPersonsQuery, SecondPersonsQueryVariables>;
export const FindPersonsDocument = new TypedDocumentString(`
    query FindPersons($begin: String!) {
  users(
    first: 10
    where: {or: [{name: {startsWith: $begin}}, {fullName: {startsWith: $begin}}, {email: {startsWith: $begin}}]}
  ) {
    nodes {
      id
      name
      fullName
    }
  }
}
    `) as unknown as TypedDocumentString<FindPersonsQuery, FindPersonsQueryVariables>;
export const WebhookNamesDocument = new TypedDocumentString(`
    query WebhookNames {
  webhooks(first: 100) {
    nodes {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<WebhookNamesQuery, WebhookNamesQueryVariables>;
export const ApprovalsDocument = new TypedDocumentString(`
    query Approvals($where: ApprovalWhere, $after: String, $privacy: Boolean!) {
  approvals(first: 20, where: $where, after: $after) {
    ...ApprovalsPage
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
}
fragment ApprovalsPage on ApprovalConnection {
  nodes {
    ...ApprovalParts
    erasure @include(if: $privacy) {
      kind
      rowCount
      otherCount
    }
    legalHold @include(if: $privacy) {
      name
    }
  }
  pageInfo {
    hasNextPage
    endCursor
    searchedTo
  }
}`) as unknown as TypedDocumentString<ApprovalsQuery, ApprovalsQueryVariables>;
export const ReplaysDocument = new TypedDocumentString(`
    query Replays($after: String, $privacy: Boolean!) {
  waiting: approvals(first: 100, where: {status: {eq: WAITING}}) {
    ...ApprovalsPage
  }
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
fragment ApprovalsPage on ApprovalConnection {
  nodes {
    ...ApprovalParts
    erasure @include(if: $privacy) {
      kind
      rowCount
      otherCount
    }
    legalHold @include(if: $privacy) {
      name
    }
  }
  pageInfo {
    hasNextPage
    endCursor
    searchedTo
  }
}`) as unknown as TypedDocumentString<ReplaysQuery, ReplaysQueryVariables>;
export const CountReplayDocument = new TypedDocumentString(`
    mutation CountReplay($where: DeliveryWhere!, $reason: String!) {
  replayDeliveries(input: {where: $where, reason: $reason, dryRun: true}) {
    preview {
      deliveryCount
      replayable
      oldest {
        id
        createdAt
        referenceDocument
      }
      newest {
        id
        createdAt
        referenceDocument
      }
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
    mutation StartReplay($where: DeliveryWhere!, $reason: String!, $rate: Int!, $expectedReplayable: Int!) {
  replayDeliveries(
    input: {where: $where, reason: $reason, rate: $rate, expectedReplayable: $expectedReplayable, dryRun: false}
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
      erasedAt
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
    emailVerified
    receivesMail
  }
  viewerRoles
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const VersionDocument = new TypedDocumentString(`
    query Version {
  about {
    version
  }
}
    `) as unknown as TypedDocumentString<VersionQuery, VersionQueryVariables>;
export const SessionEndDocument = new TypedDocumentString(`
    query SessionEnd {
  about {
    serverTime
  }
  mySessions(first: 50) {
    nodes {
      current
      expiresAt
    }
  }
}
    `) as unknown as TypedDocumentString<SessionEndQuery, SessionEndQueryVariables>;
export const EditedWebhookDocument = new TypedDocumentString(`
    query EditedWebhook($id: ID!) {
  users(first: 100, orderBy: {field: NAME, direction: ASC}) {
    ...OwnersPage
  }
  webhook(id: $id) {
    id
    name
    direction
    status
    version
    owner {
      id
      name
      fullName
    }
    documentType
    events
    url
    method
    condition
    headers {
      name
      template
    }
    passHeaders
    bodyFormat
    body
    fields {
      key
      fieldname
    }
    signatures
    retrySchedule
    timeoutMs
    rateLimit {
      maxRequests
      seconds
    }
    maxConcurrency
    ordering
    dedupeSeconds
    receiveAuditEvents
    sendEvidenceHead
    sendTraceparent
    supportMayReveal
    credentials {
      kind
      name
    }
    proxy {
      url
      username
    }
    caCertificates {
      subject
    }
    incoming {
      provider
      verification {
        header
        query
        prefix
        algorithm
        encoding
        signed
        timestampHeader
        idHeader
        username
      }
      toleranceSeconds
      eventLocation {
        from
        name
      }
      idLocation {
        from
        name
      }
      referenceLocation {
        from
        name
      }
      becomes
      forwardTo {
        id
        name
      }
      answer {
        statusCode
        body
        contentType
      }
    }
  }
}
    fragment OwnersPage on UserConnection {
  nodes {
    id
    name
    fullName
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<EditedWebhookQuery, EditedWebhookQueryVariables>;
export const ForwardTargetsDocument = new TypedDocumentString(`
    query ForwardTargets($after: String) {
  webhooks(
    first: 100
    after: $after
    where: {direction: {eq: OUTGOING}, status: {in: [ACTIVE, PAUSED, DISABLED]}}
    orderBy: {field: NAME, direction: ASC}
  ) {
    nodes {
      id
      name
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ForwardTargetsQuery, ForwardTargetsQueryVariables>;
export const WebhookOwnersDocument = new TypedDocumentString(`
    query WebhookOwners($after: String) {
  users(first: 100, after: $after, orderBy: {field: NAME, direction: ASC}) {
    ...OwnersPage
  }
}
    fragment OwnersPage on UserConnection {
  nodes {
    id
    name
    fullName
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<WebhookOwnersQuery, WebhookOwnersQueryVariables>;
export const PreviewDraftDocument = new TypedDocumentString(`
    mutation PreviewDraft($input: PreviewWebhookInput!) {
  previewWebhook(input: $input) {
    preview {
      faults {
        field
        line
        column
        message
      }
      matches
      conditionHolds
      skipReason
      skipMessage
      request {
        method
        url
        headers {
          name
          value
        }
        body
      }
      recent {
        businessEvent {
          id
          documentType
          event
          referenceDocument
          createdAt
        }
        outcome
        skipReason
        skipMessage
      }
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<PreviewDraftMutation, PreviewDraftMutationVariables>;
export const CreateWebhookDocument = new TypedDocumentString(`
    mutation CreateWebhook($input: CreateWebhookInput!) {
  createWebhook(input: $input) {
    webhook {
      id
    }
    secret
    publicKey
    frappeSecret
    address
    warnings {
      message
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<CreateWebhookMutation, CreateWebhookMutationVariables>;
export const UpdateWebhookDocument = new TypedDocumentString(`
    mutation UpdateWebhook($input: UpdateWebhookInput!) {
  updateWebhook(input: $input) {
    webhook {
      id
      version
    }
    secret
    publicKey
    frappeSecret
    warnings {
      message
    }
    userErrors {
      field
      code
      message
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateWebhookMutation, UpdateWebhookMutationVariables>;
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
        streak {
          succeeding
          requestCount
        }
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
    sendTraceparent
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
    warnings {
      message
    }
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
    warnings {
      message
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
export const EventsToTestDocument = new TypedDocumentString(`
    query EventsToTest($where: BusinessEventWhere) {
  businessEvents(first: 20, where: $where) {
    nodes {
      id
      documentType
      event
      referenceDocument
      createdAt
    }
  }
}
    `) as unknown as TypedDocumentString<EventsToTestQuery, EventsToTestQueryVariables>;
