// Short statements of the same turn of the event loop, sent and answered together: each write to a socket costs a system call, and waking a
// process of PostgreSQL costs more than what it is asked.
import type { Pool } from 'pg';
import { type DataSource, EntityManager } from 'typeorm';
import { isDatabaseUnavailable } from './database-errors';
import type { SafeClient, SessionStatement } from './session';
import type { Answer } from './wire/statement-batch';

export interface BatchConnection extends Pick<SafeClient, 'run'> {
  release(isFaulty: boolean): void;
}

interface Gathered {
  statement: SessionStatement;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** They wait for one another, so each must be short. Each succeeds or fails for itself. */
export class StatementGatherer {
  readonly #connect: () => Promise<BatchConnection>;
  #gathered: Gathered[] = [];

  constructor(connect: () => Promise<BatchConnection>) {
    this.#connect = connect;
  }

  /** The number of statements of this turn. */
  get size(): number {
    return this.#gathered.length;
  }

  run(statement: SessionStatement): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => this.#gather({ statement, resolve, reject }));
  }

  #gather(each: Gathered): void {
    // behind the timers that end in this turn
    if (this.#gathered.length === 0) setImmediate(() => void this.#send());
    this.#gathered.push(each);
  }

  async #send(): Promise<void> {
    const gathered = this.#gathered;
    this.#gathered = [];
    const connection = await this.#connect().catch((error: unknown) => {
      for (const { reject } of gathered) reject(error);
      return null;
    });
    if (connection === null) return;
    const answers = await Promise.allSettled(gathered.map(({ statement }) => connection.run(statement)));
    connection.release(answers.some(({ status }) => status === 'rejected'));
    let isFirstFault = true;
    for (const [index, answer] of answers.entries()) {
      const each = gathered[index] as Gathered;
      if (answer.status === 'fulfilled') each.resolve(answer.value);
      else if (isFirstFault || isDatabaseUnavailable(answer.reason)) {
        each.reject(answer.reason);
        isFirstFault = false;
      }
      // the server skips statements behind one that fails
      else this.#gather(each);
    }
  }
}

/** Statements of one turn share a connection of the pool. */
export class BatchedStatements extends EntityManager {
  readonly #gatherer: StatementGatherer;

  constructor(source: DataSource) {
    super(source);
    // missing in the types of TypeORM
    const pool = (source.driver as unknown as { master: Pool }).master;
    this.#gatherer = new StatementGatherer(() => pool.connect() as unknown as Promise<BatchConnection>);
  }

  run(statement: SessionStatement): Promise<Answer> {
    return this.#gatherer.run(statement);
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
