// Who may use what: the table that roles.test.ts holds against the API.
import { READERS, type Role } from '../../src/access/viewer';

/** The roles of a caller; null: a caller without a key. */
export type Roles = readonly Role[] | null;

const EVERYBODY = 'EVERYBODY'; // also without a key; below the root: whoever got there

const GROUPS: Record<string, readonly Role[] | typeof EVERYBODY> = {
  everybody: EVERYBODY,
  readers: ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR'],
  contentReaders: ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'AUDITOR'],
  keyReaders: ['SYSTEM_MANAGER', 'AUDITOR'],
  managers: ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER'],
  publishers: ['SYSTEM_MANAGER', 'PUBLISHER'],
  administrators: ['SYSTEM_MANAGER'],
  support: ['SUPPORT'],
  askers: ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'SUPPORT'],
  everyRole: ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR', 'PUBLISHER'],
};

const STATS = 'from to timeZone countedFrom fromStoredCounts countedUntil uncounted total buckets';
const FIGURES =
  'start end requestCount succeeded failed unknown refused failures pending retries successRate duration dns connect tls firstByte';
const DELIVERY_FIGURES =
  'start end deliveryCount pending retrying delivered exhausted skipped cancelled attemptCount deliveredRate timeToArrival';

/** Who may use each field of each type. A field that is not here fails the test: decide who may use it. */
export const TABLE: Record<string, Partial<Record<keyof typeof GROUPS, string>>> = {
  About: { everybody: 'version serverTime signInMethods oldestRequestAt' },
  Query: {
    everybody: 'about viewer viewerRoles',
    readers: `businessDocument node nodes user users webhook webhooks businessEvent businessEvents delivery deliveries
      webhookRequestLog webhookRequestLogs webhookRequestLogStats deliveryStats expiringSecrets search replay replays approval approvals export exports deliveriesPaused deadLetters
      evidenceStatus evidenceHeads evidenceAnchors evidenceConsistency evidenceCompleteness mySessions systemHealth`,
    contentReaders: 'explainVerification',
    keyReaders:
      'evidenceRun evidenceRuns apiKeys auditEntry auditEntries sessions legalHold legalHolds maskingRule maskingRules erasure erasures retentionLimits keptMonths',
    everyRole: 'myAuditEntries',
  },
  Subscription: { readers: 'webhookRequestLogChanged deliveryChanged' },

  Mutation: {
    administrators:
      'createMaskingRule deleteMaskingRule exportPersonalData setRetention eraseDocument erasePerson eraseContent rotateEvidenceKey createUser updateUser createApiKey revokeApiKey',
    managers:
      'createWebhook updateWebhook restoreWebhookVersion exportWebhooks importWebhooks rotateWebhookSecret rotateWebhookToken pauseWebhook resumeWebhook archiveWebhook testWebhook previewWebhook ' +
      'retryDelivery cancelDelivery replayDelivery replayDeliveries pauseReplay resumeReplay cancelReplay approve decline pauseDeliveries resumeDeliveries',
    askers: 'requestReplay',
    publishers: 'publishEvents',
    support: 'revealContent',
    readers: 'exportWebhookRequestLogs revokeSession revokeSessions setMyMail requestAddressVerification',
    keyReaders:
      'placeLegalHold requestLegalHoldRelease previewErasure exportEvidence verifyEvidence anchorEvidence attachEvidenceAnchor',
  },
  Evidence: { readers: 'status sealedAt erasedAt leafIndex treeSize leafHash proof' },
  SystemHealth: { readers: 'database queue workers index statistics sealing standby' },
  PartHealth: { readers: 'state since behindSeconds message' },
  EvidenceHead: { readers: 'treeSize checkpoint signedAt' },
  EvidenceStatus: { readers: 'origin keys treeSize head waitingCount oldestWaitingSeconds stops lastAnchors' },
  EvidenceCompleteness: {
    readers: `deliveryCount attemptCount requestCount sealedCount waitingCount droppedAttemptCount decisionCount sealedDecisionCount droppedDecisionCount holeCount holes rowsDropped next`,
  },
  EvidenceHole: { readers: 'name rowKind rowId row deliveryId delivery attemptNumber message' },
  EvidenceTarget: { readers: 'kind by anchoredSize anchoredAt triedAt error' },
  EvidenceAnchor: { readers: 'kind by origin treeSize receivedAt query proof' },
  EvidenceStop: { readers: 'code message reporter checkpoint since' },
  EvidenceBundle: { keyReaders: 'text sha256 rowCount notSealedCount' },
  EvidenceRun: {
    keyReaders: 'id orderedBy depth scope status checked findings findingCount error createdAt finishedAt',
  },
  EvidenceScope: { keyReaders: 'kind from to ids' },
  EvidenceFinding: { keyReaders: 'name rowKind rowId row leafIndex treeSize message' },
  VerifyEvidencePayload: { everybody: 'evidenceRun userErrors' },
  ExportEvidencePayload: { everybody: 'bundle userErrors' },
  RotateEvidenceKeyPayload: { everybody: 'vkey userErrors' },
  AnchorEvidencePayload: { everybody: 'targets userErrors' },
  AttachEvidenceAnchorPayload: { everybody: 'evidenceAnchor userErrors' },
  LegalHold: {
    keyReaders: `id name documentType referenceDocument from to reason createdAt releasedAt webhook user
      placedBy release approvals`,
  },
  Erasure: {
    keyReaders:
      'id kind status rowCount otherCount erasedCount deferredCount deferredReason reason createdAt finishedAt recipients user orderedBy approval',
  },
  ErasurePreview: {
    keyReaders:
      'rowCount eventCount deliveryCount requestCount heldCount erasedCount reasonCount replayCount exportCount needsSecondPerson complete recipients',
  },
  Recipient: { keyReaders: 'host firstAt lastAt requestCount webhookId webhook webhookName' },
  ExportPersonalDataPayload: { everybody: 'export userErrors' },
  KeptMonth: { keyReaders: 'month part reason error since' },
  RetentionLimit: { keyReaders: 'contentDays minimumDays minimumReason rowMonths reason changedAt webhook changedBy' },
  SetRetentionPayload: { everybody: 'retentionLimit userErrors' },
  EraseDocumentPayload: { everybody: 'erasure userErrors' },
  ErasePersonPayload: { everybody: 'erasure userErrors' },
  EraseContentPayload: { everybody: 'erasure userErrors' },
  PlaceLegalHoldPayload: { everybody: 'legalHold userErrors' },
  RequestLegalHoldReleasePayload: { everybody: 'approval userErrors' },
  User: {
    readers:
      'id name fullName roles active email emailVerified receivesMail identityIssuer rolesMapped createdAt webhooks requests deliveries businessEvents',
    keyReaders: 'apiKeys auditEntries sessions',
  },
  ExpiringSecret: { readers: 'kind name expiresAt webhook apiKey' },
  ApiKey: {
    keyReaders: 'id label keyId roles networks user createdAt expiresAt revokedAt revokedBy lastUsedAt',
  },
  Session: {
    readers: 'id user method current createdAt expiresAt lastUsedAt endedAt endReason endedBy remoteAddress userAgent',
  },
  Webhook: {
    readers: `id name direction status statusReason url documentType events condition method headers bodyFormat body fields retrySchedule timeoutMs signatures signingKeys dedupeSeconds receiveAuditEvents sendEvidenceHead sendTraceparent supportMayReveal rateLimit maxConcurrency ordering circuit owner createdAt
      updatedAt proxy caCertificates credentials requests deliveries health stats incoming passHeaders unrecordedRefusals version versions statusChangedAt statusChangedBy`,
    keyReaders: 'auditEntries',
  },
  IncomingAgreement: {
    readers: `provider verification toleranceSeconds eventLocation idLocation referenceLocation becomes forwardTo answer verificationKeys
      addresses`,
  },
  Verification: {
    readers: 'header query prefix algorithm encoding signed timestampHeader idHeader username',
  },
  Place: { readers: 'from name' },
  CallAnswer: { readers: 'statusCode body contentType' },
  VerificationKey: { readers: 'id kind createdAt expiresAt live' },
  IncomingAddress: { readers: 'createdAt expiresAt' },
  UnrecordedRefusals: { readers: 'minute errorCode callCount' },
  VerificationReport: { contentReaders: 'accepted errorCode summary keyId verificationKey at checks' },
  VerificationCheck: { contentReaders: 'name passed message' },
  WebhookHealth: {
    readers: 'lastSuccessAt lastSuccess lastFailureAt lastFailure streak successRate waitingCount nextAttemptAt',
  },
  WebhookStreak: { readers: 'succeeding requestCount since' },
  DeliveriesPause: { readers: 'since reason pausedBy' },
  WebhookHeader: { readers: 'name template' },
  BodyField: { readers: 'key fieldname' },
  WebhookCredential: { readers: 'kind name tokenUrl scope audience clientAuthentication expiresAt createdAt' },
  WebhookProxy: { readers: 'url username createdAt' },
  TrustedCertificate: { readers: 'subject expiresAt fingerprint' },
  WebhookCircuit: { readers: 'state openUntil reason failures failingSince' },
  RateLimit: { readers: 'maxRequests seconds' },
  SigningKey: { readers: 'id scheme createdAt expiresAt live publicKey' },
  BusinessEvent: {
    readers: `id documentType event referenceDocument user businessDocument publishedBy idempotencyKey createdAt fannedOutAt wantedBy traceId causedBy
      effects deliveries requests evidence data dataBody deadLetters`,
  },
  DeadLetter: {
    readers: 'id kind code failures createdAt failedAt retryAt delivery businessEvent webhook request',
    administrators: 'error',
  },
  Delivery: {
    readers: `id documentType event referenceDocument status skipReason skipMessage held waitsFor attempts test cancelRequested cancelReason cancelledBy nextAttemptAt createdAt deliveredAt finishedAt webhook businessEvent
      businessDocument requests lastRequest replay approvals user predecessor effects evidence deadLetter`,
  },
  WebhookRequestLog: {
    readers: `id direction status referenceDocument documentType event attemptNumber duplicate test replay method url
      responseStatus error errorCode startedAt finishedAt durationMs dnsMs connectMs tlsMs firstByteMs traceId remoteAddress webhook user businessEvent businessDocument delivery
      evidence headers headerList data dataBody response responseHeaders responseHeaderList responseBody`,
  },
  Replay: {
    readers: `id status reason rate orderedBy approval where delivery deliveries requests deliveryCount replayed skipped error createdAt startedAt finishedAt`,
  },
  Approval: {
    readers:
      'id kind status reason createdAt takesEffectAt expiresAt decidedAt decisionReason delivery requestedBy decidedBy replay',
    keyReaders: 'erasure legalHold',
  },
  Export: {
    readers: `id kind user format includeContent byteOrderMark url orderedBy createdAt expiresAt downloads rowsSent bytesSent completedAt`,
    contentReaders: 'where',
  },
  MaskingRule: { keyReaders: 'id roles documentType webhook part path strategy createdBy createdAt' },
  WebhookVersion: { readers: 'id version createdAt webhook createdBy', contentReaders: 'settings changes' },
  SettingChange: { contentReaders: 'setting before after' },
  WebhookFile: { managers: 'text sha256 webhookCount' },
  WebhookImport: {
    managers: 'name action webhook changes unusedSecrets secretMissing secret publicKey frappeSecret token address',
  },
  ExportWebhooksPayload: { everybody: 'file userErrors' },
  ImportWebhooksPayload: { everybody: 'plan webhooks warnings userErrors' },
  RestoreWebhookVersionPayload: { everybody: 'webhook secret publicKey frappeSecret notRestored warnings userErrors' },
  SettingWarning: { everybody: 'field message' },
  AuditEntry: {
    keyReaders: `id createdAt action outcome actor actorKind apiKey session sessionId subjectType subjectId subject reason before after details criteria remoteAddress userAgent identityIssuer identitySubject requestId evidence`,
  },
  OwnAuditEntry: {
    everyRole:
      'id createdAt action outcome sessionId subjectType subjectId subject reason remoteAddress userAgent requestId',
    contentReaders: 'before after details criteria',
  },
  WebhookRequestLogStats: { everybody: `${STATS} figures` },
  WebhookStats: { everybody: STATS },
  WebhookRequestLogFigures: { everybody: FIGURES },
  WebhookRequestLogGroup: { everybody: `${FIGURES} direction webhook documentType errorCode latestFailure` },
  DeliveryStats: { everybody: `${STATS} figures` },
  DeliveryFigures: { everybody: DELIVERY_FIGURES },
  DeliveryGroup: { everybody: `${DELIVERY_FIGURES} webhook documentType skipReason` },
  DurationPercentiles: { everybody: 'count p50Ms p95Ms p99Ms maxMs' },
  BusinessDocument: { readers: 'id documentType name businessEvents deliveries requests verdicts timeline' },
  DocumentVerdict: { readers: 'verdict sentence nextAttemptAt webhook delivery lastRequest' },
  DocumentTimelineEntry: {
    readers: `at kind sentence event skipReason requestStatus responseStatus error webhook businessEvent delivery request`,
  },
  ReplayPreview: { everybody: 'deliveryCount replayable oldest newest byStatus byWebhook' },
  ReplayStatusCount: { everybody: 'status deliveryCount replayable' },
  ReplayWebhookCount: { everybody: 'webhook deliveryCount replayable' },
  Body: { everybody: 'text base64 contentType bytes sha256 masked truncated' },
  HttpHeader: { everybody: 'name value' },
  WebhookRequestLogChange: { everybody: 'id kind dropped webhookRequestLog' },
  DeliveryChange: { everybody: 'id dropped delivery' },
  PageInfo: { everybody: 'hasNextPage hasPreviousPage startCursor endCursor searchedTo notSearched' },
  ...connections(
    'DocumentTimelineEntry EvidenceHead EvidenceRun EvidenceAnchor ExpiringSecret User ApiKey Session Webhook BusinessEvent Delivery WebhookRequestLog Replay Approval Export',
    'AuditEntry OwnAuditEntry WebhookVersion MaskingRule DeadLetter LegalHold Erasure',
  ),
  ExportWebhookRequestLogsPayload: { everybody: 'export userErrors' },
  CreateUserPayload: { everybody: 'user userErrors' },
  UpdateUserPayload: { everybody: 'user userErrors' },
  CreateApiKeyPayload: { everybody: 'apiKey token userErrors' },
  RevokeSessionPayload: { everybody: 'session userErrors' },
  RequestAddressVerificationPayload: { everybody: 'user userErrors' },
  SetMyMailPayload: { everybody: 'user userErrors' },
  RevokeSessionsPayload: { everybody: 'sessions userErrors' },
  RevealContentPayload: { everybody: 'content userErrors' },
  RevealedContent: { everybody: 'data dataBody headerList response responseBody responseHeaderList' },
  CreateMaskingRulePayload: { everybody: 'maskingRule userErrors' },
  DeleteMaskingRulePayload: { everybody: 'maskingRule userErrors' },
  RevokeApiKeyPayload: { everybody: 'apiKey userErrors' },
  CreateWebhookPayload: { everybody: 'webhook secret publicKey frappeSecret token address warnings userErrors' },
  UpdateWebhookPayload: { everybody: 'webhook secret publicKey frappeSecret warnings userErrors' },
  RotateWebhookSecretPayload: { everybody: 'webhook secret publicKey userErrors' },
  RotateWebhookTokenPayload: { everybody: 'webhook token address userErrors' },
  PauseWebhookPayload: { everybody: 'webhook userErrors' },
  ResumeWebhookPayload: { everybody: 'webhook userErrors' },
  ArchiveWebhookPayload: { everybody: 'webhook userErrors' },
  PreviewErasurePayload: { everybody: 'preview userErrors' },
  PreviewWebhookPayload: { everybody: 'preview userErrors' },
  WebhookPreview: { managers: 'faults matches conditionHolds skipReason skipMessage request recent' },
  DraftFault: { managers: 'field line column message' },
  RecentOutcome: { managers: 'businessEvent outcome skipReason skipMessage' },
  PreviewedRequest: { managers: 'method url headers body' },
  TestWebhookPayload: { everybody: 'delivery userErrors' },
  RetryDeliveryPayload: { everybody: 'delivery userErrors' },
  CancelDeliveryPayload: { everybody: 'delivery userErrors' },
  ReplayDeliveryPayload: { everybody: 'delivery replay userErrors' },
  ReplayDeliveriesPayload: { everybody: 'replay preview userErrors' },
  PauseReplayPayload: { everybody: 'replay userErrors' },
  ResumeReplayPayload: { everybody: 'replay userErrors' },
  CancelReplayPayload: { everybody: 'replay userErrors' },
  RequestReplayPayload: { everybody: 'approval userErrors' },
  ApprovePayload: { everybody: 'approval userErrors' },
  DeclinePayload: { everybody: 'approval userErrors' },
  PauseDeliveriesPayload: { everybody: 'deliveriesPaused userErrors' },
  ResumeDeliveriesPayload: { everybody: 'ended userErrors' },
  PublishEventsPayload: { everybody: 'events userErrors' },
  PublishedEvent: { everybody: 'id duplicate' },
  UserError: { everybody: 'field code message' },
};

function connections(...names: string[]): typeof TABLE {
  const connection = { everybody: 'edges nodes pageInfo totalCount totalCountIsExact' };
  return Object.fromEntries(
    names.flatMap(words).flatMap((type) => [
      [`${type}Connection`, connection],
      [`${type}Edge`, { everybody: 'cursor node' }],
    ]),
  );
}

function groupOf(type: string, field: string): readonly Role[] | typeof EVERYBODY | undefined {
  const found = Object.entries(TABLE[type] ?? {}).find(([, fields]) => words(fields).includes(field));
  return found && GROUPS[found[0]];
}

export function isAllowed(roles: Roles, type: string, field: string): boolean {
  const group = groupOf(type, field);
  return group === EVERYBODY || (roles?.some((role) => group?.includes(role)) ?? false);
}

export function isForAllReaders(type: string, field: string): boolean {
  return READERS.every((role) => isAllowed([role], type, field));
}

export function words(text = ''): string[] {
  return text.split(/\s+/).filter(Boolean);
}
