// A change is refused if another user has changed the webhook since it was read.

import { InputError } from '../../errors/errors';
import type { WebhookRow } from '../webhook.store';

/**
 * @param webhook its row, locked
 * @throws InputError CONFLICT if the webhook has another version than the caller has read
 */
export function refuseOtherVersion({ name, version }: WebhookRow, expected: number | null | undefined): void {
  if (expected === null || expected === undefined || expected === version) return;
  const message =
    `${name} has version ${version}, not ${expected}: it was changed since you read it, and nothing is changed now. ` +
    'Read it again and repeat the change.';
  throw new InputError([{ field: ['expectedVersion'], code: 'CONFLICT', message }]);
}
