import {
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { MAX_OPERATION_NAME } from '../content/content-selection';

/** The limits of one document. The parser enforces the limit of tokens, of which comments and white space are none. */
export const LIMITS = {
  characters: 250_000,
  tokens: 2_000,
  depth: 15,
  aliases: 50,
  rootFields: 10,
  mutations: 4,
  directives: 50,
  selections: 5_000,
  operationName: MAX_OPERATION_NAME,
} as const;

/** Validation rules that refuse documents beyond the limits. */
export const limitRules: readonly ValidationRule[] = [
  limitSelections,
  limitDepth,
  limitAliases,
  limitDirectives,
  limitRootFields,
  limitNames,
];

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

function limitAliases(context: ValidationContext): ASTVisitor {
  let aliases = 0;
  return {
    Field(field) {
      if (!field.alias) return;
      aliases += 1;
      if (aliases === LIMITS.aliases + 1) refuse(context, `At most ${LIMITS.aliases} aliases are allowed.`);
    },
  };
}

function limitDirectives(context: ValidationContext): ASTVisitor {
  let directives = 0;
  return {
    Directive() {
      directives += 1;
      if (directives === LIMITS.directives + 1) refuse(context, `At most ${LIMITS.directives} directives are allowed.`);
    },
  };
}

function limitRootFields(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(operation) {
      const fields = rootFieldsOf(context, operation);
      const most = operation.operation === 'mutation' ? LIMITS.mutations : LIMITS.rootFields;
      if (fields > most) {
        refuse(context, `The ${operation.operation} has ${fields} fields at its root; at most ${most} are allowed.`);
      }
    },
  };
}

function limitNames(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition({ name }) {
      const length = name?.value.length ?? 0;
      if (length <= LIMITS.operationName) return;
      refuse(context, `The operation name has ${length} characters; at most ${LIMITS.operationName} are allowed.`);
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
