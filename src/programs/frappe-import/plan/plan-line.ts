import { excerpt, positionAt } from '../../../templating/text-position';
import type { NotCarried } from '../reading/not-carried';

/** A sentence of the report: the field, the position, the part, and why it was not translated. */
export function lineOf(field: string, source: string, { reason, start, end }: NotCarried): string {
  const part = excerpt(source.slice(start, end));
  return `${field} (${positionAt(source, start)}): ${part === '' ? 'it' : part} ${reason}.`;
}

/** The sentences of the report about a webhook. */
export interface Lines {
  /** Parts that could not be translated, so that the webhook is paused. */
  problems: string[];
  /** Reasons for which a complete webhook is paused. */
  pauses: string[];
  /** Notes for the owner. */
  notes: string[];
}
