// A field that a role may not read must not be used in a filter by that role, at any depth of any `where`.
import {
  DirectiveLocation,
  GraphQLDirective,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { Directive } from 'type-graphql';
import type { Role } from '../../access/viewer';
import { Denied } from '../../errors/errors';
import { addCheck } from '../arguments/check-input';
import type { Context } from '../context';
import { directiveOf } from '../directives';
import { changeFields, type Field, type FieldRule } from '../field-rules';
import { masksOf, refuseMasked } from './masked';

/**
 * Decorates a field of an input that finds rows by their content: callers need one of these roles to use it, and masking
 * rules must hide nothing from them. Printed in the SDL and enforced.
 */
export function OnlyFor(...roles: readonly Role[]): PropertyDecorator {
  return Directive(`@onlyFor(roles: [${roles.join(', ')}])`) as PropertyDecorator;
}

type Rules = ReadonlyMap<string, Record<string, readonly Role[]>>;

/**
 * Adds a check to each field that has an argument with restricted parts, between other rules of fields. Resolvers need no
 * checks of their own.
 */
export function enforceFilterRoles(schema: GraphQLSchema, before: FieldRule[], after: FieldRule[]): void {
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const rules: Rules = new Map(inputs.map((input) => [input.name, restrictedOf(schema, input)]));
  const ofFields: FieldRule[] = [...before, (field) => guard(rules, field), ...after];
  changeFields(schema, (field, type) => {
    for (const rule of ofFields) rule(field, type);
  });
}

export function filterDirectives(schema: GraphQLSchema): GraphQLDirective[] {
  const role = schema.getType('Role') as GraphQLEnumType;
  const onlyFor = new GraphQLDirective({
    name: 'onlyFor',
    description:
      'Callers need one of these roles to use this part of an input, and masking rules must hide nothing from them; ' +
      'for others it is FORBIDDEN.',
    locations: [DirectiveLocation.INPUT_FIELD_DEFINITION],
    args: {
      roles: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(role))),
        description: 'The roles, 1 to 5; one of them is sufficient.',
      },
    },
  });
  return [onlyFor];
}

/** The roles of the restricted fields, which their descriptions then say as well. */
function restrictedOf(schema: GraphQLSchema, input: GraphQLInputObjectType): Record<string, readonly Role[]> {
  const restricted: Record<string, readonly Role[]> = {};
  for (const field of Object.values(input.getFields())) {
    const roles = directiveOf(schema, field, 'onlyFor')?.roles as readonly Role[] | undefined;
    if (!roles) continue;
    restricted[field.name] = roles;
    field.description = `${field.description ?? ''}\n\nRoles: ${roles.join(', ')}.`.trim();
  }
  return restricted;
}

function guard(rules: Rules, field: Field): void {
  const args = field.args.filter(({ type }) => isGuarded(rules, type, new Set()));
  if (args.length === 0) return;
  addCheck(field, (given, { context }) => {
    for (const { name, type } of args) refuseIn(rules, context, type, given[name], [name]);
  });
}

// inputs can contain each other
function isGuarded(rules: Rules, type: GraphQLInputType, seen: Set<string>): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || seen.has(named.name)) return false;
  seen.add(named.name);
  const hasOwn = Object.keys(rules.get(named.name) ?? {}).length > 0;
  return hasOwn || Object.values(named.getFields()).some((field) => isGuarded(rules, field.type, seen));
}

function refuseIn(rules: Rules, context: Context, type: GraphQLInputType, value: unknown, path: string[]): void {
  const nullable = getNullableType(type);
  if (value === null || typeof value !== 'object') return;
  if (isListType(nullable)) {
    const parts = Array.isArray(value) ? value : [value];
    for (const [index, part] of parts.entries()) refuseIn(rules, context, nullable.ofType, part, [...path, `${index}`]);
  }
  if (!isInputObjectType(nullable)) return;
  const fields = nullable.getFields();
  const own = rules.get(nullable.name) ?? {};
  for (const [name, part] of Object.entries(value)) {
    const field = fields[name];
    if (!field || part === undefined) continue;
    const at = [...path, name];
    const roles = own[name];
    if (roles) refuseField(`${nullable.name}.${name}`, roles, context, at);
    refuseIn(rules, context, field.type, part, at);
  }
}

function refuseField(what: string, roles: readonly Role[], context: Context, path: string[]): void {
  const name = path.join('.');
  if (!roles.some((role) => context.viewer?.roles.has(role))) {
    const message = `${name} needs one of the roles ${roles.join(', ')}: it shows values that other roles may not read.`;
    throw new Denied(what, message, path);
  }
  refuseMasked(masksOf(context), what, path);
}
