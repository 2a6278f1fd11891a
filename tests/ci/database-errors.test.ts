// What .ci/run looks for in the log of a PostgreSQL of another version.
import { errorsOfProgram } from '../support/jest/database-errors';

const at = (entry: string) => `2026-12-01 13:00:00.123 UTC [4711] ${entry}`;

test('errors that the program met are found with their statements, and no others', () => {
  const log = [
    at('|00000 LOG:  database system is ready to accept connections'),
    at('hookledger deliver|42601 ERROR:  subquery in FROM must have an alias at character 80'),
    at('hookledger deliver|42601 HINT:  For example, FROM (SELECT ...) [AS] foo.'),
    at('hookledger deliver|42601 STATEMENT:  insert into payloads'),
    '\t  select * from (select $1)',
    at('|22012 ERROR:  division by zero'),
    at('|22012 STATEMENT:  select 1 / 0'),
    at('hookledger serve|57P01 FATAL:  terminating connection due to administrator command'),
  ];
  expect(errorsOfProgram(log.join('\n'))).toEqual(log.slice(1, 5));
});
