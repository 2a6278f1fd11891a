// Does the erasure that is due, and kills itself before its statement number BEFORE, or right after it has sent commit number
// AFTER_COMMIT.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../dist/src/main.js', import.meta.url));
const { Client } = require('pg');
const { DataSource } = require('typeorm');
const { createLog } = require('./log.js');
const { journalAt } = require('./privacy/erasing/journal.js');
const { eraseNext } = require('./privacy/erasing/run-erasures.js');
const { sessionConfig } = require('./sql/session.js');
const { pipelinedTransactions } = require('./sql/transactions.js');

const { DATABASE_URL, JOURNAL, BEFORE, AFTER_COMMIT } = process.env;

// entities would be loaded with the whole program, and erasing needs none
const source = await new DataSource({
  type: 'postgres',
  url: DATABASE_URL,
  installExtensions: false,
  extra: sessionConfig({ name: 'eraser', pipeline: true }),
}).initialize();

const die = () => process.kill(process.pid, 'SIGKILL');
let statements = 0;
let commits = 0;
const { query } = Client.prototype;
Client.prototype.query = function counted(...given) {
  statements += 1;
  if (statements === Number(BEFORE)) die();
  const answer = query.apply(this, given);
  if (given[0] === 'commit') commits += 1;
  if (given[0] === 'commit' && commits === Number(AFTER_COMMIT)) setImmediate(die);
  return answer;
};

// no delivery is pending, so nothing is put into a queue
await eraseNext({
  db: source.manager,
  transaction: pipelinedTransactions(source),
  queue: null,
  journal: journalAt(JOURNAL, createLog('silent')),
});
process.exit(0);
