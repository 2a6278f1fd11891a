// Checks a JSON filter and makes its query: the index terms and the exact test.
import { quoted } from '../../errors/errors';
import { type PathStep, readJsonPath } from '../../json/json-part';
import { checkedList, refuse } from '../../values/refuse-argument';
import { isStorable } from '../../values/text';
import { eachLeaf, incompleteWord, indexedLeaf, type JsonScalar, leafPath } from './index-terms';
import { anyOf, exactly } from './search-query';
import type { JsonQuery, JsonSide } from './word-conditions.store';

const MAX_LEVELS = 20;
/** Enough to select few rows. The exact test covers the other values. */
const MAX_TERMS = 16;

/** @throws AppError BAD_USER_INPUT if the value is ambiguous, or can never be stored */
export function containsQuery(side: JsonSide, wanted: unknown, path: string[]): JsonQuery {
  if (wanted === null) refuse(path, 'null could mean all rows or none; { key: null } matches a null');
  checkJson(wanted, path, MAX_LEVELS);
  const terms = new Set<string>();
  eachLeaf(wanted, (leafAt, leaf) => {
    terms.add(scalarTerm(side, [[leafAt, leaf]]));
    return terms.size < MAX_TERMS;
  });
  if (terms.size === 0) {
    refuse(path, `${quoted(JSON.stringify(wanted))} contains no string, number, boolean or null`);
  }
  return { side, terms: [...terms], exact: { contains: JSON.stringify(wanted) } };
}

export interface PathTests {
  at: string[];
  eq?: unknown;
  in?: unknown[] | null;
}

/** @throws AppError BAD_USER_INPUT */
export function pathQuery(side: JsonSide, tests: PathTests, path: string[]): JsonQuery {
  const steps = readJsonPath(tests.at, [...path, 'at']);
  const values = wantedValues(tests, path);
  const keys = leafPath(keysOf(steps));
  const named = Object.fromEntries(values.map((value, index) => [`v${index}`, value]));
  return {
    side,
    terms: [
      scalarTerm(
        side,
        values.map((value) => [keys, value]),
      ),
    ],
    exact: { jsonpath: toJsonpath(steps, values.length), values: JSON.stringify(named) },
  };
}

function wantedValues(tests: PathTests, path: string[]): JsonScalar[] {
  const given = [
    ...('eq' in tests && tests.eq !== undefined ? ['eq'] : []),
    ...((tests.in ?? null) === null ? [] : ['in']),
  ];
  if (given.length !== 1) refuse(path, 'exactly one of eq and in is required');
  const [name = 'eq'] = given;
  const at = [...path, name];
  if (name === 'eq') return [scalar(tests.eq, at)];
  return checkedList(tests.in, at).map((value, index) => scalar(value, [...at, String(index)]));
}

function scalar(value: unknown, path: string[]): JsonScalar {
  if (value !== null && typeof value === 'object') {
    refuse(path, 'must be a string, a number, a boolean or null; use contains to compare objects and lists');
  }
  checkJson(value, path, 0);
  return value as JsonScalar;
}

// A row in which not all scalars are indexed may match.
function scalarTerm(side: JsonSide, leaves: readonly [path: string, leaf: JsonScalar][]): string {
  const words = leaves.map(([path, leaf]) => indexedLeaf(side, path, leaf));
  return anyOf([...new Set([...words, incompleteWord(side)])].map(exactly));
}

function checkJson(value: unknown, path: string[], levels: number): void {
  if (typeof value === 'string') checkText(value, path);
  if (typeof value === 'number') checkNumber(value, path);
  if (value === null || typeof value !== 'object') return;
  if (levels === 0) refuse(path, `more than ${MAX_LEVELS} levels deep`);
  for (const [key, each] of Object.entries(value)) {
    checkText(key, path);
    checkJson(each, [...path, key], levels - 1);
  }
}

function checkText(text: string, path: string[]): void {
  if (!isStorable(text)) refuse(path, `${quoted(text)} has a NUL or an unpaired surrogate, which no stored JSON has`);
}

// A large integer may have been rounded when the query was parsed.
function checkNumber(value: number, path: string[]): void {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    refuse(path, `${value} is too large to be exact; use search to find its digits`);
  }
}

// Translates paths of JSON filters to jsonpath of PostgreSQL. Callers may not write jsonpath, which can do far more.

/** The keys of a path, by which the index has its scalars. */
function keysOf(steps: readonly PathStep[]): string[] {
  return steps.flatMap((step) => (step !== 'any' && 'key' in step ? [step.key] : []));
}

/**
 * The path as `lax` jsonpath, in which a key of a list is searched in its elements. Keys are JSON strings, values are
 * variables `$v0`, `$v1` and so on.
 */
function toJsonpath(steps: readonly PathStep[], values: number): string {
  const place = steps.map((step) => {
    if (step === 'any') return '[*]';
    return 'key' in step ? `.${JSON.stringify(step.key)}` : `[${step.index}]`;
  });
  const tests = Array.from({ length: values }, (_, index) => `@ == $v${index}`);
  return `lax $${place.join('')} ? (${tests.join(' || ')})`;
}
