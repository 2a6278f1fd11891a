import { Environment } from '@marcbachmann/cel-js';
import { compare, equal } from './cel-values';

type Numeric = number | bigint;

const ARITHMETIC: Record<string, (left: number, right: number) => number> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
};
const NUMBERS = ['int', 'uint', 'double'];
const ORDER: Record<string, (order: number) => boolean> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const MIXED = [
  ['int', 'double'],
  ['double', 'int'],
] as const;

/**
 * CEL with numbers that can be mixed: a number of a document is a double, `2` is an int, and operators accept both.
 * Lists may contain values of several types.
 */
export const CEL = withMixedArithmetic(
  new Environment({ homogeneousAggregateLiterals: false })
    // CEL itself has lowerAscii and upperAscii, which leave all letters but those of ASCII
    .registerFunction('string.lower(): string', (text: string) => text.toLowerCase())
    .registerFunction('string.upper(): string', (text: string) => text.toUpperCase())
    .registerVariable('doc', 'dyn')
    .registerVariable('event', {
      schema: {
        id: 'string',
        type: 'string',
        documentType: 'string',
        event: 'string',
        referenceDocument: 'string',
        createdAt: 'string',
      },
    })
    .registerVariable('user', { schema: { name: 'string', fullName: 'dyn' } }),
);

function withMixedArithmetic(environment: Environment): Environment {
  for (const [operator, compute] of Object.entries(ARITHMETIC)) {
    const computeMixed = (left: Numeric, right: Numeric) => compute(Number(left), Number(right));
    for (const [left, right] of MIXED) {
      environment.registerOperator(`${left} ${operator} ${right}: double`, computeMixed);
    }
  }
  // CEL defines no remainder for doubles, but every number of a document is a double
  environment.registerOperator('double % double: double', (left: number, right: number) => left % right);
  return withMixedComparisons(environment);
}

/** Operators for mixed numbers, most of which the library refuses. `replaceSteps` implements them. */
function withMixedComparisons(environment: Environment): Environment {
  for (const equality of ['int == double', 'uint == int', 'uint == double']) {
    environment.registerOperator(`${equality}: bool`, equal);
    environment.registerOperator(`${equality.replace(/\w+/g, 'list<$&>')}: bool`, equal);
  }
  for (const [element, of] of NUMBERS.flatMap((left) => NUMBERS.map((right) => [left, right] as const))) {
    if (element !== of) environment.registerOperator(`${element} in list<${of}>: bool`, isIn);
  }
  for (const [operator, holds] of Object.entries(ORDER)) {
    environment.registerOperator(`bytes ${operator} bytes: bool`, (left, right) => holds(compare(left, right) ?? NaN));
  }
  return environment;
}

function isIn(element: unknown, list: unknown[]): boolean {
  return list.some((each) => equal(element, each));
}

/** A value of a document for CEL. Objects become maps, because an object with a key `constructor` would be misread. */
export function celValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(celValue);
  if (value === null || typeof value !== 'object') return value;
  return new Map(Object.entries(value).map(([key, member]) => [key, celValue(member)]));
}
