// How many large answers a process makes at the same time. While one is made, the process has it several times: as the database sent
// it, as values, and as text. One for each connection that reads could be more than the heap, and a process without heap ends.
import { getHeapStatistics } from 'node:v8';
import { credentialId } from '../../access/viewer';
import { AppError } from '../../errors/errors';
import { createFairSlots } from '../../limits/fair-slots';
import { type Context, loaderFor, perRequest } from '../context';

const MIB = 1024 * 1024;

/** The largest answer of a process with so much heap: 64 MiB with that of `npm start`. */
export function largestWith(heapBytes: number): number {
  return Math.min(64, Math.max(1, Math.floor(heapBytes / 24 / MIB))) * MIB;
}

export const MAX_ANSWER_BYTES = largestWith(getHeapStatistics().heap_size_limit);

/** As many shorter answers are made at once as there are connections that read them. */
export const SHORT_ANSWER_BYTES = MAX_ANSWER_BYTES / 16;

const AT_ONCE = 2;
const MAX_WAIT_MS = 10_000;

/**
 * Waits until another large answer may be made. One caller makes one at a time, so that another caller finds a place.
 * @returns a function that ends it. @throws AppError after MAX_WAIT_MS
 */
export type StartLargeAnswer = (caller: string) => Promise<() => void>;

export function createLargeAnswers(maxWaitMs = MAX_WAIT_MS): StartLargeAnswer {
  const places = createFairSlots(AT_ONCE);
  return (caller) =>
    new Promise((start, refuse) => {
      let isRefused = false;
      const timer = setTimeout(() => {
        isRefused = true;
        refuse(tooManyLarge(maxWaitMs));
      }, maxWaitMs);
      const make = async () => {
        if (isRefused) return;
        clearTimeout(timer);
        await new Promise<void>((end) => start(end));
      };
      void places.run(caller, make);
    });
}

export const startLargeAnswer = createLargeAnswers();

function tooManyLarge(maxWaitMs: number): AppError {
  const message = `Other large answers were being made for ${maxWaitMs / 1000} s. Try again, or request fewer rows (\`first\`), or less of their content.`;
  return new AppError('UNAVAILABLE', message);
}

// How much one answer may contain. A page has few rows, but their content, once for each alias, can be gigabytes: more than a process
// has, and more than a string of V8 can be.

const MAX_MIB = MAX_ANSWER_BYTES / 1024 / 1024;

/** The answer would have more than MAX_ANSWER_BYTES. */
export class AnswerTooLarge extends AppError {
  constructor() {
    const message = `The answer would have more than ${MAX_MIB} MiB. Request fewer rows (\`first\`), or less of their content.`;
    super('LIMIT_EXCEEDED', message, undefined, 'AnswerTooLarge');
  }
}

const MAX_DOCUMENT_BYTES = 256 * 1024;
/** Rows whose content one statement reads: those of the longest page, unless the largest documents could be more than an answer. */
const MAX_BATCH = Math.min(100, MAX_ANSWER_BYTES / MAX_DOCUMENT_BYTES);

/** Bytes of content that a request has read and shown so far. */
interface Content {
  read: number;
  shown: number;
  /** The last statement that reads content. */
  reading: Promise<unknown>;
  /** Ends the large answer that it has become; null: it has not. */
  large: Promise<() => void> | null;
}

const contentOf = (context: Context) =>
  perRequest<Content>(context, 'content', () => ({ read: 0, shown: 0, reading: Promise.resolve(), large: null }));

/** Makes an answer of resolvers. @param make may call `loadContent` */
export async function makeAnswer<Answer>(context: Context, make: () => Promise<Answer>): Promise<Answer> {
  try {
    return await make();
  } finally {
    const content = contentOf(context);
    const end = await content.large?.catch(() => null);
    content.large = null;
    end?.();
  }
}

/** @throws AnswerTooLarge, and AppError if the process makes too many large answers */
async function allowBytes(context: Context, content: Content, bytes: number): Promise<void> {
  if (bytes > MAX_ANSWER_BYTES) throw new AnswerTooLarge();
  if (bytes <= SHORT_ANSWER_BYTES) return;
  content.large ??= startLargeAnswer(callerOf(context));
  await content.large;
}

export function callerOf({ viewer }: Context): string {
  return viewer ? credentialId(viewer) : '';
}

/**
 * Reads content for a field. Its rows are read by one statement of the request after the other, so that it is known what was read
 * before more is.
 * @param name of all content that `load` reads. @throws as allowBytes
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
      await allowBytes(context, content, content.read);
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
  await allowBytes(context, content, content.shown);
  return row;
}
