import type { DataSource } from 'typeorm';

/**
 * The next transaction of this pool commits, and this error comes in place of the answer.
 * @param source a pool of one connection
 */
export async function loseAnswerToCommit(source: DataSource, error: Error): Promise<void> {
  const runner = source.createQueryRunner();
  const connection: { query(...args: unknown[]): Promise<unknown> } = await runner.connect();
  await runner.release();
  const { query } = connection;
  connection.query = async (...args) => {
    const answer = await query.apply(connection, args);
    if (args[0] !== 'commit') return answer;
    connection.query = query;
    throw error;
  };
}
