/** @jest-environment node */
// The values of both sides are compared strictly, so they must be of one context. `expect` would take most of the time.
import { deepStrictEqual } from 'node:assert/strict';
import { type JsonPart, problemsOf, textOf } from '../../src/json/json-part';
import { inspectJson } from '../../src/json/json-rules';
import { isKeptByDouble } from '../../src/json/json-scalar';
import { at, read, syntaxErrorOf } from './json-parts';

const STRINGS = ['', 'a', 'b', 'Größe', '😀', '"\\/', '\n\t', '\u2028', '__proto__', 'x'.repeat(60), '\ud800', '\0'];

const PIECES = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '1',
  '0',
  '-',
  '.',
  'e9',
  ' ',
  '\n',
  '\t',
  'null',
  '\\u0000',
  'a',
];

describe('random documents', () => {
  const samples = Array.from({ length: 3000 }, () => JSON.stringify(randomValue(4), null, pick([0, 1, '\t'])));

  it('have the values that JSON.parse gives, and each part the text of its value', () => {
    for (const text of samples) {
      const root = read(text);
      deepStrictEqual(root.value, JSON.parse(text));
      expectParts(root);
      deepStrictEqual(problemsOf(root), inspectJson(text, 20));
    }
  });

  it('are refused exactly when JSON.parse refuses them', () => {
    let refused = 0;
    for (const text of samples) {
      const mutated = mutate(text);
      const isValid = isParsed(mutated);
      if (!isValid) refused++;
      deepStrictEqual([mutated, syntaxErrorOf(mutated) === null], [mutated, isValid]);
      if (!isValid) continue;
      const root = read(mutated);
      deepStrictEqual(root.value, JSON.parse(mutated));
      deepStrictEqual([mutated, problemsOf(root)], [mutated, inspectJson(mutated, 20)]);
    }
    expect(refused).toBeGreaterThan(300);
    expect(refused).toBeLessThan(2700);
  });
});

it('a number is judged as exact arithmetic on its digits would', () => {
  for (let i = 0; i < 20_000; i++) {
    const text = randomNumber();
    deepStrictEqual([text, isKeptByDouble(text)], [text, isSameDecimal(text, String(Number(text)))]);
  }
});

function expectParts(part: JsonPart): void {
  deepStrictEqual(JSON.parse(textOf(part)), part.value);
  if (typeof part.value !== 'object' || part.value === null) return;
  for (const key of Object.keys(part.value)) expectParts(at(part, Array.isArray(part.value) ? Number(key) : key));
}

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}

function pick<T>(values: readonly T[]): T {
  return values[random(values.length)]!;
}

function randomValue(levels: number): unknown {
  const kind = random(levels > 0 ? 8 : 5);
  if (kind === 0) return pick([null, true, false]);
  if (kind === 1) return pick([0, -1, 1.5, 1e21, 5e-324, random(1e9), Math.random()]);
  if (kind < 5) return pick(STRINGS) + pick(STRINGS);
  if (kind < 6) return Array.from({ length: random(5) }, () => randomValue(levels - 1));
  return Object.fromEntries(Array.from({ length: random(12) }, () => [pick(STRINGS), randomValue(levels - 1)]));
}

function mutate(text: string): string {
  const from = random(text.length + 1);
  return text.slice(0, from) + pick(['', ...PIECES, text.slice(from, from + 3)]) + text.slice(from + random(2));
}

function randomNumber(): string {
  const digits = (most: number) => Array.from({ length: 1 + random(most) }, () => random(10)).join('');
  const whole = pick(['0', `${1 + random(9)}${digits(20)}`, `1${'0'.repeat(random(25))}`, String(1 + random(1e6))]);
  const fraction = pick(['', '', `.${digits(20)}`, `.${'0'.repeat(random(20))}${digits(3)}`]);
  const exponent = pick(['', '', '', `e${random(30)}`, `E-${random(340)}`, `e+${random(330)}`]);
  return pick([`${pick(['', '-'])}${whole}${fraction}${exponent}`, String(Math.random() * 10 ** random(20))]);
}

function isSameDecimal(one: string, other: string): boolean {
  if (!Number.isFinite(Number(other))) return false;
  const [a, b] = [rational(one), rational(other)];
  return a[0] * b[1] === b[0] * a[1];
}

function rational(text: string): [bigint, bigint] {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const power = Number(exponent) - fraction.length;
  const digits = BigInt(`${whole}${fraction}`);
  return power >= 0 ? [digits * 10n ** BigInt(power), 1n] : [digits, 10n ** BigInt(-power)];
}
