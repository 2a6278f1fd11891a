// A Jinja template of a Frappe webhook as a Liquid template that prints the same.

import { parseOr, parseWhole } from '../python/python-parser';
import { createParser, isWord, next, type PythonNode, refused } from '../python/python-tokens';
import { NotCarried } from '../reading/read-export';
import { type JinjaPart, partsOf } from './jinja-parts';
import { conditionOf, negated, writeCondition } from './liquid-condition';
import { IS_ESCAPED, isEscaped, type LiquidTranslate, type LiquidValue, liquidPath } from './liquid-translate';
import { liquidValue } from './liquid-value';

/** Characters of a template. */
const MAX_SOURCE = 64 * 1024;
const MAX_FAULTS = 20;
/** Nodes that one part may have: choices in conditions are evaluated twice, which doubles with each level. */
const MAX_NODES = 1_000;

/** The Liquid, or the parts that cannot be translated: at most 20. */
type Template = { text: string } | { faults: NotCarried[] };

type Block =
  /** `at`: the position in the output at which tags may be inserted. */
  { kind: 'if'; at: number; trimsBefore: boolean } | { kind: 'for'; variable: string; start: number; end: number };

interface Work {
  source: string;
  out: string[];
  blocks: Block[];
  names: Set<string>;
  before: string[];
  named: number;
  nodes: number;
  translate: LiquidTranslate;
}

export function jinjaToLiquid(written: string): Template {
  if (written.length > MAX_SOURCE) {
    return {
      faults: [new NotCarried(`has ${written.length} characters; at most ${MAX_SOURCE} are translated`, 0, 0)],
    };
  }
  // Jinja drops one line break at the end
  const source = written.replace(/\n$/, '');
  const faults: NotCarried[] = [];
  const attempt = <Result>(work: () => Result): Result | null => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof NotCarried)) throw error;
      faults.push(error);
      return null;
    }
  };
  const work = createWork(source);
  for (const part of attempt(() => partsOf(source)) ?? []) {
    if (faults.length < MAX_FAULTS) attempt(() => placed(part, () => translatePart(work, part)));
  }
  if (faults.length === 0 && work.blocks.length > 0) faults.push(new NotCarried('ends inside a block', 0, 0));
  return faults.length > 0 ? { faults } : { text: work.out.join('') };
}

function createWork(source: string): Work {
  const work: Omit<Work, 'translate'> = {
    source,
    out: [],
    blocks: [],
    names: new Set(),
    before: [],
    named: 0,
    nodes: 0,
  };
  const translate: LiquidTranslate = {
    value: (node) => liquidValue(translate, counted(work, node)),
    condition: (node, isNegated) => conditionOf(translate, counted(work, node), isNegated),
    isKnown: (name) =>
      work.names.has(name) || work.blocks.some((block) => block.kind === 'for' && block.variable === name),
    isInLoop: () => work.blocks.some((block) => block.kind === 'for'),
    before: (tag) => work.before.push(tag),
    newName() {
      work.named += 1;
      const name = `hl_${work.named}`;
      return source.includes(name) ? translate.newName() : name;
    },
  };
  return Object.assign(work, { translate });
}

function counted(work: Pick<Work, 'nodes'>, node: PythonNode): PythonNode {
  work.nodes += 1;
  if (work.nodes > MAX_NODES) throw new NotCarried('is too long when it is translated', 0, 0);
  return node;
}

function translatePart(work: Work, part: JinjaPart): void {
  const text = work.source.slice(part.start, part.end);
  work.nodes = 0;
  if (part.kind === 'text') {
    const written = part.trimsBefore || part.trimsBehind ? rawText(text) : literal(text);
    work.out.push(trimmed(written, part.trimsBefore, part.trimsBehind));
  } else if (part.kind === 'comment') {
    const shown = text.replace(/[{}%]/g, ' ');
    work.out.push(trimmed(`{% comment %}${shown}{% endcomment %}`, part.trimsBefore, part.trimsBehind));
  } else if (part.kind === 'output') output(work, part);
  else statement(work, part, text);
}

function output(work: Work, part: JinjaPart): void {
  let node = parseWhole(createParser('JINJA', work.source, part.start, part.end));
  // they do not change the output
  while (node.kind === 'filter' && /^(safe|string)$/.test(node.name) && node.args.positional.length === 0)
    node = node.of;
  const printed = printValue(work.translate, work.translate.value(node));
  push(work, printed, part);
}

// A fault without a position of its own is at the whole part
function placed<Result>(part: JinjaPart, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof NotCarried) || error.end > 0) throw error;
    throw new NotCarried(error.reason, part.start, part.end);
  }
}

function push(work: Work, tags: string, part: JinjaPart): void {
  const before = work.before.splice(0).join('');
  work.out.push(trimmed(before + tags, part.trimsBefore, part.trimsBehind));
}

function statement(work: Work, part: JinjaPart, text: string): void {
  const keyword = /^\s*([A-Za-z_]\w*)/.exec(text)?.[1] ?? '';
  const translate = Object.hasOwn(STATEMENTS, keyword) ? STATEMENTS[keyword] : undefined;
  if (!translate) throw new NotCarried(`has the tag ${keyword || '?'}, which has no equal`, part.start, part.end);
  const at = part.start + text.indexOf(keyword) + keyword.length;
  translate(work, part, at);
}

type Statement = (work: Work, part: JinjaPart, at: number) => void;

const STATEMENTS: Record<string, Statement> = {
  if(work, part, at) {
    const block: Block = { kind: 'if', at: work.out.push('') - 1, trimsBefore: part.trimsBefore };
    work.blocks.push(block);
    const condition = writtenCondition(work, part, at);
    work.out[block.at] += work.before.splice(0).join('');
    work.out.push(trimmed(`{% if ${condition} %}`, part.trimsBefore, part.trimsBehind));
  },
  elif(work, part, at) {
    const block = innermost(work, part);
    if (block.kind !== 'if') throw new NotCarried('belongs to no if', part.start, part.end);
    const condition = writtenCondition(work, part, at);
    work.out[block.at] += work.before.splice(0).join('');
    work.out.push(trimmed(`{% elsif ${condition} %}`, part.trimsBefore, part.trimsBehind));
  },
  else(work, part) {
    innermost(work, part);
    push(work, '{% else %}', part);
  },
  endif(work, part) {
    const block = innermost(work, part);
    if (block.kind !== 'if') throw new NotCarried('ends no if', part.start, part.end);
    work.blocks.pop();
    const tags = work.out[block.at] as string;
    if (tags !== '') work.out[block.at] = trimmed(tags, block.trimsBefore, false);
    push(work, '{% endif %}', part);
  },
  for: loop,
  endfor(work, part) {
    if (innermost(work, part).kind !== 'for') throw new NotCarried('ends no for', part.start, part.end);
    work.blocks.pop();
    push(work, '{% endfor %}', part);
  },
  set: assignment,
};

function innermost(work: Work, part: JinjaPart): Block {
  const block = work.blocks.at(-1);
  if (!block) throw new NotCarried('belongs to no block', part.start, part.end);
  return block;
}

function writtenCondition(work: Work, part: JinjaPart, at: number): string {
  const node = parseWhole(createParser('JINJA', work.source, at, part.end));
  return writeCondition(work.translate, work.translate.condition(node, false));
}

function loop(work: Work, part: JinjaPart, at: number): void {
  const found = /^\s+([A-Za-z_]\w*)\s+in\b/.exec(work.source.slice(at, part.end));
  const variable = found?.[1] ?? '';
  // before anything that can fail, so that the end of the loop finds it
  const block: Block = { kind: 'for', variable: '', start: part.start, end: part.end };
  work.blocks.push(block);
  if (!found) throw new NotCarried('loops with more than one variable', part.start, part.end);
  refuseName(variable, part);
  const parser = createParser('JINJA', work.source, at + found[0].length, part.end);
  const node = parseOr(parser);
  if (isWord(parser, 'if')) throw refused(parser, 'leaves elements out');
  if (next(parser).kind !== 'end') throw refused(parser, 'does not belong here');
  const list = listText(work, node);
  block.variable = variable;
  push(work, `{% for ${variable} in ${list} %}`, part);
}

function listText(work: Work, node: PythonNode): string {
  const path = liquidPath(work.translate, node.kind === 'filter' && node.name === 'list' ? node.of : node);
  if (path !== null) return path;
  throw new NotCarried('is not a list of the document', node.start, node.end);
}

function assignment(work: Work, part: JinjaPart, at: number): void {
  const found = /^\s+([A-Za-z_]\w*)\s*=(?!=)/.exec(work.source.slice(at, part.end));
  if (!found) throw new NotCarried('sets something other than one name', part.start, part.end);
  if (work.translate.isInLoop()) {
    throw new NotCarried('sets a name that ends with the loop in Jinja and does not in Liquid', part.start, part.end);
  }
  const name = found[1] as string;
  refuseName(name, part);
  const node = parseWhole(createParser('JINJA', work.source, at + found[0].length, part.end));
  const tags = assignValue(work.translate, name, work.translate.value(node));
  work.names.add(name);
  push(work, tags, part);
}

const TAKEN = /^(doc|event|user|loop|forloop|empty|blank|nil|null|true|false|and|or|not|contains|in)$/;

function refuseName(name: string, part: JinjaPart): void {
  if (TAKEN.test(name))
    throw new NotCarried(`takes the name ${name}, which means something else`, part.start, part.end);
}

// The only truth values that a template can print: those of a document are 0 and 1
const IS_TRUTH = /^forloop\.(first|last)$/;

/** The tags that print a value. */
function printValue(l: LiquidTranslate, value: LiquidValue): string {
  if (value.kind === 'plain' && IS_TRUTH.test(value.text))
    return `{% if ${value.text} %}True{% else %}False{% endif %}`;
  if (value.kind === 'plain') return value.printed === null ? `{{ ${value.text} }}` : literal(value.printed);
  if (value.kind === 'row') return value.items.map((item) => printValue(l, item)).join('');
  return branches(l, value, (branch) => printValue(l, branch));
}

/** The tags that assign a value to a name. @throws NotCarried if the value would be escaped where it is printed */
function assignValue(l: LiquidTranslate, name: string, value: LiquidValue): string {
  if (value.kind === 'choice') return branches(l, value, (branch) => assignValue(l, name, branch));
  const items = value.kind === 'row' ? value.items : [value];
  const texts = items.map((item) => assignable(item, value.kind === 'row'));
  if (value.kind === 'plain') return `{% assign ${name} = ${texts[0]} %}`;
  return `{% assign ${name} = "" | ${texts.map((text) => `append: ${text}`).join(' | ')} %}`;
}

function assignable(item: LiquidValue, isArgument: boolean): string {
  if (item.kind !== 'plain' || (isArgument && item.text.includes(' | '))) throw unplaced('joins what was computed');
  if (item.text.endsWith(' | json')) throw unplaced('gives a name to complete JSON');
  if (item.printed !== null && isEscaped(item.printed)) throw unplaced(IS_ESCAPED);
  return item.text;
}

function unplaced(reason: string): NotCarried {
  return new NotCarried(reason, 0, 0);
}

function branches(
  l: LiquidTranslate,
  { condition, yes, no }: Extract<LiquidValue, { kind: 'choice' }>,
  write: (branch: LiquidValue) => string,
): string {
  const [first, second] = [write(yes), write(no)];
  const opposite = negated(condition);
  if (first === '' && opposite) return `{% if ${writeCondition(l, opposite)} %}${second}{% endif %}`;
  const otherwise = second === '' ? '' : `{% else %}${second}`;
  return `{% if ${writeCondition(l, condition)} %}${first}${otherwise}{% endif %}`;
}

/** Text that a template prints unchanged: no part of it opens a tag, not even together with the next text. */
function literal(text: string): string {
  return /\{[{%]|\{$/.test(text) ? rawText(text) : text;
}

function rawText(text: string): string {
  if (/\{%-?\s*endraw/.test(text)) throw unplaced('contains {% endraw %}');
  return `{% raw %}${text}{% endraw %}`;
}

/** Without the white space before or after it. */
function trimmed(tags: string, before: boolean, behind: boolean): string {
  const nothing = '{% comment %}{% endcomment %}';
  const start = before && !/^\{[{%]/.test(tags) ? nothing + tags : tags;
  const whole = behind && !/[}%]\}$/.test(start) ? start + nothing : start;
  const opened = before ? whole.replace(/^(\{[{%])/, '$1-') : whole;
  return behind ? opened.replace(/([}%]\})$/, '-$1') : opened;
}
