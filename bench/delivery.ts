// npm run bench:delivery -- [--quick | --full | --smoke] [--only FIGURES] [--processes one,apart]: how fast events are delivered,
// measured on the compiled application from outside.
import { keysOf } from './delivery/keys';
import { readOptions } from './delivery/options';
import { printBreakdown, printFigures } from './delivery/report';
import { measureAll } from './delivery/run';
import { machine } from './printed';
import { runProgram } from './program';

runProgram(async (args, stops) => {
  const options = readOptions(args);
  console.log(`bench:delivery, ${options.size.name}: ${machine()}`);
  const measured = await measureAll(options, stops);
  console.log('');
  printFigures(measured, options.size);
  printBreakdown(measured);
  return {
    keys: keysOf(measured, options.size),
    isSound: measured.lost + measured.duplicated + measured.leftOpen === 0,
  };
});
