// How much one answer may contain. A page has few rows, but their content, once for each alias, can be gigabytes: more than a process
// has, and more than a string of V8 can be.
import { AppError } from '../../errors';
import type { Context } from '../context';
import { loaderFor, perRequest } from '../data-loaders';

export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** The answer would have more than MAX_ANSWER_BYTES. */
export class AnswerTooLarge extends AppError {
  constructor() {
    const message = 'The answer would have more than 64 MiB. Request fewer rows (`first`), or less of their content.';
    super('LIMIT_EXCEEDED', message, undefined, 'AnswerTooLarge');
  }
}

/** Rows whose content one statement reads: 25 MiB of the largest documents. */
const MAX_BATCH = 100;

/** Bytes of content that a request has read and shown so far. */
interface Content {
  read: number;
  shown: number;
  /** The last statement that reads content. */
  reading: Promise<unknown>;
}

const contentOf = (context: Context) =>
  perRequest<Content>(context, 'content', () => ({ read: 0, shown: 0, reading: Promise.resolve() }));

/**
 * Reads content for a field. Its rows are read by one statement of the request after the other, so that it is known what was read
 * before more is.
 * @param name of all content that `load` reads. @throws AnswerTooLarge
 */
export async function loadContent<Row>(
  context: Context,
  name: string,
  id: string,
  { load, bytesOf }: { load(ids: readonly string[]): Promise<ReadonlyMap<string, Row>>; bytesOf(row: Row): number },
): Promise<Row | null> {
  const content = contentOf(context);
  const inTurn = (ids: readonly string[]) => {
    const reading = content.reading.then(async () => {
      if (content.read > MAX_ANSWER_BYTES) throw new AnswerTooLarge();
      const rows = await load(ids);
      for (const row of rows.values()) content.read += bytesOf(row);
      return rows;
    });
    content.reading = reading.catch(() => undefined);
    return reading;
  };
  const row = await loaderFor(context, name, inTurn, MAX_BATCH).load(id);
  // the same row may be shown many times
  if (row) content.shown += bytesOf(row);
  if (content.shown > MAX_ANSWER_BYTES) throw new AnswerTooLarge();
  return row;
}
