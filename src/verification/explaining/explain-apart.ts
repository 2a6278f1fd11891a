// Explains calls in a thread, one after the other: it tries hundreds of variants of a body, and must not block other
// requests.
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../errors/errors';
import { SOURCE_FOLDER } from '../../source-folder';
import type { IncomingCall } from '../call';
import { type Agreement, judge } from '../judge';
import type { ProviderName } from '../provider';
import { PROVIDERS } from '../providers/providers';
import type { Check, Explanation } from './explain-call';

/** The arguments of `explainCall`, in a form that can be copied to a thread. */
export interface AskedExplanation {
  readonly call: IncomingCall;
  readonly decodedBody: Buffer | null;
  readonly agreement: Omit<Agreement, 'provider'> & { readonly provider: ProviderName };
  readonly nowMs: number;
}

/** @throws AppError UNAVAILABLE when too many calls wait */
export type Explain = (asked: AskedExplanation) => Promise<Explanation>;

/** The time limit of an explanation. On an idle machine, the search takes at most one second. */
const DEADLINE_MS = 10_000;
const MAX_WAITING = 20;
const MEMORY_MB = 256;

const EXTENSION = extname(__filename);
const THREAD = join(SOURCE_FOLDER, `verification/explaining/thread${EXTENSION}`);
// The compiled program can start the thread directly. A loader that compiles on the fly is not passed on to threads.
const OPTIONS = EXTENSION === '.ts' ? { execArgv: ['--import', 'tsx'] } : {};

export function createExplain(deadlineMs = DEADLINE_MS, mostWaiting = MAX_WAITING): Explain {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return async (asked) => {
    if (waiting >= mostWaiting) {
      throw new AppError('UNAVAILABLE', `${waiting} calls are being explained: try again in some seconds.`);
    }
    waiting += 1;
    const turn = last.then(() => explainInThread(asked, deadlineMs));
    last = turn.catch(() => undefined);
    try {
      return (await turn) ?? withoutLooking(asked, deadlineMs);
    } finally {
      waiting -= 1;
    }
  };
}

/** null: the time limit or the memory limit was exceeded. */
async function explainInThread(asked: AskedExplanation, deadlineMs: number): Promise<Explanation | null> {
  const resourceLimits = { maxOldGenerationSizeMb: MEMORY_MB };
  const thread = new Worker(THREAD, { ...OPTIONS, workerData: asked, resourceLimits });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      // the first message says that the thread has loaded, whose time depends on the load; the second one is the answer
      thread.once('message', () => {
        timer = setTimeout(() => resolve(null), deadlineMs);
        thread.once('message', resolve);
      });
      thread.once('exit', (code) => reject(new Error(`the thread that explains calls ended with ${code}`)));
      thread.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? resolve(null) : reject(error),
      );
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}

function withoutLooking({ call, decodedBody, agreement, nowMs }: AskedExplanation, deadlineMs: number): Explanation {
  const judgement = judge(call, decodedBody, { ...agreement, provider: PROVIDERS[agreement.provider] }, nowMs);
  const { accepted } = judgement;
  const message = accepted ? 'The signature, token or certificate is right.' : judgement.message;
  const looked: Check = {
    name: 'BODY',
    passed: null,
    message: `The cause was searched for during ${deadlineMs / 1_000} s and not found in that time.`,
  };
  return { judgement, checks: [{ name: 'SIGNATURE', passed: accepted, message }, looked] };
}
