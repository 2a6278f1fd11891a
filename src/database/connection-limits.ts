// Whether the database accepts as many connections as this process may open.
import type { DataSource } from 'typeorm';
import type { Log } from '../log';

interface Limit {
  /** The setting that limits them, with the name of the login or of the database if it is theirs. */
  setting: string;
  accepted: number;
  /** Now, those of other programs too. */
  open: number;
}

// -1: no limit; superusers are not limited, but for max_connections
const NARROWEST = `select setting, accepted, open from (
    select 'max_connections' as setting, count(*)::int as open,
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true)::int, 0) as accepted
    from pg_stat_activity where usesysid is not null
    union all
    select 'CONNECTION LIMIT of login ' || current_user, count(*)::int, (select rolconnlimit from pg_roles where rolname = current_user)
    from pg_stat_activity where usename = current_user
    union all
    select 'CONNECTION LIMIT of database ' || current_database(), count(*)::int,
      (select datconnlimit from pg_database where datname = current_database())
    from pg_stat_activity where datname = current_database() and usesysid is not null
  ) as limits where accepted >= 0 order by accepted - open limit 1`;

/**
 * Warns if that is not so: with fewer, callers wait for those that are in use.
 * @param needed the most that this process has open
 * @param source one of them is open
 */
export async function warnOfFewConnections(source: DataSource, needed: number, log: Pick<Log, 'warn'>): Promise<void> {
  const [limit] = await source.query<Limit[]>(NARROWEST);
  if (!limit) return;
  const others = limit.open - 1;
  if (others + needed <= limit.accepted) return;
  log.warn(
    { needed, accepted: limit.accepted, others },
    `this process opens up to ${needed} connections, but the database accepts ${Math.max(limit.accepted - others, 0)}: ` +
      `${limit.accepted} by ${limit.setting}, and others have ${others}. While it has fewer than it needs, callers wait. Raise ` +
      `${limit.setting}, or lower SERVE_CONNECTIONS, DELIVER_CONNECTIONS and READ_CONNECTIONS`,
  );
}
