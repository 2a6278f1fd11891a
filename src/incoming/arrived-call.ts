import type { IncomingCall } from '../verification/call';

/** Why the body of a call is incomplete. */
export type Shortfall = 'TOO_LARGE' | 'TIMEOUT' | 'RESET';

/** A call as it was received. */
export interface ArrivedCall extends IncomingCall {
  /** The id of its row in the log. It contains the time when the call began. */
  readonly id: string;
  readonly token: string;
  /** The number of received bytes of the body; `body` may contain only the first of them. */
  readonly bodyBytes: number;
  readonly shortfall: Shortfall | null;
  readonly remoteAddress: string | null;
}
