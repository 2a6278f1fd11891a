// Writes a GraphQL literal as JSON.
import { Kind, type ListValueNode, type ObjectValueNode, type ValueNode, type VariableNode } from 'graphql';
import type { JsonProblem } from '../../json/json-problem';
import { MAX_LEVELS } from '../../json/json-rules';

/** `[$x, $x, ...]` can expand to a thousand times the size of the request, so the result has a limit. */
const MAX_CHARACTERS = 512 * 1024;

/** The exact JSON of a variable, or the literal of its default; undefined: it has neither. */
export type VariableLookup = (node: VariableNode) => string | ValueNode | undefined;

export interface LiteralJson {
  text: string;
  problems: JsonProblem[];
}

interface Writing {
  lookUp: VariableLookup;
  path: string[];
  charactersLeft: number;
  problems: JsonProblem[];
}

/**
 * Numbers keep their text. As in input objects of GraphQL, a missing variable omits its key, and is null in a list. A
 * value that JSON does not have is written as null and reported as a problem, with its path from this literal.
 */
export function jsonOfLiteral(node: ValueNode, lookUp: VariableLookup): LiteralJson {
  const writing: Writing = { lookUp, path: [], charactersLeft: MAX_CHARACTERS, problems: [] };
  const text = write(writing, node) ?? 'null';
  if (writing.charactersLeft < 0) {
    const message = `The value is longer than ${MAX_CHARACTERS} characters with its variables; send a shorter value.`;
    writing.problems.push({ path: [], message, isTooLarge: true });
  }
  return { text, problems: writing.problems };
}

function write(writing: Writing, node: ValueNode): string | undefined {
  // one level more than allowed is written, so that the text is recognised as too deep
  if (writing.path.length > MAX_LEVELS + 1 || writing.charactersLeft < 0) return 'null';
  switch (node.kind) {
    case Kind.OBJECT:
      return writeObject(writing, node);
    case Kind.LIST:
      return writeList(writing, node);
    case Kind.VARIABLE:
      return writeVariable(writing, node);
    case Kind.STRING:
      return counted(writing, JSON.stringify(node.value));
    case Kind.INT:
    case Kind.FLOAT:
      return counted(writing, node.value);
    case Kind.BOOLEAN:
      return String(node.value);
    case Kind.NULL:
      return 'null';
    case Kind.ENUM:
      return refuseEnum(writing, node.value);
  }
}

function writeVariable(writing: Writing, node: VariableNode): string | undefined {
  const found = writing.lookUp(node);
  return typeof found === 'object' ? write(writing, found) : counted(writing, found);
}

function writeObject(writing: Writing, node: ObjectValueNode): string {
  const members: string[] = [];
  for (const field of node.fields) {
    const key = field.name.value;
    const value = writeInside(writing, key, field.value);
    if (value !== undefined) members.push(`"${key}":${value}`);
  }
  return `{${members.join(',')}}`;
}

function writeList(writing: Writing, node: ListValueNode): string {
  return `[${node.values.map((value, index) => writeInside(writing, String(index), value) ?? 'null').join(',')}]`;
}

function writeInside(writing: Writing, step: string, node: ValueNode): string | undefined {
  writing.path.push(step);
  writing.charactersLeft -= step.length;
  const text = write(writing, node);
  writing.path.pop();
  return text;
}

/** A text beyond the limit is replaced by null; jsonOfLiteral reports the problem. */
function counted(writing: Writing, text: string | undefined): string | undefined {
  writing.charactersLeft -= text?.length ?? 0;
  return writing.charactersLeft < 0 ? 'null' : text;
}

function refuseEnum(writing: Writing, name: string): string {
  const message = `${name} is an enum value, which JSON does not have: put it in double quotes.`;
  writing.problems.push({ path: [...writing.path], message });
  return 'null';
}
