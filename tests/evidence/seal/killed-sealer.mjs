// Seals once, and kills itself before its statement number BEFORE, or right after it has sent commit number AFTER_COMMIT.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../dist/src/main.js', import.meta.url));
const { Client } = require('pg');
const { DataSource } = require('typeorm');
const { createHeadMemory } = require('./evidence/head-memory.js');
const { seal } = require('./evidence/seal.js');
const { createKeyring } = require('./keyring/keyring.js');
const { sessionConfig } = require('./sql/session.js');
const { pipelinedTransactions } = require('./sql/transactions.js');

const { DATABASE_URL, HEAD_FILE, BEFORE, AFTER_COMMIT } = process.env;

// entities would be loaded with the whole program, and sealing needs none
const source = await new DataSource({
  type: 'postgres',
  url: DATABASE_URL,
  installExtensions: false,
  extra: sessionConfig({ name: 'sealer', pipeline: true }),
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

const memory = createHeadMemory(HEAD_FILE, 'erp.example.com');
await seal(pipelinedTransactions(source), createKeyring([Buffer.alloc(32, 1)]), 'erp.example.com', memory);
process.exit(0);
