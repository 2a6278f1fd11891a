import { excerpt, positionAt } from '../../../templating/text-position';
import type { NotCarried } from '../reading/not-carried';

/** A sentence of the report: the field, where in it, the part, and why it was not carried over. */
export function lineOf(field: string, source: string, { reason, start, end }: NotCarried): string {
  const part = excerpt(source.slice(start, end));
  return `${field} (${positionAt(source, start)}): ${part === '' ? 'it' : part} ${reason}.`;
}

/** What there is to say of a webhook: sentences. */
export interface Lines {
  /** What could not be carried over, which keeps it paused. */
  problems: string[];
  /** Why it is paused although it is complete. */
  pauses: string[];
  /** What the owner should know. */
  notes: string[];
}
