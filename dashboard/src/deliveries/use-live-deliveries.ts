// The deliveries of the page as they change: a row that is shown changes where it stands, and others are counted.
import { useEffect, useMemo, useRef, useState } from 'react';
import { ApiError } from '../api/api-error';
import { DeliveriesTailDocument, type DeliveryRowFragment, type DeliveryWhere } from '../api/generated/documents';
import { follow, type LiveState } from '../api/live';
import { noteFailure } from '../api/session-state';

/** How often changes are shown. */
const FLUSH_MS = 500;
/** More are not kept: the list is read again twice a minute. */
const MAX_CHANGED = 2_000;

export interface LiveDeliveries {
  state: LiveState | null;
  /** The latest state of deliveries that have changed, by their ids. */
  changed: ReadonlyMap<string, DeliveryRowFragment>;
  /** Changes that the server left out. */
  dropped: number;
}

const NOTHING = { changed: new Map<string, DeliveryRowFragment>(), dropped: 0 };

/** @param where without the state of the tab: a delivery that leaves the tab is shown as it is now */
export function useLiveDeliveries(where: DeliveryWhere): LiveDeliveries & { clear(): void } {
  const [state, setState] = useState<LiveState | null>(null);
  const [seen, setSeen] = useState(NOTHING);
  const lastChange = useRef<string | null>(null);
  const [round, setRound] = useState(0);
  const name = JSON.stringify(where);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the filter is known by its text
  const stableWhere = useMemo(() => where, [name]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` begins again
  useEffect(() => {
    let waiting: DeliveryRowFragment[] = [];
    let left = 0;
    let timer: ReturnType<typeof setTimeout> | null = null;
    lastChange.current = null;
    setSeen(NOTHING);
    const flush = () => {
      timer = null;
      const [rows, dropped] = [waiting, left];
      waiting = [];
      left = 0;
      setSeen((before) => ({
        changed: new Map([...before.changed, ...rows.map((row) => [row.id, row] as const)].slice(-MAX_CHANGED)),
        dropped: before.dropped + dropped,
      }));
    };
    const end = follow(DeliveriesTailDocument, () => ({ where: stableWhere, after: lastChange.current }), {
      state: setState,
      next({ deliveryChanged: { id, dropped, delivery } }) {
        lastChange.current = id;
        left += dropped;
        waiting.push(delivery);
        timer ??= setTimeout(flush, FLUSH_MS);
      },
      ended([fault]) {
        // a tab that was away for longer than a subscription resumes: the list itself is read again twice a minute
        if (fault?.extensions?.code === 'BAD_USER_INPUT' && lastChange.current !== null)
          setRound((before) => before + 1);
        else if (fault) noteFailure(new ApiError(fault.extensions?.code ?? 'ENDED', fault.message));
      },
    });
    return () => {
      end();
      if (timer !== null) clearTimeout(timer);
    };
  }, [stableWhere, round]);
  return { state, ...seen, clear: () => setSeen(NOTHING) };
}
