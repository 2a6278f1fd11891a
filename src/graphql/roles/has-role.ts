import {
  DirectiveLocation,
  defaultFieldResolver,
  GraphQLDirective,
  type GraphQLEnumType,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { Directive } from 'type-graphql';
import { missingRole, ROLES, type Role, type Viewer } from '../../access/viewer';
import { AppError } from '../../errors/errors';
import { type Annotated, directiveOf } from '../directives';
import { changeFields, type Field } from '../field-rules';

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
export function rulesOf(schema: GraphQLSchema, type: GraphQLObjectType, field: Annotated): Rule[] {
  return [ruleOf(schema, type), ruleOf(schema, field)].filter((rule) => rule !== null);
}

/** Adds a check to each field with a rule. @throws Error if a rule is missing */
export function enforceRoles(schema: GraphQLSchema): void {
  const unguarded = findUnguarded(schema);
  if (unguarded.length > 0) {
    throw new Error(`No @hasRole and no @public on: ${unguarded.join(', ')}. Say who may use it.`);
  }
  changeFields(schema, (field, type) => guard(schema, field, type));
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    const rule = ruleOf(schema, type);
    if (rule) type.description = describe(type.description, rule);
  }
}

export function roleDirectives(schema: GraphQLSchema): GraphQLDirective[] {
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
  return [hasRole, isPublic];
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

function ruleOf(schema: GraphQLSchema, node: Annotated): Rule | null {
  return (directiveOf(schema, node, 'hasRole')?.roles as Rule | undefined) ?? null;
}

function isPublic(schema: GraphQLSchema, node: Annotated): boolean {
  return directiveOf(schema, node, 'public') !== undefined;
}

// also checked in `subscribe`: otherwise a stream is open before its first answer is refused
function guard(schema: GraphQLSchema, field: Field, type: GraphQLObjectType): void {
  const own = ruleOf(schema, field);
  const rules = rulesOf(schema, type, field);
  if (own) field.description = describe(field.description, own);
  if (rules.length === 0) return;
  const check = checkFor(`${type.name}.${field.name}`, rules);
  const { resolve = defaultFieldResolver, subscribe } = field;
  field.resolve = (source, args, context, info) => {
    check(context.viewer);
    return resolve(source, args, context, info);
  };
  if (subscribe) {
    field.subscribe = (source, args, context, info) => {
      check(context.viewer);
      return subscribe(source, args, context, info);
    };
  }
}

function checkFor(field: string, rules: readonly Rule[]): (viewer: Viewer | null) => void {
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
