import type { Client } from 'pg';

export const PARENTS = ['payloads', 'business_events', 'deliveries', 'webhook_request_logs'];

/** The months behind those that `make_partition` makes, made as it makes them. As the owner. */
export async function ensurePastPartitions(owner: Client, from: Date, until: Date): Promise<void> {
  const { rows } = await owner.query<{
    name: string;
    parent: string;
    lower: string;
    upper: string;
    fillfactor: number;
  }>(
    `select format('%s_%s', parent, to_char(month, 'YYYY_MM')) as name, parent,
       first_id_at(month at time zone 'UTC') as lower, first_id_at((month + interval '1 month') at time zone 'UTC') as upper,
       case when parent in ('webhook_request_logs', 'deliveries') then 60 when parent = 'business_events' then 70 else 100 end as fillfactor
     from unnest($1::text[]) as parent,
       generate_series(date_trunc('month', $2::timestamptz at time zone 'UTC'), $3::timestamptz at time zone 'UTC', interval '1 month') as month
     where to_regclass(format('public.%s_%s', parent, to_char(month, 'YYYY_MM'))) is null`,
    [PARENTS, from, until],
  );
  for (const { name, parent, lower, upper, fillfactor } of rows) {
    await owner.query(
      `create table public.${name} partition of public.${parent} for values from ('${lower}') to ('${upper}')
       with (fillfactor = ${fillfactor})`,
    );
    await owner.query(
      `create trigger never_truncated before truncate on public.${name} for each statement execute function refuse_change()`,
    );
  }
  // and what goes with them
  await owner.query('select make_partition(name) from missing_partitions(3)');
}
