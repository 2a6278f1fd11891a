// How arguments are refused. Faults in the `input` of a mutation are user errors instead: see InputError.
import { AppError, quoted } from '../errors/errors';
import { ID_PREFIXES, type NodeName, readNodeId, uuidOf } from './ids';
import { isStorable } from './text';

/** The maximum number of entries of a list in an argument. */
const MAX_LIST = 100;

type Path = readonly string[];

/** @param what follows the path, as in `where.id.eq: <what>.` @throws AppError BAD_USER_INPUT */
export function refuse(path: Path, what: string): never {
  refuseWithMessage(`${path.join('.')}: ${what}.`, path);
}

/** @param message the whole sentence. @throws AppError BAD_USER_INPUT */
export function refuseWithMessage(message: string, path?: Path): never {
  throw new AppError('BAD_USER_INPUT', message, path);
}

/** @param what such as null or {}. @throws AppError BAD_USER_INPUT */
export function refuseAmbiguous(path: Path, what: string): never {
  refuse(path, `${what} could mean all rows or none; leave it out to get all`);
}

/** @param what such as entries or steps. @throws AppError BAD_USER_INPUT if there are more than `max` */
export function checkCount(path: Path, count: number, what: string, max: number): void {
  if (count > max) refuse(path, `${count} ${what}; at most ${max} are allowed`);
}

/** The entries of a list, 1 to 100. @throws AppError BAD_USER_INPUT */
export function checkedList(value: unknown, path: Path): unknown[] {
  const list = Array.isArray(value) ? value : [];
  if (list.length === 0) refuseAmbiguous(path, 'an empty list');
  checkCount(path, list.length, 'entries', MAX_LIST);
  return list;
}

/** A text to compare with. One that PostgreSQL cannot store equals no stored text. @throws AppError BAD_USER_INPUT */
export function storableText(text: string, path: Path): string {
  if (!isStorable(text)) refuse(path, `${quoted(text)} is not a text that is ever stored`);
  return text;
}

/** How many rows are asked for. @throws AppError BAD_USER_INPUT if it is not 1 to `max` */
export function checkedSize(name: string, size: number, max: number): number {
  if (size < 1 || size > max) refuseWithMessage(`${name} is ${size}; it must be 1 to ${max}.`, [name]);
  return size;
}

/** The UUID of an id of this type. @throws AppError BAD_USER_INPUT */
export function checkedId(node: NodeName, id: unknown, path: Path): string {
  const type = `${/^[AEIO]/.test(node) ? 'an' : 'a'} ${node}`;
  const form = `${ID_PREFIXES[node]}_ and 32 hexadecimal digits`;
  return uuidOf(node, String(id)) ?? refuse(path, `${quoted(id)} is not the id of ${type}, which is ${form}`);
}

/** The type and the UUID of an id of any type. @throws AppError BAD_USER_INPUT */
export function checkedNodeId(id: unknown, path: Path): { name: NodeName; id: string } {
  return (
    readNodeId(String(id)) ?? refuse(path, `${quoted(id)} is not an id: one begins with its type, such as whk_ or usr_`)
  );
}
