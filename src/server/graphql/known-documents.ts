// Answers operations whose document Apollo has validated before. For a query that is one statement, the pipeline of Apollo
// takes a third of the CPU of the process, and comes to the same answer.
import { type DocumentNode, type ExecutionResult, getOperationAST, OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { AppError } from '../../errors/errors';
import type { Context } from '../../graphql/context';
import { isObject } from '../../json/json-form';
import { answerText } from '../../read-plan/statement';
import type { CostReport } from '../edge/http-errors';
import type { Executor } from './executor';
import type { Gate, Operation } from './graphql-gate';

declare module '../../graphql/context' {
  interface Context {
    /** Set if the operation has passed the gate, and is executed, before Apollo gets it. */
    executed?: { cost: CostReport; result: Promise<ExecutionResult> };
  }
}

export interface KnownDocumentAnswer {
  mediaType: string;
  text: string;
}

export interface KnownDocuments {
  /**
   * null: Apollo must answer, because it has not seen the document or the header yet, or because there are errors. If the
   * operation was executed, `context.executed` has its result.
   * @param body of a POST, with the text of the document
   */
  answer(body: unknown, accept: string | undefined, context: Context): Promise<KnownDocumentAnswer | null>;
  /** Called with documents that Apollo has parsed and validated. */
  learnDocument(text: string, document: DocumentNode): void;
  /** Called with the media type that Apollo has chosen by the header `Accept`. */
  learnMediaType(accept: string | undefined, mediaType: string): void;
}

/** Characters of all texts. With its plan, a parsed document takes a few hundred times as many bytes. */
const MAX_CHARACTERS = 250_000;
/** Different `Accept` headers. */
const MAX_ACCEPTS = 100;

export function createKnownDocuments(gate: Gate, executor: Executor): KnownDocuments {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: (_document, text) => text.length,
  });
  const mediaTypes = new LRUCache<string, string>({ max: MAX_ACCEPTS });
  return {
    async answer(body, accept = '', context) {
      const mediaType = mediaTypes.get(accept);
      const operation = mediaType === undefined ? null : knownOperation(documents, body);
      if (mediaType === undefined || !operation || gate.introspects(operation)) return null;
      const cost = costWithin(gate, operation, context);
      if (!cost) return null;
      const executing = executor({ ...operation, context });
      context.executed = { cost, result: executing };
      // Apollo awaits it too, and reports what it throws
      const result = await executing.catch(() => null);
      if (!result || result.errors) return null;
      return { mediaType, text: answerText({ data: result.data, extensions: { ...result.extensions, cost } }) };
    },
    learnDocument: (text, document) => void documents.set(text, document),
    learnMediaType: (accept = '', mediaType) => void mediaTypes.set(accept, mediaType),
  };
}

/** null: Apollo must read the body, and says what is wrong with it. */
function knownOperation(documents: LRUCache<string, DocumentNode>, body: unknown): Operation | null {
  if (!isObject(body)) return null;
  const { query, operationName, variables, extensions } = body;
  if (typeof query !== 'string' || (extensions !== undefined && extensions !== null)) return null;
  if (variables !== undefined && variables !== null && !isObject(variables)) return null;
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') return null;
  const document = documents.get(query);
  const operation = document && getOperationAST(document, operationName);
  if (!operation || operation.operation === OperationTypeNode.SUBSCRIPTION) return null;
  return { document, operation, variables: variables ?? {} };
}

/** null: it is refused. Nothing was spent, and Apollo refuses it again, with the answer. */
function costWithin(gate: Gate, operation: Operation, context: Context): CostReport | null {
  try {
    return gate.checkOperation(operation, context);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return null;
  }
}
