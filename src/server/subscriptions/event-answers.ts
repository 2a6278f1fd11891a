import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  print,
  visit,
} from 'graphql';
import { dependsOnViewer } from '../../graphql/field-rules';
import type { Operation } from '../graphql/graphql-gate';

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

/** The answer to one event, and its JSON, made once. */
export interface CachedAnswer {
  result: ExecutionResult;
  json(): string;
}

/** How long an answer is kept for others: all subscribers that keep up need it within a moment. */
const SHARED_MS = 500;

/**
 * Computes the answer to an event once for all subscribers with the same `key`, such as the windows of a dashboard.
 * `key` contains the selection, the roles, and the credential if the answer depends on it.
 */
export interface AnswerCache {
  of(event: object, key: string, work: () => Promise<ExecutionResult>): Promise<CachedAnswer>;
}

type Kept = Map<object, Map<string, Promise<CachedAnswer>>>;

export function createAnswerCache(): AnswerCache {
  // two generations: the older one is dropped as a whole
  let current: Kept = new Map();
  let previous: Kept = new Map();
  let begun = performance.now();

  function turnOver(): void {
    const now = performance.now();
    if (now - begun < SHARED_MS) return;
    previous = now - begun < 2 * SHARED_MS ? current : new Map();
    current = new Map();
    begun = now;
  }

  return {
    of(event, key, work) {
      turnOver();
      const known = (current.get(event) ?? previous.get(event))?.get(key);
      if (known) return known;
      const made = work().then(resultOf);
      const ofEvent = current.get(event) ?? new Map<string, Promise<CachedAnswer>>();
      current.set(event, ofEvent.set(key, made));
      return made;
    },
  };
}

function resultOf(result: ExecutionResult): CachedAnswer {
  let json: string | null = null;
  return {
    result,
    json() {
      json ??= JSON.stringify(result);
      return json;
    },
  };
}

export interface EventDocument {
  document: DocumentNode;
  variables: Record<string, unknown>;
  /** Equal for subscriptions with the same selection. */
  key: string;
  /** Whether viewers with the same rights get different answers. */
  isOfViewer: boolean;
}

/**
 * The part of a subscription that is executed for each event: all but the arguments of its field, which were evaluated
 * when it began. Reading a filter again with each event would cost more than the answer.
 */
export function eventDocument(schema: GraphQLSchema, { document, operation, variables }: Operation): EventDocument {
  const { selectionSet, variableDefinitions = [] } = operation;
  const selections = selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD ? { ...selection, arguments: [] } : selection,
  );
  const asked: OperationDefinitionNode = {
    ...operation,
    selectionSet: { ...selectionSet, selections },
    variableDefinitions: [],
  };
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const used = new Set<string>();
  visit({ ...document, definitions: [asked, ...fragments] }, { Variable: ({ name }) => void used.add(name.value) });
  const defined = variableDefinitions.filter(({ variable }) => used.has(variable.name.value));
  const ofEvent: DocumentNode = {
    ...document,
    definitions: [{ ...asked, variableDefinitions: defined }, ...fragments],
  };
  const given = Object.entries(variables).filter(([name]) => used.has(name));
  const key = createHash('sha256').update(print(ofEvent)).update(JSON.stringify(given)).digest('base64url');
  const isOfViewer = dependsOnViewer(schema, ofEvent);
  return { document: ofEvent, variables: Object.fromEntries(given), key, isOfViewer };
}
