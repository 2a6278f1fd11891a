import { NotCarried } from '../reading/read-export';
import { and, type Cel, cel, choice, inside, not, or, pathOf, primary, RANK, type Translate } from './cel';
import { dottedName, type NodeOf, type PythonNode } from './python-tokens';

type Call = NodeOf<'call'>;

/** @throws NotCarried except for the few functions and methods that CEL has too */
export function callOf(t: Translate, node: Call): Cel {
  const name = dottedName(node.of);
  const translateFunction = FUNCTIONS.get(name?.replace(/^(frappe\.)?utils\./, '') ?? '');
  if (translateFunction) return translateFunction(t, node);
  if (name !== null && /^(frappe|utils|json|_)(\.|$)/.test(name)) throw refused(node, "is Frappe's own function");
  if (node.of.kind !== 'member') throw refused(node, 'is not supported as a function');
  const translateMethod = METHODS.get(node.of.name);
  if (node.of.of.kind === 'name' && node.of.of.name === 'doc' && !translateMethod) {
    throw refused(node, 'calls Frappe, which is not possible for an event');
  }
  if (!translateMethod) throw refused(node, 'is not supported as a method');
  return translateMethod(t, node, node.of.of);
}

const FUNCTIONS = new Map<string, (t: Translate, node: Call) => Cel>(
  Object.entries({
    // Frappe's conditions have no len, but some installations add it
    len(t, node) {
      const of = t.value(only(node));
      if (of.type === 'NULL' || of.type === 'BOOL' || of.type === 'INT' || of.type === 'NUMBER')
        throw refused(node, 'fails');
      return primary(`size(${of.text})`, 'INT', true);
    },
    // int("") is an error in Python, and 0 in this CEL
    int(t, node) {
      const of = t.value(only(node));
      if (of.type === 'INT') return of;
      if (of.type === 'NUMBER') return primary(`int(${of.text})`, 'INT', true);
      const path = pathOf(only(node));
      if (!path) throw refused(node, 'makes a number of something other than a field');
      return primary(`int(${of.text} == "" ? "?" : ${of.text})`, 'INT', true);
    },
    float(t, node) {
      const of = t.value(only(node));
      if (!['INT', 'NUMBER', 'DYN'].includes(of.type))
        throw refused(node, 'makes a number of something other than a field');
      return primary(`double(${of.text})`, 'NUMBER', true);
    },
    flt: (t, node) => lenientNumber(t, node, 'flt'),
    cint: (t, node) => lenientNumber(t, node, 'cint'),
  }),
);

// Frappe's flt and cint return 0 for None and for a text that is no number. The latter is an error here, so that no
// text is read as a number by accident.
function lenientNumber(t: Translate, node: Call, name: 'flt' | 'cint'): Cel {
  const path = pathOf(only(node));
  if (!path) throw refused(node, 'makes a number of something other than a field');
  const { text } = path.value;
  t.note(`${name}(${text}): a text that is not empty is an error, where Frappe tries to read a number in it.`);
  const filled = and(path.has, not(cel(`${text} in [null, ""]`, RANK.RELATION, 'BOOL', path.has.mayFail)));
  const number = choice(filled, primary(`${text} + 0.0`, 'NUMBER', true), primary('0.0', 'NUMBER'));
  return name === 'flt' ? number : primary(`int(${number.text})`, 'INT', true);
}

type Method = (t: Translate, node: Call, of: PythonNode) => Cel;

const METHODS = new Map<string, Method>(
  Object.entries({
    // An empty field stays None: the default is for a field that the document does not have
    get(t, node) {
      const [key, otherwise, ...more] = node.args.positional;
      const path = key && pathOf({ ...node, args: { positional: [key], named: [] } });
      const isNamed = node.args.named.some(({ name }) => name !== 'default');
      const fallback = otherwise ?? node.args.named[0]?.value;
      if (!path || !fallback || more.length > 0 || isNamed)
        throw refused(node, 'reads a field by a name that is not fixed');
      return choice(path.has, { ...path.value, mayFail: path.has.mayFail }, t.nullable(fallback));
    },
    startswith: (t, node, of) => affix(t, node, of, 'startsWith'),
    endswith: (t, node, of) => affix(t, node, of, 'endsWith'),
    lower: (t, node, of) => onText(t, node, of, 'lower'),
    upper: (t, node, of) => onText(t, node, of, 'upper'),
    strip: (t, node, of) => onText(t, node, of, 'trim'),
  }),
);

function affix(t: Translate, node: Call, of: PythonNode, method: string): Cel {
  const argument = only(node);
  const options = argument.kind === 'list' && argument.isTuple ? argument.items : [argument];
  const text = textOf(t, of);
  const calls = options.map((option) => {
    return primary(`${inside(text, RANK.PRIMARY)}.${method}(${textOf(t, option).text})`, 'BOOL', true);
  });
  if (calls.length === 0) throw refused(node, 'asks for nothing');
  return or(...calls);
}

function onText(t: Translate, node: Call, of: PythonNode, method: string): Cel {
  if (node.args.positional.length + node.args.named.length > 0) throw refused(node, 'has an argument');
  return primary(`${inside(textOf(t, of), RANK.PRIMARY)}.${method}()`, 'TEXT', true);
}

function textOf(t: Translate, node: PythonNode): Cel {
  const value = t.value(node);
  if (value.type === 'TEXT' || value.type === 'DYN') return value;
  throw new NotCarried('is not a text', node.start, node.end);
}

function only(node: Call): PythonNode {
  const [argument, ...more] = node.args.positional;
  if (!argument || more.length > 0 || node.args.named.length > 0) throw refused(node, 'takes other arguments in CEL');
  return argument;
}

function refused(node: PythonNode, reason: string): NotCarried {
  return new NotCarried(reason, node.start, node.end);
}
