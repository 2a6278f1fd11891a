import type { DataSource } from 'typeorm';
import { recordOwnAct } from '../audit/write-audit-entry';
import type { DatabaseClock } from '../database/database-clock';
import { MONTHS_AHEAD, makePartitions } from '../database/partitions';
import { freeStranded } from '../delivery/queue/stranded-deliveries.store';
import { apiKeyExpiring } from '../events/own-events';
import { publishOwnEvents } from '../events/publish-own-events';
import { keysInUse } from '../keyring/encrypted-secret.store';
import type { Keyring } from '../keyring/keyring';
import { rewrapSecrets } from '../keyring/rewrap-secrets';
import type { Log } from '../logging/log';
import { positionsOf } from '../request-log/feed/feed-position.store';
import { pruneFeed, rebuildChangeFeed } from '../request-log/feed/read-feed.store';
import { isDatabaseUnavailable } from '../sql/database-errors';
import type { Db } from '../sql/db';
import { deleteCreatedBefore } from '../sql/delete-old-rows';
import { currentMs, currentTime } from '../time/clock';
import { createFailureNote, type FailureNote, type Loop, startLoop } from '../time/loop';
import { takeExpiringKeys } from '../users/api-keys/api-key.store';
import { expireApprovals } from '../users/approvals/approval.store';
import { forgetSessionsBefore } from '../users/sessions/session.store';

const HOUR_MS = 3600_000;
/** Repeated events and calls are recognised for so long. */
const IDEMPOTENCY_MS = 30 * 24 * HOUR_MS;
/** Ended sessions can be listed for so long. */
const SESSIONS_MS = 7 * 24 * HOUR_MS;
/** Subscribers can resume without a loss for so long. */
const FEED_MS = 24 * HOUR_MS;
const POSTPONED_MS = 60_000;
const POSTPONED =
  'these partitions were not created: another session has held a lock on their tables, users or webhooks for more than a ' +
  'second. This is tried again in a minute; until then rows are written to existing partitions';

const FEED_MESSAGES = {
  rebuilt: 'this database was restored from a dump: the log is counted and indexed again, newest requests first',
  locked:
    'this database was restored from a dump, and its log must be counted and indexed again; but another session, such as a ' +
    'backup, has held a lock on its counts or changes for more than a second. This is tried again in a minute',
};

/**
 * Maintenance, at the start and every hour: creates the partitions of the coming months, encrypts keys with the first
 * ENCRYPTION_KEY, warns of API keys that expire, frees stranded deliveries, and deletes old keys, sessions and changes that all
 * readers have passed.
 */
export function startMaintenance(source: DataSource, clock: DatabaseClock, keyring: Keyring, log: Log): Loop {
  const db = source.manager;
  const steps: Record<string, Step> = {
    async partitions() {
      const { postponed } = await makePartitions(db, MONTHS_AHEAD);
      if (postponed.length > 0) log.warn({ postponed }, POSTPONED);
      return postponed.length === 0;
    },
    async feed() {
      const feed = await rebuildChangeFeed(db);
      if (feed !== 'current') log.warn(FEED_MESSAGES[feed]);
      return feed !== 'locked';
    },
    secrets: () => rewrap(source, keyring, log),
    'API keys': () => warnOfExpiringKeys(source, log),
    async 'stranded deliveries'() {
      const stranded = await freeStranded(db);
      if (stranded > 0) log.warn({ stranded }, 'webhooks or deliveries were stranded: they continue now');
    },
    async 'old rows'() {
      if (await clock.mayDelete()) await forgetOld(db, log);
    },
  };
  const named = Object.entries(steps).map(([name, step]) => {
    return { name, step, note: createFailureNote(`maintenance: ${name}`) };
  });
  const loop = startLoop('maintenance', HOUR_MS, log, async () => {
    let isDone = true;
    for (const each of named) isDone = (await run(each, log)) && isDone;
    return isDone ? false : POSTPONED_MS;
  });
  return {
    ...loop,
    async stop() {
      await loop.stop();
      for (const { note } of named) note.works();
    },
  };
}

/** @returns false: it is to be tried again soon */
type Step = () => Promise<unknown>;

interface NamedStep {
  name: string;
  step: Step;
  note: FailureNote;
}

// A step that one row lets fail must not end the others.
async function run({ name, step, note }: NamedStep, log: Log): Promise<boolean> {
  const isDone = await step().then(
    (done) => done !== false,
    (error: unknown) => {
      if (isDatabaseUnavailable(error)) throw error;
      log.error({ step: name, err: error }, 'a step of maintenance failed: it is tried again in a minute');
      return false;
    },
  );
  if (isDone) note.works();
  else note.failed();
  return isDone;
}

async function forgetOld(db: Db, log: Log): Promise<void> {
  const now = currentMs();
  const repeatable = new Date(now - IDEMPOTENCY_MS);
  const forgotten = await deleteCreatedBefore(db, 'idempotency_keys', repeatable);
  if (forgotten > 0) log.info({ forgotten }, 'idempotency keys older than 30 days were deleted');
  await deleteCreatedBefore(db, 'incoming_ids', repeatable);
  await forgetSessionsBefore(db, new Date(now - SESSIONS_MS));
  await expireApprovals(db, new Date(now), null);
  // changes that counts or index have not read yet, as after a long stop, stay
  await pruneFeed(db, new Date(now - FEED_MS), await positionsOf(db, ['counts', 'index']));
}

async function rewrap(source: DataSource, keyring: Keyring, log: Log): Promise<void> {
  const { rewrapped, broken } = await rewrapSecrets((work) => source.transaction(work), keyring);
  const [kek] = keyring.names;
  if (rewrapped > 0) log.info({ rewrapped, kek }, 'secrets were encrypted with the first key of ENCRYPTION_KEY');
  if (broken.length > 0) log.warn({ broken }, 'these secrets cannot be decrypted with the key that they name');
  const unknown = (await keysInUse(source.manager)).filter((name) => !keyring.knows(name));
  if (unknown.length > 0)
    log.error({ unknown }, 'ENCRYPTION_KEY lacks keys with which another process has encrypted secrets');
}

// API keys that expire: two warnings before the end, as events of our own, and an entry in the audit trail at the end.

export async function warnOfExpiringKeys(source: DataSource, log: Log): Promise<void> {
  const taken = await source.transaction(async (db) => {
    const keys = await takeExpiringKeys(db, currentTime());
    await publishOwnEvents(db, keys.filter(({ noticeDays }) => noticeDays > 0).map(apiKeyExpiring));
    for (const { id, noticeDays, expiresAt } of keys) {
      if (noticeDays > 0) continue;
      const act = { action: 'api_key.expired', subjectType: 'ApiKey', subjectId: id, details: { expiresAt } };
      await recordOwnAct(db, act);
    }
    return keys;
  });
  for (const { label, userName, expiresAt, noticeDays } of taken) {
    const fields = { label, user: userName, expiresAt };
    if (noticeDays > 0) log.warn(fields, 'an API key expires soon: create another one, and use it before then');
    else log.warn(fields, 'an API key has expired: its calls are refused');
  }
}
