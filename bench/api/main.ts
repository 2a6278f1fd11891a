// npm run bench:api -- [--quick | --rows N] [--keep DIR] [--only dashboard,...]: how fast the log is read, against peers.
import { machine } from '../report';
import { installPeers } from './install-peers';
import { readOptions } from './options';
import { keysOf, printTables } from './report';
import { measureAll } from './run';

type Stop = () => Promise<unknown>;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const start = Date.now();
  const say = (what: string) => console.log(`${((Date.now() - start) / 1000).toFixed(1).padStart(6)} s  ${what}`);
  console.log(`bench:api, about ${options.rows.toLocaleString('en')} rows: ${machine()}`);
  const stops: Stop[] = [];
  const giveUp = () => stopAll(stops).finally(() => process.exit(1));
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp).once('SIGHUP', giveUp);
  process.stdout.once('error', giveUp); // whoever read the figures is gone
  let lastLine = '';
  try {
    await installPeers(say);
    const figures = await measureAll(options, stops, say);
    console.log('');
    printTables(figures);
    for (const [figure, fault] of figures.faults) console.log(`FAILED: ${figure}: ${fault}`);
    const questions = [...(figures.stats ?? []), ...(figures.search ?? [])];
    if (figures.faults.size > 0 || questions.some(({ fault }) => fault !== null)) process.exitCode = 1;
    lastLine = JSON.stringify(keysOf(figures));
  } finally {
    await stopAll(stops);
  }
  // after the last words of what was stopped
  console.log(`\n${lastLine}`);
}

async function stopAll(stops: Stop[]): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}

main().then(
  () => process.exit(),
  (error: Error) => {
    console.error(error.stack);
    process.exit(1);
  },
);
