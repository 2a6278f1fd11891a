import { useState } from 'react';

/** Ranges begin at a multiple of this, so that a page stays one query while it is open. */
const STEP_MS = 300_000;
const DAY_MS = 86_400_000;

/** The last 24 hours, from when the page was opened. */
export function useLastDay(): { from: string; to: string } {
  const [now] = useState(() => Math.ceil(Date.now() / STEP_MS) * STEP_MS);
  return { from: new Date(now - DAY_MS).toISOString(), to: new Date(now).toISOString() };
}
