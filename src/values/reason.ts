import type { UserError } from '../errors/errors';
import { textFault, withCommas } from './text';

/** The reason of an act, whatever the act is. */
export const MAX_REASON = 1_000;
/** What is allowed, as the end of a description. */
export const REASON_RULE = `1 to ${withCommas(MAX_REASON)} characters, on one line. Write no names in it: as a rule, an erasure leaves reasons.`;

/** The fault of the field `reason`, or null. */
export function reasonFault(reason: string): UserError | null {
  return textFault(reason, ['reason'], MAX_REASON);
}
