// What a JSON filter asks, checked, and the words of the index that can answer it.
import { quoted } from '../../errors';
import { readJsonPath } from '../../json/json-path';
import { checkedList, refuse } from '../../refuse-argument';
import { isStorable } from '../../text';
import { incompleteWord, indexedLeaf } from './index-words';
import type { JsonQuery, JsonSide } from './indexed-condition.store';
import { eachLeaf, type JsonScalar, leafPath } from './json-leaves';
import { keysOf, toJsonpath } from './json-path';
import { anyOf, exactly } from './search-query';

const MAX_LEVELS = 20;
/** Enough to find few rows; the rest of what is wanted is asked of their bytes. */
const MAX_TERMS = 16;

/** @throws AppError BAD_USER_INPUT for what could mean all rows or none, or is never stored */
export function containsQuery(side: JsonSide, wanted: unknown, path: string[]): JsonQuery {
  if (wanted === null) refuse(path, 'null could mean all rows or none; { key: null } asks for a null');
  checkJson(wanted, path, MAX_LEVELS);
  const terms = new Set<string>();
  eachLeaf(wanted, (leafAt, leaf) => {
    terms.add(scalarTerm(side, [[leafAt, leaf]]));
    return terms.size < MAX_TERMS;
  });
  if (terms.size === 0) {
    refuse(path, `${quoted(JSON.stringify(wanted))} has no text, number, boolean or null in it to look for`);
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
  if (given.length !== 1) refuse(path, 'give either eq or in, what the value is to be');
  const [name = 'eq'] = given;
  const at = [...path, name];
  if (name === 'eq') return [scalar(tests.eq, at)];
  return checkedList(tests.in, at).map((value, index) => scalar(value, [...at, String(index)]));
}

function scalar(value: unknown, path: string[]): JsonScalar {
  if (value !== null && typeof value === 'object') {
    refuse(path, 'an object or a list is compared by contains; here a text, a number, a boolean or null stands');
  }
  checkJson(value, path, 0);
  return value as JsonScalar;
}

// A row in which not all scalars are indexed may be one that is looked for.
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
  if (!isStorable(text)) refuse(path, `${quoted(text)} is not a text that can be looked for`);
}

// By now it may be another number than the one that was written.
function checkNumber(value: number, path: string[]): void {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    refuse(path, `${value} is too large to be exact; search finds its digits`);
  }
}
