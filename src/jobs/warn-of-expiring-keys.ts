// API keys that expire: two warnings before the end, as events of our own, and an entry in the audit trail at the end.
import type { DataSource } from 'typeorm';
import { recordOwnAct } from '../audit/write-audit-entry';
import { currentTime } from '../clock';
import { apiKeyExpiring } from '../delivery/own-event-builders';
import { publishOwnEvents } from '../events/own-events';
import type { Log } from '../log';
import { takeExpiringKeys } from '../users/api-keys/expiring-keys.store';

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
