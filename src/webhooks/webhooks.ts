import { recordAct } from '../audit/record';
import { InputError, type UserError } from '../errors';
import { newId, timeOfId } from '../ids';
import type { Db } from '../sql/db';
import { textFault } from '../text';
import { usersById } from '../users/user.store';
import type { Viewer } from '../viewer';
import type { Keyring } from './keyring';
import { createSigningSecret } from './signing-secret';
import { checkTargetUrl, type TargetPolicy } from './target-url';
import type { Direction } from './webhook.entity';
import { changeWebhook, findWebhookForUpdate, insertWebhook, type WebhookRow } from './webhook.store';

export const DEFAULT_TIMEOUT_MS = 15_000;

export interface WebhookRules {
  keyring: Keyring;
  targetPolicy: TargetPolicy;
}

/** What a caller may set; absent, null and a value are three things. */
export interface WebhookSettings {
  name?: string;
  url?: string | null;
  documentType?: string | null;
  events?: string[] | null;
  /** The owner's UUID, or null for an id that is not a user's. */
  ownerId?: string | null;
  retrySchedule?: number[] | null;
  timeoutMs?: number | null;
}

/** @returns the webhook and its signing secret, which is never shown again. */
export async function createWebhook(
  db: Db,
  viewer: Viewer,
  rules: WebhookRules,
  input: WebhookSettings & { name: string; direction: Direction },
): Promise<{ webhook: WebhookRow; secret: string }> {
  const id = newId();
  const at = timeOfId(id);
  const webhook: WebhookRow = {
    id,
    name: input.name,
    direction: input.direction,
    status: 'ACTIVE',
    statusReason: null,
    url: input.url ?? null,
    documentType: input.documentType ?? null,
    events: [...new Set(input.events ?? [])],
    retrySchedule: input.retrySchedule ?? null,
    timeoutMs: input.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    condition: null,
    method: 'POST',
    headers: '[]',
    bodyFormat: 'STANDARD',
    body: null,
    fields: null,
    signatures: ['V1'],
    rateLimit: null,
    rateLimitSeconds: null,
    maxConcurrency: null,
    ordering: null,
    dedupeSeconds: null,
    ownerId: input.ownerId === undefined ? viewer.userId : (input.ownerId ?? ''),
    createdAt: at,
    updatedAt: at,
  };
  await refuseFaults(db, rules, { ...input, url: webhook.url });
  await insertWebhook(db, webhook);
  const secret = await createSigningSecret(db, rules.keyring, id);
  const details = { name: webhook.name, url: webhook.url, documentType: webhook.documentType, events: webhook.events };
  await recordAct(db, viewer, { action: 'webhook.created', subjectType: 'Webhook', subjectId: id, details });
  return { webhook, secret };
}

export async function updateWebhook(
  db: Db,
  viewer: Viewer,
  rules: WebhookRules,
  id: string | null,
  settings: WebhookSettings,
): Promise<WebhookRow> {
  const before = await webhookToChange(db, id);
  const changes: Partial<WebhookRow> = {
    ...(settings.name !== undefined && { name: settings.name }),
    ...(settings.url !== undefined && { url: settings.url }),
    ...(settings.documentType !== undefined && { documentType: settings.documentType }),
    ...(settings.events !== undefined && { events: [...new Set(settings.events ?? [])] }),
    ...(settings.ownerId !== undefined && { ownerId: settings.ownerId ?? '' }),
    ...(settings.retrySchedule !== undefined && { retrySchedule: settings.retrySchedule }),
    ...(settings.timeoutMs !== undefined && { timeoutMs: settings.timeoutMs ?? DEFAULT_TIMEOUT_MS }),
  };
  const after = { ...before, ...changes, updatedAt: new Date() };
  await refuseFaults(db, rules, { ...settings, direction: before.direction });
  await changeWebhook(db, before.id, { ...changes, updatedAt: after.updatedAt });
  const was = Object.fromEntries(Object.keys(changes).map((key) => [key, before[key as keyof WebhookRow]]));
  const details = { before: was, after: changes };
  await recordAct(db, viewer, { action: 'webhook.updated', subjectType: 'Webhook', subjectId: before.id, details });
  return after;
}

/** @throws InputError NOT_FOUND without one; CONFLICT when it is archived, which is for good. */
export async function webhookToChange(db: Db, id: string | null): Promise<WebhookRow> {
  const webhook = id ? await findWebhookForUpdate(db, id) : null;
  if (!webhook) {
    throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message: 'There is no webhook with this id.' }]);
  }
  if (webhook.status === 'ARCHIVED') {
    const message = `${webhook.name} is archived, which is for good: create a new webhook.`;
    throw new InputError([{ field: ['id'], code: 'CONFLICT', message }]);
  }
  return webhook;
}

// Only what was given: a new name is not refused because the rules for URLs have changed since.
async function refuseFaults(
  db: Db,
  rules: WebhookRules,
  { direction, url, events, ownerId }: WebhookSettings & { direction: Direction },
): Promise<void> {
  const faults = [
    ...(url === undefined ? [] : urlFaults(direction, url, rules.targetPolicy)),
    ...eventFaults(events ?? []),
    ...(ownerId === undefined ? [] : await ownerFaults(db, ownerId)),
  ];
  if (faults.length > 0) throw new InputError(faults);
}

function urlFaults(direction: Direction, url: string | null, policy: TargetPolicy): UserError[] {
  if (direction === 'INCOMING') {
    const message = 'INCOMING webhooks are not served by this version: only OUTGOING can be created.';
    return [{ field: ['direction'], code: 'INVALID', message }];
  }
  if (url === null) {
    return [{ field: ['url'], code: 'REQUIRED', message: 'An outgoing webhook needs the url that is called.' }];
  }
  const message = checkTargetUrl(url, policy);
  return message ? [{ field: ['url'], code: 'INVALID', message }] : [];
}

function eventFaults(events: readonly string[]): UserError[] {
  return events.map((event, index) => textFault(event, ['events', String(index)])).filter((fault) => fault !== null);
}

async function ownerFaults(db: Db, ownerId: string | null): Promise<UserError[]> {
  const owner = ownerId === null ? undefined : (await usersById(db, [ownerId])).get(ownerId);
  if (owner) return [];
  return [{ field: ['ownerId'], code: 'NOT_FOUND', message: 'There is no user with this id.' }];
}
