// The settings that webhooks of both directions have.

import type { Viewer } from '../../access/viewer';
import { InputError, type UserError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { usersById } from '../../users/user.store';
import { newId, timeOfId } from '../../values/ids';
import { textFault, withCommas } from '../../values/text';
import { columnsOf, type Given, MAX_WEBHOOKS, OF_BOTH_DIRECTIONS, OF_OUTGOING } from '../setting-limits';
import type { Direction } from '../webhook.entity';
import { countLiveWebhooks, insertWebhook, type WebhookRow } from '../webhook.store';

/** The settings that a client may give. An absent field keeps its value, and null sets the default. */
export interface SettingsOfBothDirections extends Given<typeof OF_BOTH_DIRECTIONS> {
  name?: string;
  events?: string[] | null;
  /** The UUID of the owner; null: the given id is not the id of a user. */
  ownerId?: string | null;
  rateLimit?: { maxRequests: number; seconds: number } | null;
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
    events: [],
    headers: '[]',
    passHeaders: [],
    fields: null,
    signatures: [],
    rateLimit: null,
    rateLimitSeconds: null,
    ...OF_BOTH_DIRECTIONS,
    ...OF_OUTGOING,
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
  const { name, events, ownerId, rateLimit } = settings;
  return {
    ...columnsOf(OF_BOTH_DIRECTIONS, settings),
    ...(name !== undefined && { name }),
    ...(events !== undefined && { events: [...new Set(events ?? [])] }),
    // no user has this id: the fault is found by settingFaults
    ...(ownerId !== undefined && { ownerId: ownerId ?? '' }),
    ...(rateLimit !== undefined && {
      rateLimit: rateLimit?.maxRequests ?? null,
      rateLimitSeconds: rateLimit?.seconds ?? null,
    }),
  };
}

export async function settingFaults(db: Db, { events, ownerId }: SettingsOfBothDirections): Promise<UserError[]> {
  return [...eventFaults(events ?? []), ...(ownerId === undefined ? [] : await ownerFaults(db, ownerId))];
}

export function eventFaults(events: readonly string[]): UserError[] {
  return events.map((event, index) => textFault(event, ['events', String(index)])).filter((fault) => fault !== null);
}

async function ownerFaults(db: Db, ownerId: string | null): Promise<UserError[]> {
  const owner = ownerId === null ? undefined : (await usersById(db, [ownerId])).get(ownerId);
  if (owner) return [];
  return [{ field: ['ownerId'], code: 'NOT_FOUND', message: 'There is no user with this id.' }];
}

// The settings that only OUTGOING or only INCOMING webhooks have.

const OF_ONE: Record<Direction, readonly string[]> = {
  OUTGOING: [
    ...Object.keys(OF_OUTGOING),
    'signatures',
    'frappeSecret',
    'headers',
    'passHeaders',
    'fields',
    'secretHeaders',
    'basicAuth',
    'oauth2',
    'clientCertificate',
    'proxy',
    'caCertificates',
  ],
  INCOMING: [
    'provider',
    'verification',
    'toleranceSeconds',
    'eventLocation',
    'idLocation',
    'referenceLocation',
    'becomes',
    'forwardTo',
    'answer',
  ],
};

/**
 * Refuses settings that would have no effect, so that no caller relies on them. null means the default and is allowed.
 */
export function directionFaults(direction: Direction, given: object): UserError[] {
  const other = direction === 'OUTGOING' ? 'INCOMING' : 'OUTGOING';
  const entries = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  return entries
    .filter(([name]) => OF_ONE[other].includes(name))
    .map(([name]) => ({
      field: [name],
      code: 'INVALID',
      message: `${name} belongs to ${other} webhooks; this one is ${direction}: leave it out.`,
    }));
}
