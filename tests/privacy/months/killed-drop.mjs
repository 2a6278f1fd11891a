// Drops the months that are due, and kills itself before its write number BEFORE, or right after it has sent commit number
// AFTER_COMMIT.
import { createRequire } from 'node:module';
import { killAtStatement } from '../../evidence/seal/kill-at-statement.mjs';

const require = createRequire(new URL('../../../dist/src/main.js', import.meta.url));
const { DataSource } = require('typeorm');
const { dropMonths } = require('./privacy/dropping/drop-months.js');
const { SafeClient, sessionConfig } = require('./sql/session.js');
const { pipelinedTransactions } = require('./sql/transactions.js');

const source = await new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  installExtensions: false,
  extra: sessionConfig({ name: 'dropper', pipeline: true }),
}).initialize();

killAtStatement(SafeClient, process.env);

await dropMonths(source.manager, pipelinedTransactions(source));
process.exit(0);
