// The settings that webhooks of both directions have.
import { InputError, type UserError } from '../../errors';
import { newId, timeOfId } from '../../ids';
import type { Db } from '../../sql/db';
import { textFault, withCommas } from '../../text';
import { usersById } from '../../users/user.store';
import type { Viewer } from '../../viewer';
import { REQUEST_DEFAULTS } from '../request/request-settings';
import { DEFAULT_TIMEOUT_MS, MAX_WEBHOOKS } from '../setting-limits';
import type { Direction } from '../webhook.entity';
import { countLiveWebhooks, insertWebhook, type WebhookRow } from '../webhook.store';

/** The settings that a client may give. An absent field keeps its value, and null sets the default. */
export interface SettingsOfBothDirections {
  name?: string;
  documentType?: string | null;
  events?: string[] | null;
  /** The UUID of the owner; null: the given id is not the id of a user. */
  ownerId?: string | null;
  rateLimit?: { maxRequests: number; seconds: number } | null;
  supportMayReveal?: boolean | null;
}

/** A webhook with the given settings, and otherwise the defaults. It is owned by the viewer if no owner is given. */
export function newWebhook(
  viewer: Viewer,
  direction: Direction,
  settings: SettingsOfBothDirections & { name: string },
): WebhookRow {
  const id = newId();
  const at = timeOfId(id);
  return {
    id,
    name: settings.name,
    direction,
    status: 'ACTIVE',
    statusReason: null,
    url: null,
    documentType: null,
    events: [],
    retrySchedule: null,
    timeoutMs: DEFAULT_TIMEOUT_MS,
    ...REQUEST_DEFAULTS,
    signatures: [],
    rateLimit: null,
    rateLimitSeconds: null,
    maxConcurrency: null,
    ordering: null,
    dedupeSeconds: null,
    supportMayReveal: false,
    ownerId: viewer.userId,
    version: 1,
    statusChangedBy: null,
    statusChangedAt: null,
    createdAt: at,
    updatedAt: at,
    ...columnsOfBothDirections(settings),
  };
}

/**
 * Inserts the webhook.
 * @param leaving the number of webhooks that this transaction is going to archive
 * @throws InputError TOO_LARGE. Transactions that create webhooks at the same time do not see each other's.
 */
export async function addWebhook(db: Db, webhook: WebhookRow, leaving: number): Promise<void> {
  if ((await countLiveWebhooks(db)) - leaving >= MAX_WEBHOOKS) {
    const message = `There are ${withCommas(MAX_WEBHOOKS)} webhooks, which is the maximum. Archive those that are not needed.`;
    throw new InputError([{ field: null, code: 'TOO_LARGE', message }]);
  }
  await insertWebhook(db, webhook);
}

/** The columns of the given settings. */
export function columnsOfBothDirections(settings: SettingsOfBothDirections): Partial<WebhookRow> {
  const { name, documentType, events, ownerId, rateLimit, supportMayReveal } = settings;
  return {
    ...(name !== undefined && { name }),
    ...(documentType !== undefined && { documentType }),
    ...(events !== undefined && { events: [...new Set(events ?? [])] }),
    // no user has this id: the fault is found by settingFaults
    ...(ownerId !== undefined && { ownerId: ownerId ?? '' }),
    ...(rateLimit !== undefined && {
      rateLimit: rateLimit?.maxRequests ?? null,
      rateLimitSeconds: rateLimit?.seconds ?? null,
    }),
    ...(supportMayReveal !== undefined && { supportMayReveal: supportMayReveal ?? false }),
  };
}

export async function settingFaults(db: Db, { events, ownerId }: SettingsOfBothDirections): Promise<UserError[]> {
  return [...eventFaults(events ?? []), ...(ownerId === undefined ? [] : await ownerFaults(db, ownerId))];
}

function eventFaults(events: readonly string[]): UserError[] {
  return events.map((event, index) => textFault(event, ['events', String(index)])).filter((fault) => fault !== null);
}

async function ownerFaults(db: Db, ownerId: string | null): Promise<UserError[]> {
  const owner = ownerId === null ? undefined : (await usersById(db, [ownerId])).get(ownerId);
  if (owner) return [];
  return [{ field: ['ownerId'], code: 'NOT_FOUND', message: 'There is no user with this id.' }];
}
