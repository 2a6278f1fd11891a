/** The answer to one event of a subscription. */
export interface Answer {
  /** The event's id, from which a client can resume. */
  id: string;
  result: object;
  /** The result as it is sent. */
  json(): string;
}

export interface Answers extends AsyncGenerator<Answer, undefined, undefined> {
  /** All waiting answers, as the viewer may have them now, at least one; null: the source has ended. */
  batch(): Promise<readonly Answer[] | null>;
  /** Ends the source with this error; waiting events are dropped. */
  end(error: unknown): void;
}

/** An answer that has waited for longer for its reader is made again: rules for what is masked may have changed. */
const KEPT_MS = 1_000;

const END = { done: true, value: undefined } as const;

/**
 * The answers to the events of a source. Events that the source gives together are answered together, so that they
 * share what they load.
 * @param onLeft called once, however it ends
 */
export function createAnswers<Event>(
  source: AsyncIterator<readonly Event[]>,
  answer: (events: readonly Event[]) => Promise<Answer[]>,
  onLeft: () => void,
): Answers {
  let ready: Answer[] = [];
  let events: readonly Event[] = [];
  let answeredAt = 0;
  let failure: { error: unknown } | null = null;
  let hasLeft = false;

  async function leave(): Promise<typeof END> {
    ready = [];
    if (!hasLeft) {
      hasLeft = true;
      onLeft();
      await source.return?.();
    }
    return END;
  }

  async function refill(): Promise<void> {
    try {
      const { value, done } = await source.next();
      if (done) await leave();
      else if (!hasLeft) await answerTo(value);
    } catch (error) {
      failure ??= { error };
    }
  }

  async function answerTo(some: readonly Event[]): Promise<void> {
    const made = await answer(some);
    if (hasLeft || failure) return;
    [ready, events, answeredAt] = [made, some, performance.now()];
  }

  async function renew(): Promise<void> {
    try {
      await answerTo(events.slice(-ready.length));
    } catch (error) {
      failure ??= { error };
    }
  }

  async function filled(): Promise<Answer[]> {
    if (ready.length > 0 && !failure && performance.now() - answeredAt > KEPT_MS) await renew();
    while (ready.length === 0 && !hasLeft && !failure) await refill();
    if (!failure) return ready;
    const { error } = failure;
    failure = null;
    await leave();
    throw error;
  }

  const answers: Answers = {
    async next() {
      const value = (await filled()).shift();
      return value ? { done: false, value } : END;
    },
    async batch() {
      const batch = await filled();
      ready = [];
      return batch.length > 0 ? batch : null;
    },
    return: leave,
    async throw(error) {
      await leave();
      throw error;
    },
    end(error) {
      if (hasLeft) return;
      ready = [];
      failure = { error };
      // the end of the source wakes a reader that waits for the next event
      void source.return?.();
    },
    [Symbol.asyncIterator]: () => answers,
    [Symbol.asyncDispose]: async () => void (await leave()),
  };
  return answers;
}
