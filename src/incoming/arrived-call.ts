import type { IncomingCall } from '../verification/call';

/** Why not all of a call came. */
export type Shortfall = 'TOO_LARGE' | 'TIMEOUT' | 'RESET';

/** A call as it arrived at one of our addresses. */
export interface ArrivedCall extends IncomingCall {
  /** Of its row in the log; the time in it is when the call began. */
  readonly id: string;
  readonly token: string;
  /** How many bytes of body came; `body` may be only their beginning. */
  readonly bodyBytes: number;
  readonly shortfall: Shortfall | null;
  readonly remoteAddress: string | null;
}

/** The most of a body that is read: 1 MiB, of which the beginning is kept where there was more. */
export const MAX_CALL_BYTES = 1024 * 1024;
