import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
} from 'graphql';
import { sharedSchema } from '../src/server/schema/schema';
import { examplesIn, faultsOf } from './support/repository/documented-queries';

interface Described {
  name: string;
  description?: string | null | undefined;
  element?: GraphQLField<unknown, unknown> | GraphQLArgument | GraphQLInputField;
}

const schema = sharedSchema();
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter((type) => !!type);
const outputs = types.flatMap((type) => (isObjectType(type) || isInterfaceType(type) ? fieldsOf(type) : []));
const inputs = [
  ...types.flatMap((type) => (isInputObjectType(type) ? fieldsOf(type) : [])),
  ...types.flatMap(argumentsOf),
];

function fieldsOf(type: GraphQLNamedType & { getFields(): object }): Described[] {
  const fields = Object.values(type.getFields()) as (GraphQLField<unknown, unknown> | GraphQLInputField)[];
  return fields.map((element) => ({
    name: `${type.name}.${element.name}`,
    description: element.description,
    element,
  }));
}

function argumentsOf(type: GraphQLNamedType): Described[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) =>
    field.args.map((element) => ({
      name: `${type.name}.${field.name}(${element.name}:)`,
      description: element.description,
      element,
    })),
  );
}

const named = (found: Described[]) => found.map(({ name }) => name);
const without = (pattern: RegExp, found: Described[]) =>
  named(found.filter(({ description }) => !pattern.test(description ?? '')));
const isList = ({ element }: Described) => isListType(getNullableType(element?.type));
const isConnection = ({ element }: Described) => getNamedType(element?.type)?.name.endsWith('Connection') === true;

test('every type, field, argument, input field, enum value and directive is described', () => {
  const directives = schema.getDirectives().filter((directive) => !isSpecifiedDirective(directive));
  const all: Described[] = [
    ...types,
    ...outputs,
    ...inputs,
    ...types.flatMap((type) =>
      isEnumType(type) ? type.getValues().map((value) => ({ ...value, name: `${type.name}.${value.name}` })) : [],
    ),
    ...directives.flatMap((each) => [
      each,
      ...each.args.map((one) => ({ ...one, name: `@${each.name}(${one.name}:)` })),
    ]),
  ];
  expect(all.length).toBeGreaterThan(600);
  expect(without(/^\S.*[.)\]}`"]$/s, all)).toEqual([]);
});

test('what takes or gives a list says how many', () => {
  // the values of an enum are as many as they are, faults as many as a caller makes; `first` has its own description
  const isBounded = ({ element }: Described) => {
    const type = getNamedType(element?.type) as GraphQLNamedType;
    const hasSize = element && 'args' in element && element.args.some(({ name }) => name === 'first');
    return isEnumType(type) || type.name === 'UserError' || hasSize;
  };
  const lists = [...inputs, ...outputs].filter((each) => isList(each) && !isBounded(each));
  expect(lists.length).toBeGreaterThan(50);
  expect(without(/\d/, lists)).toEqual([]);
});

test('a page says how many rows it has at most, a filter how much it takes, a list in which order it comes', () => {
  const connections = types.filter(({ name }) => name.endsWith('Connection'));
  expect(without(/at most 100 rows/, connections)).toEqual([]);
  expect(
    without(
      /1 to 100/,
      inputs.filter(({ name }) => /\((first|last):\)$/.test(name)),
    ),
  ).toEqual([]);
  expect(
    without(
      /1,000/,
      inputs.filter(({ name }) => name.endsWith('(where:)')),
    ),
  ).toEqual([]);
  expect(
    without(
      /nested 3 levels deep/,
      inputs.filter(({ name }) => /Where\.(and|or|not)$/.test(name)),
    ),
  ).toEqual([]);
  expect(without(/newest first|oldest first/i, outputs.filter(isConnection))).toEqual([]);
});

describe('what one may begin with', () => {
  const fields = roots.flatMap((type) => fieldsOf(type));

  test('has an example that uses it', () => {
    const lacking = fields.filter(({ name, description }) => {
      const [, field = ''] = name.split('.');
      return !examplesIn(description ?? '').some((text) => new RegExp(`\\b${field}\\b`).test(text));
    });
    expect(named(lacking)).toEqual([]);
  });

  test.each(fields.map(({ name, description }) => [name, examplesIn(description ?? '')] as const))(
    'the example of %s is right',
    (_name, examples) => {
      expect(examples.flatMap((text) => faultsOf(schema, text))).toEqual([]);
    },
  );
});

test('an example that is wrong is seen', () => {
  expect(faultsOf(schema, '{ viewer { nme } }')).toEqual([expect.stringContaining('Cannot query field "nme"')]);
  expect(faultsOf(schema, '{ viewer {')).toEqual([expect.stringContaining('Syntax Error')]);
});
