// Replaces the values of a part of a row that its viewer may not see. Lists and keys of objects stay.

import ipaddr from 'ipaddr.js';
import { readAddress, withoutMapping } from '../values/networks';
import type { MaskState } from './mask-tree';
import type { Strategy } from './rule';

/** What stands in place of a value. ASCII: one other character makes V8 keep, and Node send, the whole answer in two bytes each. */
export const HIDDEN = '***';

/** A shorter text is hidden: its last four characters would be most of it. */
const MIN_FOR_LAST4 = 8;

/** @param value as JSON has it; its lists and objects are changed. @param stateOf where a whole part stands */
export function maskedJson(stateOf: (value: unknown) => MaskState, value: unknown): unknown {
  const state = stateOf(value);
  // a text may be JSON that was cut off, or is of another form: no path finds what it must hide in it
  if (!isComposed(value)) return scalar(value, state.strategy === 'LAST4' ? 'LAST4' : 'HIDE');
  return masked(state, value);
}

const isComposed = (value: unknown): value is object => typeof value === 'object' && value !== null;

function masked(state: MaskState, value: unknown): unknown {
  if (!isComposed(value)) return scalar(value, state.strategy);
  if (!state.leadsOn && state.strategy === 'SHOW') return value;
  if (!state.leadsOn && state.strategy === 'HIDE') return hiddenJson(value);
  if (Array.isArray(value)) return replaceElements(value, (each, index) => masked(state.element(index, each), each));
  return replaceMembers(value, (each, key) => masked(state.member(key, each), each));
}

// In place: a copy of each object would cost as much as all else that is done to mask it.
function replaceElements(list: unknown[], by: (each: unknown, index: number) => unknown): unknown[] {
  for (const [index, each] of list.entries()) list[index] = by(each, index);
  return list;
}

// JSON.parse makes __proto__ a property like any other, and an assignment to it is one to this property
function replaceMembers(object: object, by: (each: unknown, key: string) => unknown): object {
  const members = object as Record<string, unknown>;
  for (const key of Object.keys(members)) members[key] = by(members[key], key);
  return members;
}

/** null is a value too. */
function scalar(value: unknown, strategy: Strategy): unknown {
  if (strategy === 'SHOW') return value;
  if (strategy === 'HIDE' || !hasOwnCharacters(value)) return HIDDEN;
  const characters = Array.from(String(value));
  return characters.length < MIN_FOR_LAST4 ? HIDDEN : HIDDEN + characters.slice(-4).join('');
}

// of a larger or broken number, a double has other digits than the JSON that was received
function hasOwnCharacters(value: unknown): boolean {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

/** All values of a JSON value hidden. Its lists and objects are changed. */
export function hiddenJson(value: unknown): unknown {
  if (!isComposed(value)) return HIDDEN;
  return Array.isArray(value) ? replaceElements(value, hiddenJson) : replaceMembers(value, hiddenJson);
}

// IP addresses as viewers see them who need not know from which machine a call came.

/** The bits that are shown of an address. */
const SHOWN = { ipv4: 24, ipv6: 48 };

/** @returns its network, such as 192.0.2.0/24; null: it is no address of a network */
export function networkOf(address: string): string | null {
  const read = readAddress(address);
  if (read === null) return null;
  const plain = withoutMapping(read);
  const bits = SHOWN[plain.kind()];
  const bytes = plain.toByteArray().map((byte, index) => (index < bits / 8 ? byte : 0));
  return `${ipaddr.fromByteArray(bytes)}/${bits}`;
}

const IPV4 = '^([0-9]{1,3}[.]){3}[0-9]{1,3}$';
const IPV6 = '^[0-9a-fA-F.]*:[0-9a-fA-F:.]*$';

/** The same in SQL. @param address an SQL expression of an address as Node writes it */
export function networkOfSql(address: string): string {
  const network = (text: string, bits: number) => `network(set_masklen((${text})::inet, ${bits}))::text`;
  const plain = `regexp_replace(${address}, '^::ffff:(?=[0-9]+[.])', '')`;
  return `case when ${plain} ~ '${IPV4}' then ${network(plain, SHOWN.ipv4)}
    when ${address} ~ '${IPV6}' then ${network(address, SHOWN.ipv6)} end`;
}
