import {
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  typeFromAST,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { AppError } from '../../errors/errors';
import { type ShapeFault, shapeOf } from '../arguments/check-input';
import type { Variables } from './cost-arguments';

/**
 * The limits of one document, beside its cost. The parser enforces the limit of tokens, of which comments and white space are none.
 */
export const LIMITS = {
  characters: 250_000,
  tokens: 2_000,
  depth: 15,
  mutations: 4,
  selections: 5_000,
} as const;

/** Validation rules that refuse documents beyond the limits. */
export const limitRules: readonly ValidationRule[] = [limitSelections, limitDepth, limitMutations];

/**
 * The limit that an error is about, as a sentence; null: another error. Errors of Apollo and graphql-js have no code
 * for limits, and Apollo replaces the code of our own.
 */
export function brokenLimit(error: GraphQLError): string | null {
  const cause = error.originalError instanceof GraphQLError ? error.originalError : error;
  if (cause.extensions.code === 'LIMIT_EXCEEDED') return cause.message;
  // the parser and a rule of graphql-js throw it
  if (cause.originalError?.name === 'RangeError') return 'The query is nested too deeply.';
  if (cause.message === 'Validation aborted.') return 'The query repeats too many fields to compare them.';
  if (/more tha[nt] \d+ tokens/.test(cause.message)) {
    return `The query is longer than ${LIMITS.tokens} tokens. Send values as variables.`;
  }
  if (cause.message === 'Maximum introspection depth exceeded') return 'The introspection query is nested too deeply.';
  return null;
}

function refuse(context: ValidationContext, message: string): void {
  context.reportError(new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED' } }));
}

// Counts fields with fragments expanded: a few fragments that contain each other twice have millions.
function limitSelections(context: ValidationContext): ASTVisitor {
  const known = new Map<string, number | null>();
  let isCircular = false;
  const selectionsIn = (set: SelectionSetNode): number =>
    set.selections.reduce((total, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return total + 1 + selectionsInFragment(selection.name.value);
      return total + 1 + (selection.selectionSet ? selectionsIn(selection.selectionSet) : 0);
    }, 0);
  const selectionsInFragment = (name: string): number => {
    const counted = known.get(name);
    if (counted === null) isCircular = true;
    if (counted !== undefined) return counted ?? 0;
    known.set(name, null);
    const fragment = context.getFragment(name);
    const selections = fragment ? selectionsIn(fragment.selectionSet) : 0;
    known.set(name, selections);
    return selections;
  };
  return {
    OperationDefinition({ selectionSet }) {
      // another rule refuses circular fragments
      if (selectionsIn(selectionSet) <= LIMITS.selections || isCircular) return;
      const most = `more than ${LIMITS.selections} fields and fragments; at most ${LIMITS.selections} are allowed.`;
      refuse(context, `With its fragments expanded, the query has ${most}`);
    },
  };
}

// The nesting of fields with fragments expanded. graphql-js limits introspection.
function limitDepth(context: ValidationContext): ASTVisitor {
  const known = new Map<string, number>();
  const depthOf = (set: SelectionSetNode, within: ReadonlySet<string>): number =>
    set.selections.reduce((deepest, selection) => {
      if (selection.kind === Kind.FIELD) {
        const below =
          selection.selectionSet && !isIntrospection(selection) ? depthOf(selection.selectionSet, within) : 0;
        return Math.max(deepest, 1 + below);
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return Math.max(deepest, depthOf(selection.selectionSet, within));
      return Math.max(deepest, fragmentDepth(selection.name.value, within));
    }, 0);
  const fragmentDepth = (name: string, within: ReadonlySet<string>): number => {
    const fragment = context.getFragment(name);
    // other rules refuse unknown and circular fragments
    if (!fragment || within.has(name)) return 0;
    const depth = known.get(name) ?? depthOf(fragment.selectionSet, new Set([...within, name]));
    known.set(name, depth);
    return depth;
  };
  return {
    OperationDefinition(operation) {
      const depth = depthOf(operation.selectionSet, new Set());
      if (depth > LIMITS.depth)
        refuse(context, `The query is ${depth} fields deep; at most ${LIMITS.depth} are allowed.`);
    },
  };
}

function isIntrospection(field: FieldNode): boolean {
  return field.name.value.startsWith('__');
}

// Each is a transaction, and they run one after the other: what they cost depends on what they change.
function limitMutations(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      if (operation.operation !== 'mutation') return;
      const fields = rootFieldsOf(context, operation);
      if (fields <= LIMITS.mutations) return;
      refuse(context, `The mutation has ${fields} fields at its root; at most ${LIMITS.mutations} are allowed.`);
    },
  };
}

function rootFieldsOf(context: ValidationContext, operation: OperationDefinitionNode): number {
  const seen = new Set<FragmentDefinitionNode>();
  const count = (set: SelectionSetNode): number =>
    set.selections.reduce((total, selection) => {
      if (selection.kind === Kind.FIELD) return total + 1;
      if (selection.kind === Kind.INLINE_FRAGMENT) return total + count(selection.selectionSet);
      const fragment = context.getFragment(selection.name.value);
      if (!fragment || seen.has(fragment)) return total;
      seen.add(fragment);
      return total + count(fragment.selectionSet);
    }, 0);
  return count(operation.selectionSet);
}

/** The maximum number of values in the variables of one request. 500 events have 3,500. */
export const MAX_INPUT_VALUES = 10_000;

/**
 * graphql-js needs 10 µs to coerce a value, before roles are checked: a filter of 16 MiB would block the process for
 * many seconds. The content of a JSON value is not counted, because it is not coerced.
 * @param seesSchema whether a message may name a field that is like an unknown one
 * @returns the variables that the operation declares. A request may have any number of others, which mean nothing
 * @throws AppError BAD_USER_INPUT for the first fault in the shape of a value; LIMIT_EXCEEDED
 */
export function checkedVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Variables,
  seesSchema: boolean,
): Variables {
  const declared: Record<string, unknown> = Object.create(null);
  let left = MAX_INPUT_VALUES;
  for (const [name, type] of typesOfVariables(schema, operation)) {
    if (!Object.hasOwn(variables, name)) continue;
    const value = variables[name];
    declared[name] = value;
    // graphql-js has its own message about a variable that is null
    if (value === null) continue;
    const shape = shapeOf(value, type, left);
    if (shape.fault) throw new AppError('BAD_USER_INPUT', messageAbout(name, shape.fault, seesSchema));
    left -= shape.values;
    if (left < 0) {
      throw new AppError(
        'LIMIT_EXCEEDED',
        `The variables hold more than ${MAX_INPUT_VALUES} values. Send fewer at once.`,
      );
    }
  }
  return declared;
}

function messageAbout(variable: string, { path, message, suggestion }: ShapeFault, seesSchema: boolean): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  const at = path.length > 0 ? ` at "${variable}${steps}"` : '';
  return `Variable "$${variable}" got an invalid value${at}; ${message}${seesSchema ? suggestion : ''}`;
}

type TypedVariables = readonly (readonly [string, GraphQLInputType])[];

const known = new WeakMap<OperationDefinitionNode, TypedVariables>();

// Apollo caches documents
function typesOfVariables(schema: GraphQLSchema, operation: OperationDefinitionNode): TypedVariables {
  const before = known.get(operation);
  if (before) return before;
  const types = (operation.variableDefinitions ?? []).flatMap(({ variable, type: node }) => {
    const type = typeFromAST(schema, node as Parameters<typeof typeFromAST>[1]);
    return isInputType(type) ? [[variable.name.value, type] as const] : [];
  });
  known.set(operation, types);
  return types;
}
