import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ApiError } from '../api/api-error';
import {
  type LogRowFragment,
  RequestLogDocument,
  TailDocument,
  type WebhookRequestLogWhere,
} from '../api/generated/documents';
import { follow, type LiveState } from '../api/live';
import { request } from '../api/request';
import { noteFailure } from '../api/session-state';
import { appendPage, applyChanges, type LogRows, NO_ROWS, show } from './log-rows';

const PAGE = 100;
/** How often changes are shown: more often while few come. */
const FLUSH_MS = { few: 250, many: 1_000 };
const MANY_A_SECOND = 20;
/** A subscription resumes at most 20 hours back. */
const RESUME_MS = 19 * 3_600_000;

export interface LogState extends LogRows {
  state: 'loading' | 'ready' | 'more';
  error: ApiError | null;
  hasMore: boolean;
  /** The time of the last row that was looked at, where the page ended early; null: it did not. */
  searchedTo: string | null;
  live: LiveState | null;
  /** Changes that came after the connection was away. */
  caughtUp: number | null;
  /** Changes that the server left out; the page was read again. */
  dropped: number | null;
  /** The tab was away for longer than a subscription resumes; the page was read again. */
  wasTooLong: boolean;
  more(): void;
  showHeld(): void;
  retry(): void;
  /** Whether new rows are shown at once. */
  setFollows(follows: boolean): void;
}

interface Cursor {
  endCursor: string | null;
  hasMore: boolean;
  searchedTo: string | null;
}

const NOWHERE: Cursor = { endCursor: null, hasMore: true, searchedTo: null };

/** @param isLive whether changes are followed: a search, or a range that has ended, has none */
export function useLogRows(where: WebhookRequestLogWhere, isLive: boolean): LogState {
  const [rows, setRows] = useState<LogRows>(NO_ROWS);
  const [cursor, setCursor] = useState<Cursor>(NOWHERE);
  const [state, setState] = useState<LogState['state']>('loading');
  const [error, setError] = useState<ApiError | null>(null);
  const [live, setLive] = useState<LiveState | null>(null);
  const [caughtUp, setCaughtUp] = useState<number | null>(null);
  const [dropped, setDropped] = useState<number | null>(null);
  const [wasTooLong, setTooLong] = useState(false);
  const [round, setRound] = useState(0);
  const follows = useRef(true);
  const lastChange = useRef<string | null>(null);
  const newestRow = useRef<string | null>(null);
  /** false: the server has refused a position of this page. */
  const canResume = useRef(true);
  const isLoading = state === 'loading';
  const name = JSON.stringify(where);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the filter is known by its text
  const stableWhere = useMemo(() => where, [name]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` reads the same page again
  useEffect(() => {
    const abort = new AbortController();
    setState('loading');
    setError(null);
    readPage(stableWhere, null, abort.signal).then(
      ({ nodes, next }) => {
        const [first] = nodes;
        newestRow.current =
          first && canResume.current && Date.now() - Date.parse(first.startedAt) < RESUME_MS ? first.id : null;
        lastChange.current = null;
        setRows(appendPage(NO_ROWS, nodes));
        setCursor(next);
        setState('ready');
      },
      (failure: unknown) => {
        if (abort.signal.aborted) return;
        noteFailure(failure);
        setError(failure as ApiError);
        setState('ready');
      },
    );
    return () => abort.abort();
  }, [stableWhere, round]);

  useEffect(() => {
    if (!isLive || isLoading) return setLive(null);
    let waiting: LogRowFragment[] = [];
    let timer: ReturnType<typeof setTimeout> | null = null;
    let wasAway = false;
    let wasLive = false;
    let received = 0;
    let isOver = false;
    const position = () => lastChange.current ?? newestRow.current;
    // without a position, what happened between reading and following is read once more
    let isRead = position() !== null;
    const readGap = async () => {
      isRead = true;
      const { nodes } = await readPage(stableWhere, null);
      if (!isOver) setRows((current) => applyChanges(current, nodes, follows.current));
    };
    const flush = () => {
      timer = null;
      const changes = waiting;
      waiting = [];
      if (wasAway) setCaughtUp(changes.length);
      wasAway = false;
      setRows((current) => applyChanges(current, changes, follows.current));
    };
    const end = follow(TailDocument, () => ({ where: stableWhere, after: position() }), {
      state(next) {
        if (next === 'away' || (next === 'connecting' && wasLive)) wasAway = true;
        if (next !== 'live') received = 0;
        else if (!isRead) void readGap().catch(noteFailure);
        if (next === 'live') wasLive = true;
        setLive(next);
      },
      next({ webhookRequestLogChanged: { id, dropped: left, webhookRequestLog } }) {
        lastChange.current = id;
        if (left > 0) {
          setDropped(left);
          setRound((previous) => previous + 1);
        }
        if (webhookRequestLog) waiting.push(webhookRequestLog);
        received += 1;
        timer ??= setTimeout(flush, waiting.length > MANY_A_SECOND / 4 ? FLUSH_MS.many : FLUSH_MS.few);
      },
      ended(faults) {
        const [fault] = faults;
        // a position that is too old, or unknown to this server: the list is read again
        if (fault?.extensions?.code === 'BAD_USER_INPUT' && received === 0 && position() !== null) {
          lastChange.current = null;
          canResume.current = false;
          setTooLong(true);
          setRound((previous) => previous + 1);
        } else if (fault) {
          noteFailure(new ApiError(fault.extensions?.code ?? 'ENDED', fault.message));
        }
      },
    });
    return () => {
      isOver = true;
      end();
      if (timer !== null) clearTimeout(timer);
    };
  }, [stableWhere, isLive, isLoading]);

  const more = useCallback(() => {
    setState((current) => {
      if (current !== 'ready') return current;
      readPage(stableWhere, cursor.endCursor).then(
        ({ nodes, next }) => {
          setRows((known) => appendPage(known, nodes));
          setCursor(next);
          setState('ready');
        },
        (failure: unknown) => {
          noteFailure(failure);
          setError(failure as ApiError);
          setState('ready');
        },
      );
      return 'more';
    });
  }, [stableWhere, cursor.endCursor]);

  return {
    ...rows,
    state,
    error,
    hasMore: cursor.hasMore,
    searchedTo: cursor.searchedTo,
    live,
    caughtUp,
    dropped,
    wasTooLong,
    more,
    showHeld: () => setRows(show),
    retry: () => setRound((previous) => previous + 1),
    setFollows(next) {
      follows.current = next;
      if (next) setRows(show);
    },
  };
}

async function readPage(where: WebhookRequestLogWhere, after: string | null, signal?: AbortSignal) {
  const { data } = await request(RequestLogDocument, { where, first: PAGE, after }, signal);
  const connection = data.webhookRequestLogs;
  if (!connection) throw new ApiError('INTERNAL_SERVER_ERROR', 'The list could not be read.');
  const { pageInfo, nodes } = connection;
  const next = {
    endCursor: pageInfo.endCursor ?? null,
    hasMore: pageInfo.hasNextPage,
    searchedTo: pageInfo.searchedTo ?? null,
  };
  return { nodes, next };
}
