// npm run bench:delivery -- [--quick | --full]: how fast, measured on the compiled application from outside.
import { machine } from './printed';
import { runProgram } from './program';
import { keysOf, printBreakdown, printFigures } from './report';
import { measureAll } from './run';
import { sizeOf } from './sizes';

runProgram(async (args, stops) => {
  const size = sizeOf(args);
  console.log(`bench:delivery, ${size.name}: ${machine()}`);
  const figures = await measureAll(size, stops);
  console.log('');
  printFigures(figures, size);
  printBreakdown(figures);
  return { keys: keysOf(figures, size), isSound: figures.lost + figures.duplicated + figures.leftOpen === 0 };
});
