// A schema as a list of the elements that clients can name, each with its coordinate as defined by GraphQL:
// `Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE`, `@directive`, `@directive(argument:)`.
import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  isUnionType,
  Kind,
  print,
} from 'graphql';

export interface Element {
  coordinate: string;
  /** The coordinate of its parent; null: the schema. */
  parent: string | null;
  /** The parts whose change is a change of the element: type and default, or interfaces or members. */
  signature: string;
  description: string;
  /** The reason of deprecation; null: it is not deprecated. */
  deprecation: string | null;
  /** The roles of `@hasRole` or `@onlyFor`; null: it has no rule of its own. */
  roles: string | null;
}

type Annotated = { astNode?: { directives?: readonly import('graphql').ConstDirectiveNode[] } | null | undefined };

const RULES = ['hasRole', 'onlyFor'];

/** @param schema built from SDL: `roles` are read from its directives */
export function elementsOf(schema: GraphQLSchema): Map<string, Element> {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
  );
  const directives = schema.getDirectives().filter((directive) => !isSpecifiedDirective(directive));
  const elements = [
    ...types.flatMap(elementsOfType),
    ...directives.flatMap((directive) => [
      element(`@${directive.name}`, null, `on ${directive.locations.join(' | ')}`, directive),
      ...directive.args.map((input) => inputElement(`@${directive.name}(${input.name}:)`, `@${directive.name}`, input)),
    ]),
  ];
  return new Map(elements.map((each) => [each.coordinate, each]));
}

interface Described {
  description?: string | null | undefined;
  deprecationReason?: string | null | undefined;
}

function element(
  coordinate: string,
  parent: string | null,
  signature: string,
  described: Described & Annotated,
): Element {
  const { description, deprecationReason } = described;
  const roles = rolesOf(described);
  return {
    coordinate,
    parent,
    signature,
    description: description ?? '',
    deprecation: deprecationReason ?? null,
    roles,
  };
}

function elementsOfType(type: GraphQLNamedType): Element[] {
  const own = element(type.name, null, signatureOf(type), type as Annotated & GraphQLNamedType);
  return [own, ...partsOf(type)];
}

function signatureOf(type: GraphQLNamedType): string {
  if (isUnionType(type)) return `union of ${namesOf(type.getTypes())}`;
  if (isEnumType(type)) return 'enum';
  if (isInputObjectType(type)) return 'input';
  if (!isObjectType(type) && !isInterfaceType(type)) return 'scalar';
  const kind = isObjectType(type) ? 'type' : 'interface';
  const interfaces = type.getInterfaces();
  return interfaces.length > 0 ? `${kind} that implements ${namesOf(interfaces)}` : kind;
}

function namesOf(types: readonly GraphQLNamedType[]): string {
  return types
    .map(({ name }) => name)
    .sort()
    .join(', ');
}

function partsOf(type: GraphQLNamedType): Element[] {
  if (isEnumType(type)) {
    return type.getValues().map((value) => element(`${type.name}.${value.name}`, type.name, 'value', value));
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((input) => inputElement(`${type.name}.${input.name}`, type.name, input));
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => elementsOfField(type.name, field));
}

function elementsOfField(typeName: string, field: GraphQLField<unknown, unknown>): Element[] {
  const coordinate = `${typeName}.${field.name}`;
  return [
    element(coordinate, typeName, String(field.type), field),
    ...field.args.map((input) => inputElement(`${coordinate}(${input.name}:)`, coordinate, input)),
  ];
}

function inputElement(coordinate: string, parent: string, input: GraphQLArgument | GraphQLInputField): Element {
  const value = input.defaultValue === undefined ? null : astFromValue(input.defaultValue, input.type);
  return element(coordinate, parent, value ? `${input.type} = ${print(value)}` : String(input.type), input);
}

function rolesOf({ astNode }: Annotated): string | null {
  const value = astNode?.directives?.find((each) => RULES.includes(each.name.value))?.arguments?.[0]?.value;
  if (value?.kind !== Kind.LIST) return null;
  return value.values.map((role) => print(role)).join(', ');
}
