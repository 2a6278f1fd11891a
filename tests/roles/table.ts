// Who may use what: the table that roles.test.ts holds against the API.
import { READERS, type Role } from '../../src/viewer';

/** What somebody has in the end; null: nobody knows who they are. */
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
};

/** Who may use each field of each type. A field that is not here fails the test: decide who may use it. */
export const TABLE: Record<string, Partial<Record<keyof typeof GROUPS, string>>> = {
  Query: {
    everybody: 'viewer',
    readers: `node nodes user users webhook webhooks businessEvent businessEvents delivery deliveries
      webhookRequestLog webhookRequestLogs replay replays`,
  },
  Mutation: {
    administrators: 'createUser updateUser createApiKey revokeApiKey',
    managers:
      'createWebhook updateWebhook rotateWebhookSecret pauseWebhook resumeWebhook archiveWebhook testWebhook previewWebhook ' +
      'retryDelivery cancelDelivery replayDelivery replayDeliveries pauseReplay resumeReplay cancelReplay',
    publishers: 'publishEvents',
  },
  User: {
    readers: 'id name fullName roles active createdAt webhooks requests',
    keyReaders: 'apiKeys',
  },
  ApiKey: {
    keyReaders: 'id label keyId roles user createdAt expiresAt revokedAt lastUsedAt',
  },
  Webhook: {
    readers: `id name direction status statusReason url documentType events condition method headers bodyFormat body fields retrySchedule timeoutMs signatures signingKeys dedupeSeconds rateLimit maxConcurrency ordering circuit owner createdAt
      updatedAt credentials requests deliveries`,
  },
  WebhookHeader: { readers: 'name template' },
  BodyField: { readers: 'key fieldname' },
  WebhookCredential: { readers: 'kind name tokenUrl scope audience clientAuthentication expiresAt createdAt' },
  WebhookCircuit: { readers: 'state openUntil reason failures failingSince' },
  RateLimit: { readers: 'requests seconds' },
  SigningKey: { readers: 'id scheme createdAt expiresAt live publicKey' },
  BusinessEvent: {
    readers: `id documentType event referenceDocument user idempotencyKey createdAt fannedOutAt wantedBy causedBy deliveries
      requests`,
    contentReaders: 'data dataBody',
  },
  Delivery: {
    readers: `id documentType event referenceDocument status skipReason skipMessage held waitsFor attempts test cancelRequested nextAttemptAt createdAt deliveredAt finishedAt webhook businessEvent
      requests replay`,
  },
  WebhookRequestLog: {
    readers: `id direction status referenceDocument documentType event attemptNumber duplicate test replay method url
      responseStatus error errorCode startedAt finishedAt durationMs remoteAddress webhook user businessEvent delivery`,
    contentReaders: `headers headerList data dataBody response responseHeaders responseHeaderList responseBody`,
  },
  Replay: {
    readers: `id status reason rate orderedBy where delivery deliveries total replayed skipped error createdAt startedAt
      finishedAt`,
  },
  ReplayCount: { everybody: 'total replayable byStatus byWebhook' },
  ReplayStatusCount: { everybody: 'status total replayable' },
  ReplayWebhookCount: { everybody: 'webhook total replayable' },
  Body: { everybody: 'text base64 contentType bytes sha256 truncated' },
  HttpHeader: { everybody: 'name value' },
  PageInfo: { everybody: 'hasNextPage hasPreviousPage startCursor endCursor' },
  ...connections('User', 'ApiKey', 'Webhook', 'BusinessEvent', 'Delivery', 'WebhookRequestLog', 'Replay'),
  CreateUserPayload: { everybody: 'user userErrors' },
  UpdateUserPayload: { everybody: 'user userErrors' },
  CreateApiKeyPayload: { everybody: 'apiKey token userErrors' },
  RevokeApiKeyPayload: { everybody: 'apiKey userErrors' },
  CreateWebhookPayload: { everybody: 'webhook secret publicKey frappeSecret userErrors' },
  UpdateWebhookPayload: { everybody: 'webhook secret publicKey frappeSecret userErrors' },
  RotateWebhookSecretPayload: { everybody: 'webhook secret publicKey userErrors' },
  PauseWebhookPayload: { everybody: 'webhook userErrors' },
  ResumeWebhookPayload: { everybody: 'webhook userErrors' },
  ArchiveWebhookPayload: { everybody: 'webhook userErrors' },
  PreviewWebhookPayload: { everybody: 'preview userErrors' },
  WebhookPreview: { managers: 'matches conditionHolds skipReason skipMessage request' },
  PreviewedRequest: { managers: 'method url headers body' },
  TestWebhookPayload: { everybody: 'delivery userErrors' },
  RetryDeliveryPayload: { everybody: 'delivery userErrors' },
  CancelDeliveryPayload: { everybody: 'delivery userErrors' },
  ReplayDeliveryPayload: { everybody: 'delivery replay userErrors' },
  ReplayDeliveriesPayload: { everybody: 'replay count userErrors' },
  PauseReplayPayload: { everybody: 'replay userErrors' },
  ResumeReplayPayload: { everybody: 'replay userErrors' },
  CancelReplayPayload: { everybody: 'replay userErrors' },
  PublishEventsPayload: { everybody: 'events userErrors' },
  PublishedEvent: { everybody: 'id duplicate' },
  UserError: { everybody: 'field code message' },
};

function connections(...types: string[]): typeof TABLE {
  const connection = { everybody: 'edges nodes pageInfo totalCount totalCountIsExact' };
  return Object.fromEntries(
    types.flatMap((type) => [
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
