// A recursive-descent parser; the lowest precedence comes first. https://docs.python.org/3/reference/expressions.html
import { NotCarried } from '../reading/read-export';
import {
  type Arguments,
  accept,
  acceptOne,
  acceptWord,
  atEnd,
  before,
  type Comparator,
  expect,
  expectName,
  expectWord,
  isSign,
  isWord,
  MAX_LEVELS,
  make,
  next,
  type Parser,
  type PythonNode,
  refused,
  type Shape,
  type Token,
  unexpected,
} from './python-tokens';

/** The whole source as one expression. @throws NotCarried */
export function parseWhole(p: Parser): PythonNode {
  const node = parseTuple(p);
  if (next(p).kind !== 'end') throw unexpected(p);
  return node;
}

/** `a`, or `a, b` as a tuple. */
function parseTuple(p: Parser): PythonNode {
  const first = parseExpression(p);
  if (!isSign(p, ',')) return first;
  const items = [first];
  while (accept(p, ',') && !atEnd(p)) items.push(parseExpression(p));
  return make(p, { kind: 'list', items, isTuple: true }, first.start, items);
}

/** `a if b else c`, and all of higher precedence. */
function parseExpression(p: Parser): PythonNode {
  return nested(p, () => {
    if (isWord(p, 'lambda') || isWord(p, 'await') || isWord(p, 'yield')) throw refused(p, 'is code');
    const yes = parseOr(p);
    if (isSign(p, ':=')) throw refused(p, 'assigns');
    if (!acceptWord(p, 'if')) return yes;
    const condition = parseOr(p);
    const hasElse = p.dialect === 'PYTHON' ? expectWord(p, 'else') : acceptWord(p, 'else');
    const no = hasElse ? parseExpression(p) : null;
    return make(p, { kind: 'choice', condition, yes, no }, yes.start, no ? [condition, yes, no] : [condition, yes]);
  });
}

/** `a or b`, and all of higher precedence: no `if`. */
export function parseOr(p: Parser): PythonNode {
  return parseLogic(p, 'or', () => parseLogic(p, 'and', () => parseNot(p)));
}

function parseLogic(p: Parser, operator: 'and' | 'or', parseItem: () => PythonNode): PythonNode {
  const first = parseItem();
  const items = [first];
  while (acceptWord(p, operator)) items.push(parseItem());
  return items.length === 1 ? first : make(p, { kind: 'logic', operator, items }, first.start, items);
}

function parseNot(p: Parser): PythonNode {
  const { start } = next(p);
  if (!acceptWord(p, 'not')) return parseComparison(p);
  const of = nested(p, () => parseNot(p));
  return make(p, { kind: 'not', of }, start, [of]);
}

const COMPARATORS = ['==', '!=', '<=', '>=', '<', '>'];

function parseComparison(p: Parser): PythonNode {
  const first = parseSum(p);
  const rest: { comparator: Comparator; operand: PythonNode }[] = [];
  for (let comparator = acceptComparator(p); comparator; comparator = acceptComparator(p)) {
    rest.push({ comparator, operand: parseSum(p) });
  }
  if (['&', '|', '^', '<<', '>>'].some((sign) => isSign(p, sign))) throw refused(p, 'works on bits');
  if (rest.length === 0) return first;
  return make(p, { kind: 'comparison', first, rest }, first.start, [first, ...rest.map((each) => each.operand)]);
}

function acceptComparator(p: Parser): Comparator | null {
  const sign = COMPARATORS.find((each) => accept(p, each));
  if (sign) return sign as Comparator;
  if (acceptWord(p, 'in')) return 'in';
  if (isWord(p, 'not') && isWord(p, 'in', 1)) {
    p.at += 2;
    return 'not in';
  }
  if (p.dialect === 'JINJA' || !acceptWord(p, 'is')) return null;
  return acceptWord(p, 'not') ? 'is not' : 'is';
}

function parseSum(p: Parser): PythonNode {
  const parseOperand = p.dialect === 'JINJA' ? () => parseBinary(p, ['~'], () => parseProduct(p)) : parseProduct;
  return parseBinary(p, ['+', '-'], () => parseOperand(p));
}

function parseProduct(p: Parser): PythonNode {
  return parseBinary(p, ['*', '/', '//', '%', '@'], () => parseSigned(p));
}

function parseBinary(p: Parser, operators: string[], parseOperand: () => PythonNode): PythonNode {
  let left = parseOperand();
  for (let operator = acceptOne(p, operators); operator !== null; operator = acceptOne(p, operators)) {
    const right = parseOperand();
    left = make(p, { kind: 'binary', operator, left, right }, left.start, [left, right]);
  }
  return left;
}

function parseSigned(p: Parser): PythonNode {
  const { start } = next(p);
  if (p.dialect === 'PYTHON' && isSign(p, '~')) throw refused(p, 'works on bits');
  const operator = acceptOne(p, ['-', '+']) as '-' | '+' | null;
  if (operator === null) return parsePower(p);
  const of = nested(p, () => parseSigned(p));
  return make(p, { kind: 'unary', operator, of }, start, [of]);
}

function parsePower(p: Parser): PythonNode {
  const left = parsePostfix(p);
  if (!accept(p, '**')) return left;
  const right = nested(p, () => parseSigned(p));
  return make(p, { kind: 'binary', operator: '**', left, right }, left.start, [left, right]);
}

function parsePostfix(p: Parser): PythonNode {
  let node = parsePrimary(p);
  for (let longer = parseTrailer(p, node); longer !== null; longer = parseTrailer(p, node)) node = longer;
  return node;
}

function parseTrailer(p: Parser, of: PythonNode): PythonNode | null {
  if (accept(p, '.')) return make(p, { kind: 'member', of, name: expectName(p) }, of.start, [of]);
  if (accept(p, '[')) {
    if (isSign(p, ':')) throw refused(p, 'is a slice');
    const index = parseTuple(p);
    if (isSign(p, ':')) throw refused(p, 'is a slice');
    expect(p, ']');
    return make(p, { kind: 'index', of, index }, of.start, [of, index]);
  }
  if (accept(p, '(')) {
    const args = parseArguments(p);
    return make(p, { kind: 'call', of, args }, of.start, [of, ...childrenOf(args)]);
  }
  return p.dialect === 'JINJA' ? parseFilterOrTest(p, of) : null;
}

function parseFilterOrTest(p: Parser, of: PythonNode): PythonNode | null {
  if (accept(p, '|')) {
    const name = expectName(p);
    const args = accept(p, '(') ? parseArguments(p) : { positional: [], named: [] };
    return make(p, { kind: 'filter', of, name, args }, of.start, [of, ...childrenOf(args)]);
  }
  if (!isWord(p, 'is')) return null;
  const isNot = isWord(p, 'not', 1);
  const test = p.tokens[p.at + (isNot ? 2 : 1)];
  if (test?.text.toLowerCase() !== 'none') throw new NotCarried('is a test', next(p).start, test?.end ?? next(p).end);
  p.at += isNot ? 3 : 2;
  const operand = make(p, { kind: 'constant', value: null }, test.start, []);
  const rest = [{ comparator: isNot ? ('is not' as const) : ('is' as const), operand }];
  return make(p, { kind: 'comparison', first: of, rest }, of.start, [of]);
}

function parseArguments(p: Parser): Arguments {
  const args: Arguments = { positional: [], named: [] };
  while (!accept(p, ')')) {
    if (isSign(p, '*') || isSign(p, '**')) throw refused(p, 'spreads arguments');
    const name = next(p);
    if (name.kind === 'name' && isSign(p, '=', 1)) {
      p.at += 2;
      args.named.push({ name: name.text, value: parseExpression(p) });
    } else args.positional.push(parseExpression(p));
    refuseComprehension(p);
    if (!isSign(p, ')')) expect(p, ',');
  }
  return args;
}

function childrenOf(args: Arguments): PythonNode[] {
  return [...args.positional, ...args.named.map((each) => each.value)];
}

const CONSTANTS: Record<string, true | false | null> = { True: true, False: false, None: null };
const JINJA_CONSTANTS: Record<string, true | false | null> = { ...CONSTANTS, true: true, false: false, none: null };
const KEYWORDS = ['and', 'as', 'else', 'for', 'from', 'if', 'import', 'in', 'is', 'not', 'or'];

function parsePrimary(p: Parser): PythonNode {
  const token = next(p);
  if (token.kind === 'end' || (token.kind === 'name' && KEYWORDS.includes(token.text))) throw unexpected(p);
  p.at += 1;
  if (token.kind === 'number') return make(p, { kind: 'number', text: token.text }, token.start, []);
  if (token.kind === 'text') return parseTexts(p, token);
  if (token.kind === 'name') {
    const constants = p.dialect === 'JINJA' ? JINJA_CONSTANTS : CONSTANTS;
    const value = Object.hasOwn(constants, token.text) ? constants[token.text] : undefined;
    const shape: Shape = value === undefined ? { kind: 'name', name: token.text } : { kind: 'constant', value };
    return make(p, shape, token.start, []);
  }
  if (token.text === '(') return parseBrackets(p, token, ')');
  if (token.text === '[') return parseBrackets(p, token, ']');
  p.at -= 1;
  throw token.text === '{' ? refused(p, 'begins a dictionary or a set') : unexpected(p);
}

// adjacent literals ('a' 'b') are one string
function parseTexts(p: Parser, first: Token): PythonNode {
  let value = first.text;
  while (next(p).kind === 'text') {
    value += next(p).text;
    p.at += 1;
  }
  return make(p, { kind: 'text', value }, first.start, []);
}

function parseBrackets(p: Parser, opening: Token, closing: ')' | ']'): PythonNode {
  const items: PythonNode[] = [];
  let isTuple = closing === ')' && isSign(p, ')');
  while (!accept(p, closing)) {
    items.push(parseExpression(p));
    refuseComprehension(p);
    if (isSign(p, closing)) continue;
    expect(p, ',');
    isTuple = closing === ')';
  }
  const [only] = items;
  if (closing === ')' && !isTuple && only) return { ...only, start: opening.start, end: before(p).end };
  return make(p, { kind: 'list', items, isTuple }, opening.start, items);
}

function refuseComprehension(p: Parser): void {
  if (isWord(p, 'for') || isWord(p, 'async')) throw refused(p, 'begins a comprehension');
}

function nested(p: Parser, parse: () => PythonNode): PythonNode {
  p.open += 1;
  if (p.open > MAX_LEVELS) throw refused(p, `nests more than ${MAX_LEVELS} levels deep`);
  const node = parse();
  p.open -= 1;
  return node;
}
