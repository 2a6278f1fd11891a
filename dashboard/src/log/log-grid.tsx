// The rows of the log: a grid of which only the rows in view are in the document.
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { LogRowFragment } from '../api/generated/documents';
import { formatDuration } from '../i18n/amount';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { isShortcut } from '../shell/shortcuts';
import { Ltr } from '../ui/ltr';
import { RequestState } from '../ui/state-mark';
import { VisibleText } from '../ui/visible-text';
import './log.css';
import { useLogTexts } from './texts';

/** `--row` of tokens.css. */
const ROW_PX = 30;
/** The length of `15:07:14`. */
const SECONDS = 8;
/** Rows from the end at which the next page is asked for. */
const AHEAD = 20;

/** Where Escape leads back to. */
const FROM_LOG = { from: 'log' };

interface Props {
  rows: readonly LogRowFragment[];
  hasMore: boolean;
  isLoading: boolean;
  more(): void;
  /** Whether the person is at the newest row and has picked none. */
  setFollows(follows: boolean): void;
}

export function LogGrid({ rows, hasMore, isLoading, more, setFollows }: Props) {
  const texts = useLogTexts();
  const [, navigate] = useLocation();
  const scroller = useRef<HTMLDivElement>(null);
  const [picked, setPicked] = useState<string | null>(pickedBefore);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
    useFlushSync: false,
    scrollMargin: ROW_PX,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoading && rows.length > 0 && last >= rows.length - AHEAD) more();
  }, [hasMore, isLoading, last, rows.length, more]);

  // back from a request: the row from which it was opened has the focus again
  const [returnTo, setReturnTo] = useState(picked);
  const returnIndex = returnTo === null ? -1 : rows.findIndex(({ id }) => id === returnTo);
  useEffect(() => {
    if (returnIndex < 0) return;
    setReturnTo(null);
    setFollows(false);
    virtual.scrollToIndex(returnIndex);
    scroller.current?.focus({ preventScroll: true });
  }, [returnIndex, setFollows, virtual]);
  const open = (id: string) => {
    rememberPicked(id);
    navigate(paths.request(id), { state: FROM_LOG });
  };
  const pick = (id: string | null) => {
    setPicked(id);
    setFollows(id === null && (scroller.current?.scrollTop ?? 0) < ROW_PX);
  };
  const walk = (event: KeyboardEvent) => {
    const at = rows.findIndex(({ id }) => id === picked);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      j: at + 1,
      ArrowUp: at - 1,
      k: at - 1,
      PageDown: at + 20,
      PageUp: at - 20,
      Home: 0,
      End: rows.length - 1,
    };
    const step = steps[event.key];
    if (step !== undefined && (event.key.length > 1 || isShortcut(event.nativeEvent))) {
      const next = Math.max(0, Math.min(rows.length - 1, step));
      const row = rows[next];
      if (row) pick(row.id);
      virtual.scrollToIndex(next);
    } else if (event.key === 'Enter' && picked !== null) open(picked);
    else if (event.key === 'Escape') pick(null);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={scroller}
      className="log-grid"
      role="grid"
      aria-label={texts.rows}
      aria-rowcount={hasMore ? -1 : rows.length + 1}
      aria-activedescendant={picked === null ? undefined : `row-${picked}`}
      tabIndex={0}
      onKeyDown={walk}
      onScroll={({ currentTarget }) => setFollows(currentTarget.scrollTop < ROW_PX && picked === null)}
    >
      <Head />
      <div role="rowgroup" style={{ blockSize: virtual.getTotalSize(), position: 'relative' }}>
        {items.map(({ index, start }) => {
          const row = rows[index];
          return row ? (
            <LogRow key={row.id} row={row} index={index} start={start - ROW_PX} isPicked={row.id === picked} />
          ) : null;
        })}
      </div>
    </div>
  );
}

/** The picked row stays with the entry of the browser's history, and nowhere else. */
function rememberPicked(id: string): void {
  window.history.replaceState({ ...window.history.state, picked: id }, '');
}

function pickedBefore(): string | null {
  const picked: unknown = window.history.state?.picked;
  return typeof picked === 'string' ? picked : null;
}

function Head() {
  const texts = useLogTexts();
  const cell = (name: string, className?: string) => (
    <span role="columnheader" className={className}>
      {name}
    </span>
  );
  return (
    <div role="row" className="log-row" data-head aria-rowindex={1}>
      {cell(texts.time)}
      <span role="columnheader">
        <span className="hidden-text">{texts.direction}</span>
      </span>
      {cell(texts.status, 'state-head')}
      {cell(texts.http)}
      {cell(texts.document)}
      {cell(texts.webhook, 'webhook')}
      {cell(texts.event, 'event')}
      {cell(texts.took, 'took end')}
      {cell(texts.attempt, 'attempt end')}
    </div>
  );
}

interface RowProps {
  row: LogRowFragment;
  index: number;
  start: number;
  isPicked: boolean;
}

const LogRow = memo(function LogRow({ row, index, start, isPicked }: RowProps) {
  const texts = useLogTexts();
  const times = useTimes();
  const isOut = row.direction === 'OUTGOING';
  const clock = times.clock(row.startedAt);
  const isToday = times.day(row.startedAt) === times.day(new Date().toISOString());
  return (
    <Link
      href={paths.request(row.id)}
      state={FROM_LOG}
      onClick={() => rememberPicked(row.id)}
      id={`row-${row.id}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isPicked}
      tabIndex={-1}
      className="log-row"
      data-picked={isPicked || undefined}
      data-problem={row.status === 'FAILED' || undefined}
      style={{ position: 'absolute', insetInline: 0, insetBlockStart: start }}
    >
      <span role="gridcell" title={`${times.full(row.startedAt)} ${times.zone}`}>
        {isToday ? null : (
          <>
            <bdi className="faint">{times.shortDay(row.startedAt)}</bdi>{' '}
          </>
        )}
        <Ltr>
          {clock.slice(0, SECONDS)}
          {isToday ? <span className="milliseconds">{clock.slice(SECONDS)}</span> : null}
        </Ltr>
      </span>
      <span role="gridcell" title={texts.directions[row.direction]}>
        <span aria-hidden="true" className="way">
          {isOut ? '↗' : '↙'}
        </span>
        <span className="hidden-text">{texts.directions[row.direction]}</span>
      </span>
      <span role="gridcell">
        <RequestState status={row.status} direction={row.direction} />
      </span>
      <span role="gridcell" title={row.errorCode ?? undefined}>
        <Ltr>{row.responseStatus ?? (row.errorCode ? shortCode(row.errorCode) : '')}</Ltr>
      </span>
      <span role="gridcell" title={`${row.documentType ?? ''} ${row.referenceDocument ?? ''}`}>
        <bdi>
          <VisibleText text={row.referenceDocument ?? ''} />
        </bdi>
      </span>
      <span role="gridcell" className="webhook" title={row.webhook?.name}>
        <bdi>{row.webhook?.name ?? ''}</bdi>
      </span>
      <span role="gridcell" className="event">
        <bdi>{[row.event, ...marksOf(row, texts)].filter(Boolean).join(' · ')}</bdi>
      </span>
      <span role="gridcell" className="took end">
        <Ltr>{row.durationMs === null || row.durationMs === undefined ? '' : formatDuration(row.durationMs)}</Ltr>
      </span>
      <span role="gridcell" className="attempt end">
        {row.attemptNumber ?? ''}
      </span>
    </Link>
  );
});

function marksOf(row: LogRowFragment, texts: ReturnType<typeof useLogTexts>): string[] {
  return [row.test && texts.test, row.duplicate && texts.duplicate, row.replay && texts.replay].filter(
    (mark): mark is string => typeof mark === 'string',
  );
}

/** A code in the place of a status: `TIMEOUT` is wider than the column. */
function shortCode(code: string): string {
  return code.length <= 5 ? code : `${code.slice(0, 4)}.`;
}
