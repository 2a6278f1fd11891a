// Does the erasure that is due, and kills itself before its write number BEFORE, or right after it has sent commit number
// AFTER_COMMIT.
import { createRequire } from 'node:module';
import { killAtStatement } from '../evidence/seal/kill-at-statement.mjs';

const require = createRequire(new URL('../../dist/src/main.js', import.meta.url));
const { DataSource } = require('typeorm');
const { createLog } = require('./logging/log.js');
const { journalAt } = require('./privacy/erasing/journal.js');
const { eraseNext } = require('./privacy/erasing/run-erasures.js');
const { SafeClient, sessionConfig } = require('./sql/session.js');
const { pipelinedTransactions } = require('./sql/transactions.js');

const { DATABASE_URL, JOURNAL } = process.env;

// entities would be loaded with the whole program, and erasing needs none
const source = await new DataSource({
  type: 'postgres',
  url: DATABASE_URL,
  installExtensions: false,
  extra: sessionConfig({ name: 'eraser', pipeline: true }),
}).initialize();

killAtStatement(SafeClient, process.env);

// no delivery is pending, so nothing is put into a queue
await eraseNext({
  db: source.manager,
  transaction: pipelinedTransactions(source),
  queue: null,
  journal: journalAt(JOURNAL, createLog('silent')),
});
process.exit(0);
