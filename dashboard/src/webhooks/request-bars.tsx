import type { WebhooksQuery } from '../api/generated/documents';
import { type Bar, StateBars } from '../ui/state-bars';
import { REQUEST_TONES, type RequestStatus, useStateWords } from '../ui/state-mark';

type Stats = NonNullable<NonNullable<WebhooksQuery['webhooks']>['nodes'][number]['stats']>;
type Bucket = NonNullable<Stats['buckets']>[number];

const FIELDS = {
  PENDING: 'pending',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  UNKNOWN: 'unknown',
  REFUSED: 'refused',
} as const satisfies Record<RequestStatus, keyof Bucket>;

function useBars(buckets: readonly Bucket[]): Bar[] {
  const words = useStateWords();
  return buckets.map((bucket) => ({
    start: bucket.start,
    end: bucket.end,
    parts: (Object.keys(FIELDS) as RequestStatus[]).map((status) => ({
      tone: REQUEST_TONES[status],
      name: words.request[status],
      count: bucket[FIELDS[status]],
    })),
  }));
}

/** Requests over time, with the keys and the table of all charts. */
export function RequestBars({ label, buckets }: { label: string; buckets: readonly Bucket[] }) {
  return <StateBars label={label} bars={useBars(buckets)} />;
}

/** The same as a picture in a row of a table, which says its numbers in words beside it. */
export function SmallBars({ buckets }: { buckets: readonly Bucket[] }) {
  const bars = useBars(buckets);
  const countOf = ({ parts }: Bar) => parts.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(1, ...bars.map(countOf));
  return (
    <span className="bars" aria-hidden="true" style={{ blockSize: 22, inlineSize: 120 }}>
      {bars.map((bar) => (
        <i key={bar.start}>
          {bar.parts.map(({ tone, name, count }) => (
            <b key={name} data-tone={tone} style={{ blockSize: `${(count / most) * 100}%` }} />
          ))}
        </i>
      ))}
    </span>
  );
}
