// Seals once, and kills itself before its write number BEFORE, or right after it has sent commit number AFTER_COMMIT.
import { createRequire } from 'node:module';
import { killAtStatement } from './kill-at-statement.mjs';

const require = createRequire(new URL('../../../dist/src/main.js', import.meta.url));
const { DataSource } = require('typeorm');
const { createHeadMemory } = require('./evidence/known-head.js');
const { seal } = require('./evidence/seal.js');
const { createKeyring } = require('./keyring/keyring.js');
const { SafeClient, sessionConfig } = require('./sql/session.js');
const { pipelinedTransactions } = require('./sql/transactions.js');

const { DATABASE_URL, HEAD_FILE } = process.env;

// entities would be loaded with the whole program, and sealing needs none
const source = await new DataSource({
  type: 'postgres',
  url: DATABASE_URL,
  installExtensions: false,
  extra: sessionConfig({ name: 'sealer', pipeline: true }),
}).initialize();

killAtStatement(SafeClient, process.env);

const memory = createHeadMemory(HEAD_FILE, 'erp.example.com');
await seal(pipelinedTransactions(source), createKeyring([Buffer.alloc(32, 1)]), 'erp.example.com', memory);
process.exit(0);
