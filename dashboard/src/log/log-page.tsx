import { useEffect, useMemo, useState } from 'react';
import { RequestLogCountDocument } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { useTimes } from '../i18n/time-zone';
import { useSearchParams } from '../search-params';
import { Page } from '../shell/page';
import { isShortcut } from '../shell/shortcuts';
import { Empty, Failed, Skeleton } from '../ui/answer';
import { Button } from '../ui/button';
import { Ltr } from '../ui/ltr';
import { useUiTexts } from '../ui/texts';
import { LogBars } from './log-bars';
import { EVERYTHING, type LogFilter, readFilter, timesOf, writeFilter } from './log-filter';
import { LogFilters } from './log-filters';
import { LogGrid } from './log-grid';
import { useLogTexts } from './texts';
import { useLogRows } from './use-log-rows';
import { whereFromFilter } from './where-from-filter';

/** A minute: the beginning of a range moves on no more often, so that a page stays one query. */
const STEP_MS = 60_000;

export default function LogPage() {
  const texts = useLogTexts();
  const [search, setSearch] = useSearchParams();
  const { filter, faults } = useMemo(() => readFilter(search), [search]);
  const change = (next: LogFilter) => setSearch(new URLSearchParams(writeFilter(next)));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the times of a filter are counted from when it was chosen
  const now = useMemo(() => Math.ceil(Date.now() / STEP_MS) * STEP_MS, [filter]);
  const where = useMemo(() => whereFromFilter(filter, now), [filter, now]);
  const { startedAt: _, search: words, ...counted } = where;
  const { about } = useViewer();
  const { from, to } = timesOf(filter, now);
  const begin = from ?? about.oldestRequestAt ?? new Date(now - STEP_MS).toISOString();
  const isLive = words === undefined && to === null;
  return (
    <Page title={texts.title}>
      {faults.map(({ name, value }) => (
        <p key={`${name} ${value}`} className="note" data-tone="refused" role="alert">
          {texts.brokenFilter(name, value.slice(0, 100))}
        </p>
      ))}
      <LogFilters filter={filter} onChange={change} canSearch />
      {words === undefined ? (
        <LogBars
          from={begin}
          to={to ?? new Date(now).toISOString()}
          where={counted}
          onPick={({ start, end }) => change({ ...filter, between: { from: start, to: end } })}
        />
      ) : null}
      <Rows filter={filter} where={where} isLive={isLive} change={change} />
    </Page>
  );
}

interface RowsProps {
  filter: LogFilter;
  where: ReturnType<typeof whereFromFilter>;
  isLive: boolean;
  change(filter: LogFilter): void;
}

function Rows({ filter, where, isLive, change }: RowsProps) {
  const texts = useLogTexts();
  const ui = useUiTexts();
  const times = useTimes();
  const log = useLogRows(where, isLive);
  const { showHeld } = log;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === '.' && isShortcut(event)) showHeld();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [showHeld]);
  return (
    <>
      <div className="row" role="status">
        {log.live === null ? (
          <span className="faint">{texts.liveOff}</span>
        ) : (
          <span className="live" data-live={log.live}>
            {texts.live[log.live]}
          </span>
        )}
        {log.held.length > 0 ? <Button onPress={log.showHeld}>{texts.fresh(log.held.length)}</Button> : null}
        {log.caughtUp ? <span className="faint">{texts.caughtUp(log.caughtUp)}</span> : null}
        {log.wasTooLong ? <span>{texts.tooLong}</span> : null}
        {log.dropped ? <span>{texts.droppedRows(log.dropped)}</span> : null}
        <Count where={where} />
      </div>
      {log.error ? <Failed error={log.error} retry={log.retry} /> : null}
      {log.state === 'loading' && log.rows.length === 0 ? <Skeleton rows={12} /> : null}
      {log.rows.length > 0 ? (
        <LogGrid
          rows={log.rows}
          hasMore={log.hasMore}
          isLoading={log.state !== 'ready'}
          more={log.more}
          setFollows={log.setFollows}
        />
      ) : log.state === 'ready' && !log.error ? (
        <NoRows filter={filter} change={change} />
      ) : null}
      {log.searchedTo && log.hasMore ? (
        <p className="row">
          {ui.searchedTo(times.full(log.searchedTo))} <Button onPress={log.more}>{ui.searchOn}</Button>
        </p>
      ) : null}
      {!log.hasMore && log.rows.length > 0 ? <p className="faint">{texts.end}</p> : null}
    </>
  );
}

/** Counting takes a look at many rows, so it is asked for. */
function Count({ where }: { where: RowsProps['where'] }) {
  const texts = useLogTexts();
  const [asked, setAsked] = useState<unknown>(null);
  const query = useApi(RequestLogCountDocument, { where }, { enabled: asked === where });
  const { totalCount, totalCountIsExact } = query.data?.data.webhookRequestLogs ?? {};
  if (asked !== where || typeof totalCount !== 'number') {
    return (
      <Button kind="plain" onPress={() => setAsked(where)} isDisabled={asked === where && query.isFetching}>
        {texts.countNow}
      </Button>
    );
  }
  return <Ltr>{texts.count(totalCount, totalCountIsExact ?? false)}</Ltr>;
}

function NoRows({ filter, change }: Pick<RowsProps, 'filter' | 'change'>) {
  const texts = useLogTexts();
  const { about } = useViewer();
  if (!about.oldestRequestAt) {
    return (
      <Empty title={texts.nothingEver}>
        <p>{texts.nothingEverText}</p>
      </Empty>
    );
  }
  return (
    <Empty title={texts.nothing}>
      <p className="row">
        <Button onPress={() => change(EVERYTHING)}>{texts.clear}</Button>
        <Button onPress={() => change({ ...filter, range: 'all', between: null })}>{texts.searchAll}</Button>
      </p>
    </Empty>
  );
}
