// Whether the session of this browser has ended while a page was open.
import { useSyncExternalStore } from 'react';
import { ApiError } from './api-error';

let hasEnded = false;
const listeners = new Set<() => void>();

export function setSessionEnded(ended: boolean): void {
  if (hasEnded === ended) return;
  hasEnded = ended;
  for (const listener of listeners) listener();
}

/** Called for each failed request: the person is asked to sign in again above the page, which stays as it is. */
export function noteFailure(error: unknown): void {
  if (error instanceof ApiError && error.code === 'UNAUTHENTICATED') setSessionEnded(true);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSessionEnded(): boolean {
  return useSyncExternalStore(subscribe, () => hasEnded);
}
