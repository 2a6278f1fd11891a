import { Client } from 'pg';
import { SafeClient } from '../../src/sql/session';

type AnyMethod = (this: Client, ...parameters: unknown[]) => unknown;

export interface SentToDatabase {
  /** How often something was sent: statements that are sent together count once. */
  sends: number;
  /** How often each statement was sent; one that is prepared counts twice. */
  statements: Map<string, number>;
  /** Puts the clients back. */
  stop(): void;
}

/** What this process sends to this database from now on, over all of its pools. */
export function watchSentTo(databaseName: string): SentToDatabase {
  const { query } = Client.prototype;
  const { run } = SafeClient.prototype;
  const seen: SentToDatabase = {
    sends: 0,
    statements: new Map(),
    stop: () => {
      Object.assign(Client.prototype, { query });
      Object.assign(SafeClient.prototype, { run });
    },
  };
  const note = (text: string) => seen.statements.set(text, (seen.statements.get(text) ?? 0) + 1);
  const isTo = ({ database }: Client) => database === databaseName;
  const watchedRun: AnyMethod = function (...parameters) {
    if (isTo(this)) note((parameters[0] as { text: string }).text);
    return (run as AnyMethod).apply(this, parameters);
  };
  const watchedQuery: AnyMethod = function (...parameters) {
    if (isTo(this)) {
      seen.sends += 1;
      const [sent] = parameters as [string | { text?: string }];
      const text = typeof sent === 'string' ? sent : sent.text;
      if (text) note(text);
    }
    return (query as AnyMethod).apply(this, parameters);
  };
  Object.assign(SafeClient.prototype, { run: watchedRun });
  Object.assign(Client.prototype, { query: watchedQuery });
  return seen;
}
