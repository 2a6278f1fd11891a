import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const DIST = join(__dirname, '../../dist/src');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hookledger-bundle-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(greeting: string): Promise<void> {
  await writeFile(
    join(folder, 'source.ts'),
    `interface Named {\n  name: string;\n}\n\nexport function greet({ name }: Named): string {\n` +
      `  if (name === '') throw new Error('no name');\n  return \`${greeting} \${name}\`;\n}\n`,
  );
  await build({
    entryPoints: [join(folder, 'source.ts')],
    outfile: join(folder, 'bundle.js'),
    format: 'cjs',
    platform: 'node',
    bundle: true,
    sourcemap: 'external',
  });
}

/** Calls `greet` of the bundle in a process of its own. */
async function greet(name: string, use = ''): Promise<string> {
  const script = `
    const bundle = require(process.argv[1]).loadBundle(process.argv[2], process.argv[3]);
    try {
      console.log(bundle.exports.greet({ name: process.argv[4] }));
    } catch (error) {
      console.log(error.stack);
    }
    bundle.keepCompiled();
  `;
  const args = ['-e', script, join(DIST, 'app/load-program.js'), join(folder, 'bundle.js'), use, name];
  return (await promisify(execFile)(process.execPath, args)).stdout;
}

const compiled = () => readdir(join(folder, 'compiled'));

test('what is compiled is kept for the next start with the same use', async () => {
  await write('Hello');
  expect(await greet('Ada')).toBe('Hello Ada\n');
  const [kept = ''] = await compiled();
  const path = join(folder, 'compiled', kept);
  await utimes(path, 1, 1);
  expect(await greet('Grace')).toBe('Hello Grace\n');
  expect(await compiled()).toEqual([kept]);
  expect((await stat(path)).mtimeMs).toBe(1_000);
  await greet('Ada', 'worker');
  expect(await compiled()).toHaveLength(2);
});

test('code that changed is compiled again, also at the same length', async () => {
  await write('Hello');
  await greet('Ada');
  await write('Salve');
  expect(await greet('Ada')).toBe('Salve Ada\n');
});

test('what V8 does not accept is compiled again and replaced', async () => {
  await write('Hello');
  await greet('Ada');
  const [kept = ''] = await compiled();
  const path = join(folder, 'compiled', kept);
  const { size } = await stat(path);
  await writeFile(path, 'torn');
  expect(await greet('Ada')).toBe('Hello Ada\n');
  expect((await stat(path)).size).toBe(size);
});

test('what a loss of power has left half zero is compiled again and replaced', async () => {
  await write('Hello');
  await greet('Ada');
  const [kept = ''] = await compiled();
  const path = join(folder, 'compiled', kept);
  const whole = await readFile(path);
  for (const bytes of [whole.length / 2, whole.length - 20, 0]) {
    await writeFile(path, Buffer.from(whole).fill(0, Math.floor(bytes)));
    expect(await greet('Ada')).toBe('Hello Ada\n');
    expect((await readFile(path)).subarray(-64).every((byte) => byte === 0)).toBe(false);
  }
});

test('the stack of an error names the source', async () => {
  await write('Hello');
  const [message, first] = (await greet('')).split('\n');
  expect(message).toBe('Error: no name');
  expect(first).toContain(`${join(folder, 'source.ts')}:6:`);
});

test('without its map, or with a half of it, the stack of an error names the bundle', async () => {
  await write('Hello');
  const map = join(folder, 'bundle.js.map');
  await truncate(map, 40);
  expect(await greet('')).toMatch(/^Error: no name\n +at .*\/bundle\.js:\d+:\d+/);
  await rm(map);
  expect(await greet('')).toMatch(/^Error: no name\n +at .*\/bundle\.js:\d+:\d+/);
});

test('a stack of the program names sources of ours, and the bundle where a package is', () => {
  const map = new SourceMap(JSON.parse(readFileSync(join(DIST, 'hookledger.js.map'), 'utf8')));
  const lines = readFileSync(join(DIST, 'hookledger.js'), 'latin1').split('\n');
  const originOf = (text: string) => {
    const at = lines.findIndex((line) => line.includes(text));
    return map.findOrigin(at + 1, (lines[at] ?? '').indexOf(text) + 1);
  };
  expect(originOf('async function startParts(')).toMatchObject({ fileName: '../../src/app/app.ts' });
  expect(originOf('function lexicographicSortSchema(')).toEqual({});
});

// each byte of it is read as a character
test('the bundle of the program is ASCII, also in regular expressions', async () => {
  const bytes = await readFile(join(DIST, 'hookledger.js'));
  expect(bytes.findIndex((byte) => byte > 0x7f)).toBe(-1);
  expect(bytes.includes('/^\\u2014 (')).toBe(true);
});
