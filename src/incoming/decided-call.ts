import type { Decision } from './accept-or-refuse';
import type { ArrivedCall } from './arrived-call';
import type { IncomingSettings } from './incoming-settings';

/** A call and its decision. */
export interface DecidedCall {
  readonly call: ArrivedCall;
  /** By which it was decided. */
  readonly settings: IncomingSettings;
  /** Of the address. */
  readonly tokenHash: Buffer;
  readonly decision: Decision;
  /** How many bytes of a refused body are recorded. */
  readonly keptBytes: number;
}
