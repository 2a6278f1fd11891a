// The standby from which queries read: whether it is one of this database, and how far it is behind.
import { clusterOf } from '../../database/clusters';
import { createStandbyLag, NoStandby } from '../../system/standby-lag.store';
import type { DatabaseToCheck } from './check-database';
import { type Finding, fault, ok, warning } from './finding';

const LATE_SECONDS = 60;
const SETTING = 'DATABASE_REPLICA_URL';

/** @param standby the one of the setting */
export async function checkStandby(
  { source }: Pick<DatabaseToCheck, 'source'>,
  standby: DatabaseToCheck['source'],
): Promise<Finding[]> {
  const primary = source.manager;
  const lag = await createStandbyLag(primary, standby)().catch((error: unknown) => {
    if (error instanceof NoStandby) return null;
    throw error;
  });
  if (lag === null) {
    const message = 'It is no standby: it was promoted, or is another database. Queries answer what it has.';
    return [fault(SETTING, message, 'Let it name a standby of the database of DATABASE_URL, or leave it out.')];
  }
  const [own, its] = await Promise.all([clusterOf(primary), clusterOf(standby.manager)]);
  if (own && its && own.systemIdentifier !== its.systemIdentifier) {
    const message = 'It is a standby of another cluster than that of DATABASE_URL.';
    return [fault(SETTING, message, 'Make it anew from a base backup of the primary.')];
  }
  if (own && its && own.timeline < its.timeline) {
    const message = `It follows timeline ${its.timeline}, and DATABASE_URL is on ${own.timeline}: another server was promoted.`;
    return [fault(SETTING, message, 'Let DATABASE_URL name the server that was promoted.')];
  }
  const age = lag.seconds === null ? 'for an unknown time' : `by ${Math.round(lag.seconds)} s`;
  const message = `It is ${lag.bytes} bytes of the log behind, ${age}.`;
  if (lag.seconds === null || lag.seconds > LATE_SECONDS) {
    return [
      warning(SETTING, message, 'See pg_stat_replication of the primary, and pg_stat_wal_receiver of the standby.'),
    ];
  }
  return [ok(SETTING, message)];
}
