import type { GraphQLAnswer, TestApp } from '../support/app';

export interface Verdict {
  verdict: string;
  sentence: string;
  nextAttemptAt: string | null;
  webhook: { name: string };
  delivery: { id: string; status: string };
  lastRequest: { status: string; responseStatus: number | null; attemptNumber: number } | null;
}

export interface Entry {
  at: string;
  kind: string;
  sentence: string;
  event: string | null;
  skipReason: string | null;
  requestStatus: string | null;
  responseStatus: number | null;
  error: string | null;
  webhook: { name: string } | null;
  businessEvent: { id: string } | null;
  delivery: { id: string } | null;
  request: { id: string } | null;
}

export interface TimelinePage {
  nodes: Entry[];
  totalCount: number;
  totalCountIsExact: boolean;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

export interface Page {
  documentType: string;
  name: string;
  verdicts: Verdict[];
  timeline: TimelinePage;
}

export const PAGE = `query ($documentType: String!, $name: String!, $first: Int = 100, $last: Int, $after: String, $before: String,
    $orderBy: TimeOrder) {
  businessDocument(documentType: $documentType, name: $name) {
    documentType name
    verdicts { verdict sentence nextAttemptAt webhook { name } delivery { id status } lastRequest { status responseStatus attemptNumber } }
    timeline(first: $first, last: $last, after: $after, before: $before, orderBy: $orderBy) {
      totalCount totalCountIsExact
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      nodes { at kind sentence event skipReason requestStatus responseStatus error
        webhook { name } businessEvent { id } delivery { id } request { id } }
    }
  }
}`;

export const OLDEST_FIRST = { direction: 'ASC' };

export function askFor(app: TestApp, args: object, key?: string): Promise<GraphQLAnswer> {
  return app.ask(PAGE, { documentType: 'Sales Invoice', ...args }, key);
}

/** The page of a document; null when nothing is known of it. */
export async function documentPage(app: TestApp, args: object): Promise<Page | null> {
  const { data, errors } = await askFor(app, args);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.businessDocument;
}
