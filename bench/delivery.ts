// npm run bench:delivery -- [--quick | --full]: how fast, measured on the compiled application from outside.
import { keysOf, machine, printBreakdown, printTable } from './report';
import { measureAll } from './run';
import { sizeOf } from './sizes';

type Stop = () => Promise<unknown>;

async function main(): Promise<void> {
  const size = sizeOf(process.argv.slice(2));
  console.log(`bench:delivery, ${size.name}: ${machine()}`);
  const stops: Stop[] = [];
  const giveUp = () => stopAll(stops).finally(() => process.exit(1));
  process.once('SIGINT', giveUp).once('SIGTERM', giveUp).once('SIGHUP', giveUp);
  process.stdout.once('error', giveUp); // whoever read the figures is gone
  let lastLine = '';
  try {
    const figures = await measureAll(size, stops);
    console.log('');
    printTable(figures, size);
    printBreakdown(figures);
    lastLine = JSON.stringify(keysOf(figures, size));
    if (figures.lost + figures.duplicated + figures.leftOpen > 0) process.exitCode = 1;
  } finally {
    await stopAll(stops);
  }
  // after the last words of what was stopped
  console.log(`\n${lastLine}`);
}

async function stopAll(stops: Stop[]): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}

// exit, because publishers whose figure failed may still be waiting for their turn
main().then(
  () => process.exit(),
  (error: Error) => {
    console.error(error.stack);
    process.exit(1);
  },
);
