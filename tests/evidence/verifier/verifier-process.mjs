// Runs the verifier again and again in one process, each time as if it were started: a process for each takes 90 ms of CPU.
import { pathToFileURL } from 'node:url';

const { stdout, stderr } = process;
let runs = 0;

async function run({ verifier, folder, args }) {
  const written = { stdout: '', stderr: '' };
  process.chdir(folder);
  process.argv = [process.execPath, verifier, ...args];
  process.exitCode = undefined;
  stdout.write = (text) => {
    written.stdout += text;
    return true;
  };
  stderr.write = (text) => {
    written.stderr += text;
    return true;
  };
  runs += 1;
  try {
    // another address is another module
    await import(`${pathToFileURL(verifier)}?${runs}`);
  } catch (error) {
    written.stderr += error.stack;
    process.exitCode = 1;
  }
  const code = process.exitCode;
  process.exitCode = undefined;
  return { code, output: written.stdout + written.stderr };
}

let last = Promise.resolve();
process.on('message', ({ id, ...what }) => {
  last = last.then(async () => process.send({ id, ...(await run(what)) }));
});
process.on('disconnect', () => process.exit());
