// When the session was last used. It ends some time after its last request, and an open subscription is none.
import { useSyncExternalStore } from 'react';
import { IDLE_MS } from '../../../src/users/sessions/session-limits';
import { hearTabs, tellTabs } from './tabs';

/** The server notes uses to the minute. */
const PRECISION_MS = 60_000;
const TELL_EVERY_MS = 30_000;

let lastUse = Date.now();
let lastTold = 0;
const listeners = new Set<() => void>();

/** The server has answered a request of the session. */
export function noteUse(): void {
  set(Date.now());
  if (lastUse - lastTold < TELL_EVERY_MS) return;
  lastTold = lastUse;
  tellTabs({ kind: 'used' });
}

hearTabs(({ kind }) => {
  if (kind === 'used') set(Date.now());
});

function set(at: number): void {
  lastUse = at;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** When the session ends at the earliest if no tab of this browser asks for anything, in milliseconds since 1970. */
export function useIdleEnd(): number {
  return useSyncExternalStore(subscribe, () => lastUse) + IDLE_MS - PRECISION_MS;
}
