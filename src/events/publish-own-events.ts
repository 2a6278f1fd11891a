// Events about Hookledger itself. They are business events and use the same outbox.

import type { Db } from '../sql/db';
import { ensureUsersNamed } from '../users/user.store';
import { newId, timeOfId } from '../values/ids';
import { OWN_DOCUMENT_TYPE } from '../webhooks/setting-limits';
import { announceEvents, type NewEventRow, NOT_RECEIVED, putIntoOutbox, WITHOUT_KEY } from './business-event.store';
import { MAX_CAUSE_PATH, pathsBehind } from './causes.store';
import type { OwnEvent } from './own-events';
import { newPayload } from './payload.store';

/** The user who publishes them, who has neither roles nor keys. */
export const OWN_USER = 'hookledger';

/** Puts them into the outbox: they are sent if and only if the transaction commits. */
export async function publishOwnEvents(db: Db, events: readonly OwnEvent[]): Promise<void> {
  if (events.length === 0) return;
  const userId = await ownUserId(db);
  const causes = [...new Set(events.map(({ causedBy }) => causedBy).filter((id) => id !== null))];
  const paths = causes.length > 0 ? await pathsBehind(db, causes) : new Map<string, string[]>();
  const payloads = events.map(({ data }) => newPayload(Buffer.from(JSON.stringify(data)), 'application/json'));
  const rows = events.map((event, index) => {
    const payloadId = payloads[index]?.id as string;
    return { ...rowOfOwn(event, paths), payloadId, userId, publishedBy: userId };
  });
  await putIntoOutbox(db, { events: rows, payloads });
  await announceEvents(db);
}

function rowOfOwn(
  { event, referenceDocument, causedBy, causePath }: OwnEvent,
  paths: ReadonlyMap<string, string[]>,
): Omit<NewEventRow, 'payloadId' | 'userId' | 'publishedBy'> {
  const id = newId();
  const path = new Set([...((causedBy && paths.get(causedBy)) || []), ...causePath]);
  return {
    id,
    documentType: OWN_DOCUMENT_TYPE,
    event,
    referenceDocument,
    enveloped: false,
    idempotencyKey: null,
    createdAt: timeOfId(id),
    causedBy,
    causePath: [...path].slice(0, MAX_CAUSE_PATH),
    traceparent: null,
    ...NOT_RECEIVED,
    ...WITHOUT_KEY,
  };
}

async function ownUserId(db: Db): Promise<string> {
  return (await ensureUsersNamed(db, [OWN_USER])).get(OWN_USER) as string;
}
