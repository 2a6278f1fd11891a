// npm run bench:incoming -- [--quick | --smoke]: how fast partners' calls are received, measured on the compiled application from outside.
import { keysOf, printBreakdown, printFigures } from './incoming/report';
import { measureAll } from './incoming/run';
import { sizeOf } from './incoming/sizes';
import { machine } from './printed';
import { runProgram } from './program';

runProgram(async (args, stops) => {
  const size = sizeOf(args);
  console.log(`bench:incoming, ${size.name}: ${machine()}`);
  const figures = await measureAll(size, stops);
  console.log('');
  printFigures(figures);
  printBreakdown(figures);
  const keys = keysOf(figures);
  return { keys, isSound: keys.lost === 0 && keys.duplicated === 0 && keys.refusalsUnaccounted === 0 };
});
