// The exact JSON that a client sent for an argument. Resolvers get values of JSON.parse, which loses the text of
// numbers.
import {
  type GraphQLResolveInfo,
  Kind,
  type ListValueNode,
  type ObjectValueNode,
  type ValueNode,
  type VariableNode,
} from 'graphql';
import { type ExactValue, exactOf, type JsonPart, memberOf, rootOf, textOf } from '../../json/json-part';
import { type JsonProblem, shown } from '../../json/json-problem';
import { MAX_LEVELS } from '../../json/json-rules';
import { readJsonText } from '../../json/json-text';

type Request = Pick<GraphQLResolveInfo, 'fieldNodes' | 'operation'>;

/** The current position: a literal in the query, or a part of the variables' text. */
type Place = { node: ValueNode } | { part: JsonPart };

interface Walk {
  request: Request;
  variables: JsonPart | undefined;
  problems: JsonProblem[];
}

/**
 * @param variables the part of the request that has the variables; undefined: there is none
 * @param path begins with the name of the argument, as in `['input', 'events', 3, 'data']`. A number is an index; 0
 *   also finds a single value that was given instead of a list
 * @returns undefined: the client gave no value. Defaults of the operation are used, those of the schema are not
 */
export function exactArgument(
  request: Request,
  variables: JsonPart | undefined,
  path: readonly (string | number)[],
): ExactValue | undefined {
  const walk: Walk = { request, variables, problems: [] };
  if (variables?.isRepeated) noteRepeated(walk, 'variables');
  const [name, ...steps] = path;
  const argument = request.fieldNodes[0]?.arguments?.find((one) => one.name.value === name);
  let place = argument && placeOf(walk, argument.value);
  for (const step of steps) place = place && stepInto(walk, place, step);
  if (place === undefined) return undefined;
  return 'part' in place ? withProblems(walk.problems, exactOf(place.part)) : exactLiteral(walk, place.node);
}

function placeOf(walk: Walk, node: ValueNode): Place | undefined {
  if (node.kind !== 'Variable') return { node };
  const name = node.name.value;
  const part = walk.variables && memberOf(walk.variables, name);
  if (part?.isRepeated) noteRepeated(walk, name);
  if (part !== undefined) return { part };
  const defined = walk.request.operation.variableDefinitions?.find((one) => one.variable.name.value === name);
  return defined?.defaultValue && { node: defined.defaultValue };
}

function stepInto(walk: Walk, place: Place, step: string | number): Place | undefined {
  return 'part' in place ? stepIntoPart(walk, place, step) : stepIntoLiteral(walk, place, step);
}

function stepIntoPart(walk: Walk, place: { part: JsonPart }, step: string | number): Place | undefined {
  const { value } = place.part;
  if (typeof step === 'number' && !Array.isArray(value)) return step === 0 && value !== null ? place : undefined;
  const part = memberOf(place.part, step);
  if (part?.isRepeated) noteRepeated(walk, String(step));
  return part && { part };
}

function stepIntoLiteral(walk: Walk, place: { node: ValueNode }, step: string | number): Place | undefined {
  const { node } = place;
  if (typeof step === 'number') {
    if (node.kind !== 'ListValue') return step === 0 && node.kind !== 'NullValue' ? place : undefined;
    const element = node.values[step];
    return element && placeOf(walk, element);
  }
  const fields = node.kind === 'ObjectValue' ? node.fields.filter((field) => field.name.value === step) : [];
  if (fields.length > 1) noteRepeated(walk, step);
  const last = fields.at(-1);
  return last && placeOf(walk, last.value);
}

// Only one of the values can be stored, and the client may have meant another.
function noteRepeated(walk: Walk, key: string): void {
  walk.problems.push({ path: [], message: `${shown(JSON.stringify(key))} is given more than once: give it once.` });
}

function withProblems(found: readonly JsonProblem[], exact: ExactValue): ExactValue {
  if (found.length === 0) return exact;
  const { text, bytes, value } = exact;
  return {
    text,
    bytes,
    value,
    get problems() {
      return [...found, ...exact.problems];
    },
  };
}

function exactLiteral(walk: Walk, node: ValueNode): ExactValue {
  const literal = jsonOfLiteral(node, (variable) => {
    const place = placeOf(walk, variable);
    return place && ('part' in place ? textOf(place.part) : place.node);
  });
  return withProblems([...walk.problems, ...literal.problems], exactOf(rootOf(readJsonText(literal.text))));
}

// Writes a GraphQL literal as JSON.

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
function jsonOfLiteral(node: ValueNode, lookUp: VariableLookup): LiteralJson {
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
