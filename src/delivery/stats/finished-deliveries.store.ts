// Finds deliveries by the time of their outcome, through the indexes of the table of finished ones.
import type { RowSource } from '../../request-log/stats/stats-figures.store';
import type { Bind } from '../../sql/condition';
import type { FinishedStatus } from '../delivery.entity';

/** Which finished deliveries are looked at, as far as an index finds them. */
export interface FinishedOf {
  statuses: readonly FinishedStatus[];
  /** null: of all webhooks. */
  webhookId: string | null;
}

export function finishedRows({ statuses, webhookId }: FinishedOf): RowSource {
  const ofWebhook = (bind: Bind) => (webhookId === null ? '' : `webhook_id = ${bind(webhookId)}::uuid and `);
  const time = (bind: Bind, ms: number) => `${bind(new Date(ms).toISOString())}::timestamptz`;
  // each status by itself: the indexes begin with it, so that only the rows of one are in the order of time
  const scans = (bind: Bind, { from, to }: { from: number; to: number }, columns: string, end = '') =>
    statuses.map(
      (status) => `(select ${columns} from finished_deliveries where ${ofWebhook(bind)}status = '${status}'
        and finished_at >= ${time(bind, from)} and finished_at < ${time(bind, to)}${end})`,
    );
  const together = (selects: readonly string[], columns: string) =>
    selects.length > 0 ? selects.join(' union all ') : `(select ${columns} from finished_deliveries where false)`;
  return {
    within: (bind, spans) => {
      const ids = together(
        spans.flatMap((span) => scans(bind, span, 'id')),
        'id',
      );
      // `offset 0`: each row is looked up by its id, which names its partition
      return `(select r.* from (${ids}) as f cross join lateral (select * from deliveries where id = f.id offset 0) as r) as r`;
    },
    next: (bind, span, _walked, atMost) => {
      const newest = scans(bind, span, 'finished_at', ` order by finished_at desc limit ${atMost + 1}`);
      return `select round(date_part('epoch', finished_at) * 1000) as ms from (${together(newest, 'finished_at')}) as newest
        order by finished_at desc offset ${atMost} limit 1`;
    },
  };
}
