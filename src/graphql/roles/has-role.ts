import { getDirective, MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  DirectiveLocation,
  defaultFieldResolver,
  GraphQLDirective,
  type GraphQLEnumType,
  type GraphQLField,
  type GraphQLFieldConfig,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLObjectType,
  GraphQLSchema,
  isObjectType,
} from 'graphql';
import { Directive } from 'type-graphql';
import { AppError } from '../../errors';
import { missingRole, ROLES, type Role, type Viewer } from '../../viewer';
import type { Context } from '../context';

type AnyDecorator = MethodDecorator & PropertyDecorator & ClassDecorator;

/** Callers need one of these roles to use this field, or any field of this type. Printed in the SDL and enforced. */
export function HasRole(...roles: readonly Role[]): AnyDecorator {
  return Directive(`@hasRole(roles: [${roles.join(', ')}])`) as AnyDecorator;
}

/** Needs no API key. */
export function Public(): AnyDecorator {
  return Directive('@public') as AnyDecorator;
}

type Rule = readonly Role[];

/** All rules of a field: those of its type and its own. */
export function rulesOf(schema: GraphQLSchema, type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): Rule[] {
  return [ruleOf(schema, type), ruleOf(schema, field as Annotated)].filter((rule) => rule !== null);
}

/** Adds the directives to the schema and a check to each field with a rule. @throws Error if a rule is missing */
export function enforceRoles(built: GraphQLSchema): GraphQLSchema {
  const schema = withDefinitions(built);
  const unguarded = findUnguarded(schema);
  if (unguarded.length > 0) {
    throw new Error(`No @hasRole and no @public on: ${unguarded.join(', ')}. Say who may use it.`);
  }
  return mapSchema(schema, {
    [MapperKind.OBJECT_TYPE]: (type) => {
      const rule = ruleOf(schema, type);
      if (rule) type.description = describe(type.description, rule);
      return type;
    },
    [MapperKind.OBJECT_FIELD]: (field, name, typeName) => guarded(schema, field, name, typeName),
  });
}

function withDefinitions(schema: GraphQLSchema): GraphQLSchema {
  const locations = [DirectiveLocation.OBJECT, DirectiveLocation.FIELD_DEFINITION];
  const role = schema.getType('Role') as GraphQLEnumType;
  const hasRole = new GraphQLDirective({
    name: 'hasRole',
    description: 'Callers need one of these roles. On a type, the rule applies to each of its fields.',
    locations,
    args: {
      roles: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(role))),
        description: 'The roles, 1 to 5; one of them is sufficient.',
      },
    },
  });
  const isPublic = new GraphQLDirective({ name: 'public', description: 'The field needs no API key.', locations });
  const config = schema.toConfig();
  return new GraphQLSchema({ ...config, directives: [...config.directives, hasRole, isPublic] });
}

// Rules are required on the fields of the root types, and on all types that implement Node.
function findUnguarded(schema: GraphQLSchema): string[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = roots.flatMap((root) =>
    Object.values(root?.getFields() ?? {})
      .filter((field) => !ruleOf(schema, field) && !isPublic(schema, field))
      .map((field) => `${root?.name}.${field.name}`),
  );
  const tables = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter(
      (type) =>
        type.getInterfaces().some((each) => each.name === 'Node') && !ruleOf(schema, type) && !isPublic(schema, type),
    )
    .map((type) => type.name);
  return [...fields, ...tables];
}

type Annotated = Parameters<typeof getDirective>[1];

function ruleOf(schema: GraphQLSchema, node: Annotated): Rule | null {
  return (getDirective(schema, node, 'hasRole')?.[0]?.roles as Rule | undefined) ?? null;
}

function isPublic(schema: GraphQLSchema, node: Annotated): boolean {
  return getDirective(schema, node, 'public')?.[0] !== undefined;
}

// also checked in `subscribe`: otherwise a stream is open before its first answer is refused
function guarded(schema: GraphQLSchema, field: GraphQLFieldConfig<unknown, Context>, name: string, typeName: string) {
  const own = ruleOf(schema, field as Annotated);
  const rules = [ruleOf(schema, schema.getType(typeName) as Annotated), own].filter((rule) => rule !== null);
  if (own) field.description = describe(field.description, own);
  if (rules.length === 0) return field;
  const guard = guardFor(`${typeName}.${name}`, rules);
  const { resolve = defaultFieldResolver, subscribe } = field;
  field.resolve = (source, args, context, info) => {
    guard(context.viewer);
    return resolve(source, args, context, info);
  };
  if (subscribe) {
    field.subscribe = (source, args, context, info) => {
      guard(context.viewer);
      return subscribe(source, args, context, info);
    };
  }
  return field;
}

function guardFor(field: string, rules: readonly Rule[]): (viewer: Viewer | null) => void {
  return (viewer) => {
    if (!viewer) throw new AppError('UNAUTHENTICATED', 'Send an API key: Authorization: Bearer hl_...');
    for (const rule of rules) {
      if (!rule.some((role) => viewer.roles.has(role))) throw missingRole(field, rule, viewer.roles);
    }
  };
}

function describe(description: string | null | undefined, rule: Rule): string {
  const roles = rule.length === ROLES.length ? 'any' : rule.join(', ');
  return `${description ?? ''}\n\nRoles: ${roles}.`.trim();
}
