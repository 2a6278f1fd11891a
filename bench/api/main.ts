// npm run bench:api -- [--quick | --smoke | --rows N] [--keep DIR] [--seconds N] [--only dashboard,...]: how fast the log is read, against peers.
import { machine } from '../printed';
import { runProgram } from '../program';
import { installPeers } from './install-peers';
import { readOptions } from './options';
import { keysOf, printTables } from './report';
import { measureAll } from './run';

runProgram(async (args, stops) => {
  const options = readOptions(args);
  const start = Date.now();
  const say = (what: string) => console.log(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${what}`);
  console.log(`bench:api, about ${options.rows.toLocaleString('en')} rows: ${machine()}`);
  if (options.only.has('dashboard')) await installPeers(say);
  const figures = await measureAll(options, stops, say);
  console.log('');
  printTables(figures);
  for (const [figure, fault] of figures.faults) console.log(`FAILED: ${figure}: ${fault}`);
  const { stats = [], search = [], deliveries = [], counts = [], links = [], pairs = [], walked = [] } = figures;
  const questions = [...stats, ...search, ...deliveries, ...counts, ...links, ...pairs];
  const isSound =
    figures.faults.size === 0 &&
    questions.every(({ fault }) => fault === null) &&
    walked.every(({ faults }) => faults.length === 0);
  return { keys: keysOf(figures), isSound };
});
