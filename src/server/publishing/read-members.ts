// Reads the members of JSON objects that describe events, with their exact text.
import { shortened, type UserError } from '../../errors';
import type { ExactData } from '../../events/event-faults';
import { findMembers, memberOf } from '../../json/json-member';
import { exactOf, type JsonPart, textOf } from '../../json/json-part';

/** Collects faults, so that the caller learns all of them at once. */
export interface MemberReader {
  /** The text of a member; null: absent or null. */
  text(name: string): string | null;
  /** The JSON value of a member. Absent or null is a fault. */
  data(name: string): ExactData;
  /** Whether there is such a member, with a value other than null. */
  isGiven(name: string): boolean;
  /** Adds a fault. @param name the member; null: the object itself */
  refuse(name: string | null, code: UserError['code'], message: string): void;
}

/** Stands for data that is refused. */
export const NO_DATA: ExactData = { text: 'null', bytes: 4, problems: [] };

/** @param names of the members that are read. @param path the path of the object in the input, for `field` */
export function memberReader(
  part: JsonPart,
  names: readonly string[],
  path: readonly string[],
  faults: UserError[],
): MemberReader {
  findMembers(part, names);
  const refuse: MemberReader['refuse'] = (name, code, message) =>
    faults.push({ field: name === null ? [...path] : [...path, name], code, message });
  const member = (name: string): JsonPart | null => {
    const found = memberOf(part, name);
    if (found?.isRepeated) refuse(name, 'INVALID', `${name} is given more than once: give it once.`);
    return found === undefined || found.value === null ? null : found;
  };
  return {
    refuse,
    isGiven: (name) => (memberOf(part, name)?.value ?? null) !== null,
    text(name) {
      const found = member(name);
      if (found === null) return null;
      if (typeof found.value === 'string') return found.value;
      refuse(name, 'INVALID', `${name} is ${shortened(textOf(found))}; it must be a string.`);
      return null;
    },
    data(name) {
      const found = member(name);
      if (found === null) {
        refuse(name, 'REQUIRED', `${name} must be a JSON value other than null.`);
        return NO_DATA;
      }
      return exactOf(found);
    },
  };
}
