// Documents over the whole schema: most are valid, some name a wrong value or leave out a variable.
import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';
import { sharedSchema } from '../../../src/server/schema/schema';

export interface RandomRequest {
  query: string;
  variables: Record<string, unknown>;
}

const MAX_DEPTH = 3;
/** Their answers differ from moment to moment. */
const OF_THE_MOMENT = /^evidence|^serverTime$|countedUntil|Seconds$/;
const SCALARS: Record<string, readonly unknown[]> = {
  Int: [0, 1, 2, 100, 1_000, -1],
  Float: [0, 1.5],
  Boolean: [true, false],
  ID: ['usr_01a219ed0a487270b25e3176119dc18c', 'x'],
  DateTime: ['2026-01-01T00:00:00Z', '2026-11-26T00:00:00Z', 'yesterday'],
};
const TEXTS = ['', 'Sales Invoice', 'é😀', '{}'];

/** The same ones for the same seed. */
export function createRandomRequests(seed: number): () => RandomRequest {
  const schema = sharedSchema();
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const some = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const chance = (share: number) => random() < share;

  function inputFor(type: GraphQLInputType, depth = 0): unknown {
    if (isNonNullType(type)) return inputFor(type.ofType, depth);
    if (isListType(type)) return chance(0.5) ? [inputFor(type.ofType, depth)] : inputFor(type.ofType, depth);
    if (isEnumType(type)) return some(type.getValues()).name;
    if (!isInputObjectType(type)) return some(SCALARS[type.name] ?? TEXTS);
    const fields = Object.values(type.getFields()).filter(
      (field) => isRequiredInputField(field) || (depth < MAX_DEPTH && chance(0.1)),
    );
    return Object.fromEntries(fields.map((field) => [field.name, inputFor(field.type, depth + 1)]));
  }

  return () => {
    const definitions: string[] = [];
    const variables: Record<string, unknown> = {};
    const variable = (type: string, value: unknown) => {
      const name = `v${definitions.length}`;
      definitions.push(`$${name}: ${type}`);
      if (!chance(0.03)) variables[name] = value;
      return `$${name}`;
    };
    const directive = () =>
      chance(0.08) ? ` @${some(['skip', 'include'])}(if: ${variable('Boolean!', chance(0.5))})` : '';
    const argumentsOf = ({ args }: GraphQLField<unknown, unknown>) => {
      const given = args.filter((argument) => isRequiredArgument(argument) || chance(0.15));
      const texts = given.map(({ name, type }) => `${name}: ${variable(String(type), inputFor(type))}`);
      return texts.length > 0 ? `(${texts.join(', ')})` : '';
    };
    let aliases = 0;
    function selectionOf(output: GraphQLOutputType, depth: number): string {
      const type = getNamedType(output);
      if (isAbstractType(type)) {
        const possible = some(schema.getPossibleTypes(type));
        return `{ __typename ... on ${possible.name}${directive()} ${selectionOf(possible, depth + 1)} }`;
      }
      if (!isObjectType(type)) return '';
      const fields = Object.values(type.getFields()).filter(
        (field) => !OF_THE_MOMENT.test(field.name) && (depth < MAX_DEPTH || isLeafType(getNamedType(field.type))),
      );
      if (fields.length === 0) return '{ __typename }';
      const picked = Array.from({ length: 1 + Math.floor(random() * 4) }, () => some(fields)).map((field) => {
        aliases += 1;
        return `a${aliases}: ${field.name}${argumentsOf(field)}${directive()} ${selectionOf(field.type, depth + 1)}`;
      });
      return `{ ${picked.join(' ')} }`;
    }
    const selection = selectionOf(schema.getQueryType() as GraphQLOutputType, 0);
    const head = definitions.length > 0 ? `query (${definitions.join(', ')})` : 'query';
    return { query: `${head} ${selection}`, variables };
  };
}
