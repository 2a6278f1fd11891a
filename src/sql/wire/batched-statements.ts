// Short statements of several parts of the program that happen at the same moment, over one connection.
import type { Pool } from 'pg';
import { type DataSource, EntityManager } from 'typeorm';
import type { PreparedStatement } from './message-writer';
import type { Answer } from './statement-batch';

/** Without a name, it is not prepared. */
type SentStatement = Omit<PreparedStatement, 'name'> & { name?: string };

/** Of the pool: `SafeClient`. */
interface Connection {
  run(statement: SentStatement): Promise<Answer>;
  release(isFaulty: boolean): void;
}

interface Gathered {
  statement: SentStatement;
  resolve(answer: Answer | Promise<Answer>): void;
  reject(error: unknown): void;
}

/**
 * Statements of one turn of the event loop share a connection, and are sent and answered together: waking a process of PostgreSQL costs
 * more than what it is asked. They wait for one another, so each must be short. Each succeeds or fails for itself.
 */
export class BatchedStatements extends EntityManager {
  readonly #pool: Pool;
  #gathered: Gathered[] = [];

  constructor(source: DataSource) {
    super(source);
    // missing in the types of TypeORM
    this.#pool = (source.driver as unknown as { master: Pool }).master;
  }

  run(statement: SentStatement): Promise<Answer> {
    // behind the timers that end in this turn
    if (this.#gathered.length === 0) setImmediate(() => void this.#send());
    return new Promise<Answer>((resolve, reject) => {
      this.#gathered.push({ statement, resolve, reject });
    });
  }

  async #send(): Promise<void> {
    const gathered = this.#gathered;
    this.#gathered = [];
    const connection = (await this.#pool.connect().catch((error: unknown) => {
      for (const { reject } of gathered) reject(error);
      return null;
    })) as Connection | null;
    if (connection === null) return;
    const answers = await Promise.allSettled(gathered.map(({ statement }) => connection.run(statement)));
    const isFailed = answers.some(({ status }) => status === 'rejected');
    connection.release(isFailed);
    let isFirstFault = true;
    for (const [index, answer] of answers.entries()) {
      const { statement, resolve, reject } = gathered[index] as Gathered;
      if (answer.status === 'fulfilled') resolve(answer.value);
      // those behind it may not have run
      else if (!isFirstFault) resolve(this.#alone(statement));
      else {
        isFirstFault = false;
        reject(answer.reason);
      }
    }
  }

  async #alone({ name, text, values }: SentStatement): Promise<Answer> {
    return this.#pool.query({ text, values: values as unknown[], ...(name !== undefined && { name }) });
  }
}

const shares = new WeakMap<DataSource, BatchedStatements>();

/** @returns a transaction, or a share of a pool, as it is */
export function batched(db: EntityManager): EntityManager {
  if (db.queryRunner || db.constructor !== EntityManager) return db;
  const source = db.dataSource;
  const share = shares.get(source) ?? new BatchedStatements(source);
  shares.set(source, share);
  return share;
}
