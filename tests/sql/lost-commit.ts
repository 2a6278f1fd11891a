import type { DataSource } from 'typeorm';
import type { SafeClient } from '../../src/sql/session';

/**
 * The next transaction of this pool commits, and this error comes in place of the answer.
 * @param source a pool of one connection
 */
export async function loseAnswerToCommit(source: DataSource, error: Error): Promise<void> {
  const runner = source.createQueryRunner();
  const connection: SafeClient = await runner.connect();
  await runner.release();
  const { run } = connection;
  connection.run = async (statement) => {
    const answer = await run.call(connection, statement);
    if (statement.text !== 'commit') return answer;
    connection.run = run;
    throw error;
  };
}
