import { RequestLogBarsDocument, type WebhookRequestLogWhere } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useTimeZone } from '../i18n/time-zone';
import { Failed } from '../ui/answer';
import { type Bar, StateBars } from '../ui/state-bars';
import { REQUEST_TONES, useStateWords } from '../ui/state-mark';
import { STATUSES } from './log-filter';
import { useLogTexts } from './texts';

interface Props {
  from: string;
  to: string;
  /** Without times. */
  where: WebhookRequestLogWhere;
  onPick(bar: Bar): void;
}

const FIELDS = {
  PENDING: 'pending',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  UNKNOWN: 'unknown',
  REFUSED: 'refused',
} as const;
const REFRESH_MS = 30_000;

export function LogBars({ from, to, where, onPick }: Props) {
  const texts = useLogTexts();
  const words = useStateWords();
  const { zone } = useTimeZone();
  const variables = { range: { from, to }, bucket: bucketOf(from, to), timeZone: zone, where };
  const query = useApi(RequestLogBarsDocument, variables, { keepPrevious: true, refreshMs: REFRESH_MS });
  const stats = query.data?.data.webhookRequestLogStats;
  if (query.error && !stats) return <Failed error={query.error} retry={() => void query.refetch()} />;
  if (!stats) return <div style={{ blockSize: 122 }} />;
  const bars = (stats.buckets ?? []).map((bucket) => ({
    start: bucket.start,
    end: bucket.end,
    parts: STATUSES.map((status) => ({
      tone: REQUEST_TONES[status],
      name: words.request[status],
      count: bucket[FIELDS[status]],
    })),
  }));
  return (
    <>
      <StateBars label={texts.bars} bars={bars} onPick={onPick} />
      {stats.uncounted ? <p className="faint">{texts.notCounted(stats.uncounted)}</p> : null}
    </>
  );
}

const HOUR_MS = 3_600_000;

function bucketOf(from: string, to: string): 'FIVE_MINUTES' | 'HOUR' | 'DAY' {
  const hours = (Date.parse(to) - Date.parse(from)) / HOUR_MS;
  if (hours <= 8) return 'FIVE_MINUTES';
  return hours <= 24 * 8 ? 'HOUR' : 'DAY';
}
