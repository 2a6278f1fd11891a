import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createLogOutput, type Writing } from '../../src/app/log-output';
import { startTestApp } from '../support/app';
import { unusedPort } from '../support/program';
import { waitFor } from '../support/wait-for';

/** A file system that takes `room` bytes, then answers with an error. */
function smallSystem(room: number, code: string) {
  const state = { room, code, text: '' };
  const take = (bytes: Buffer): number => {
    const taken = bytes.subarray(0, state.room);
    if (taken.length === 0) throw Object.assign(new Error(state.code), { code: state.code });
    state.room -= taken.length;
    state.text += taken.toString();
    return taken.length;
  };
  const writing: Writing = {
    write(_fd, bytes, done) {
      setImmediate(() => {
        try {
          done(null, take(bytes));
        } catch (error) {
          done(error as NodeJS.ErrnoException, 0);
        }
      });
    },
    writeSync: (_fd, bytes) => take(bytes),
  };
  return { state, writing };
}

test.each(['ENOSPC', 'EAGAIN', 'EIO'])('after %s, what waited is written whole and in order', async (code) => {
  const { state, writing } = smallSystem(15, code);
  const output = createLogOutput(1, writing);
  for (const n of [1, 2, 3]) output.write(`line ${n} of 3\n`);
  await waitFor('the disk to be full', () => state.room === 0);
  output.write('and one more\n');
  state.room = 1_000;
  await waitFor('the rest', () => state.text.endsWith('more\n'));
  expect(state.text).toBe('line 1 of 3\nline 2 of 3\nline 3 of 3\nand one more\n');
  expect(output.lostLines()).toBe(0);
});

test('what does not fit in memory is counted, and a line says so', async () => {
  const { state, writing } = smallSystem(0, 'ENOSPC');
  const output = createLogOutput(1, writing);
  const line = `${'x'.repeat(1_023)}\n`;
  for (let n = 0; n < 4 * 1024 + 7; n += 1) output.write(line);
  expect(output.lostLines()).toBe(7);
  state.room = Number.POSITIVE_INFINITY;
  await waitFor('the line about it', () => state.text.includes('are lost'));
  const lines = state.text.split('\n').filter((each) => each.startsWith('{'));
  expect(lines.map((each) => JSON.parse(each))).toMatchObject([{ level: 40, lines: 7 }]);
});

test('after the reader of a pipe has ended, nothing is kept for it', async () => {
  const { state, writing } = smallSystem(0, 'EPIPE');
  const output = createLogOutput(1, writing);
  output.write('unread\n');
  await waitFor('the error', async () => {
    state.room = 100;
    output.write('later\n');
    await new Promise(setImmediate);
    output.flushSync();
    return true;
  });
  expect(output.lostLines()).toBe(0);
});

test.each(['ENOSPC', 'EAGAIN'])('the last flush of a process does not wait for ever: %s', (code) => {
  const { writing } = smallSystem(5, code);
  const output = createLogOutput(1, { ...writing, write: () => undefined });
  output.write('under way\n');
  output.write('a line that does not fit\n');
  output.flushSync();
});

const FULL = '/dev/full';
const testWithFullDevice = existsSync(FULL) ? test : test.skip;

testWithFullDevice('a program whose log is on a full disk serves, and ends when it is told to', async () => {
  const app = await startTestApp({ PROCESSES: 'api' });
  const port = await unusedPort();
  const full = openSync(FULL, 'w');
  let program: ChildProcess | undefined;
  try {
    program = spawn(process.execPath, [join(__dirname, '../../dist/src/main.js')], {
      env: { PATH: process.env.PATH, ...app.env, PORT: String(port), LOG_LEVEL: 'debug' },
      stdio: ['ignore', full, 'inherit'],
    });
    const status = () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        (answer) => answer.status,
        () => null,
      );
    await waitFor('an answer', async () => (await status()) === 200);
    // each request is a line of the log
    expect(await status()).toBe(200);
    const ended = once(program, 'exit');
    program.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    program?.kill('SIGKILL');
    closeSync(full);
    await app.stop();
  }
});
