// The exact JSON that a client sent for an argument. Resolvers get values of JSON.parse, which loses the text of
// numbers.
import type { GraphQLResolveInfo, ValueNode } from 'graphql';
import { memberOf } from '../../json/json-member';
import { type ExactValue, exactOf, type JsonPart, rootOf, textOf } from '../../json/json-part';
import { type JsonProblem, shown } from '../../json/json-problem';
import { readJsonText } from '../../json/json-text';
import { jsonOfLiteral } from './json-literal';

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
