import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const DECISIONS = join(ROOT, 'docs/decisions');
const pages = readdirSync(DECISIONS).map((page) => readFileSync(join(DECISIONS, page), 'utf8'));
/** Packages between backticks; `@scope/*` is each of the scope. */
const named = new Set(pages.flatMap((page) => [...page.matchAll(/`([@\w./*-]+)`/g)].map(([, name]) => name)));

const { dependencies, devDependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);
const packages = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });

test.each(packages.filter((name) => !name.startsWith('@types/')))('a decision says why there is %s', (name) => {
  const scope = name.replace(/\/.*/, '/*');
  expect(named.has(name) || named.has(scope)).toBe(true);
});
