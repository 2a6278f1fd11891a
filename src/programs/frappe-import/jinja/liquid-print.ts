import { NotCarried } from '../reading/not-carried';
import { negated, writeCondition } from './liquid-condition';
import { IS_ESCAPED, isEscaped, type LiquidTranslate, type LiquidValue } from './liquid-translate';

// The only truth values that a template can print: those of a document are 0 and 1
const IS_TRUTH = /^forloop\.(first|last)$/;

/** The tags that print a value. */
export function printValue(l: LiquidTranslate, value: LiquidValue): string {
  if (value.kind === 'plain' && IS_TRUTH.test(value.text))
    return `{% if ${value.text} %}True{% else %}False{% endif %}`;
  if (value.kind === 'plain') return value.printed === null ? `{{ ${value.text} }}` : literal(value.printed);
  if (value.kind === 'row') return value.items.map((item) => printValue(l, item)).join('');
  return branches(l, value, (branch) => printValue(l, branch));
}

/** The tags that assign a value to a name. @throws NotCarried if the value would be escaped where it is printed */
export function assignValue(l: LiquidTranslate, name: string, value: LiquidValue): string {
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
export function literal(text: string): string {
  return /\{[{%]|\{$/.test(text) ? rawText(text) : text;
}

export function rawText(text: string): string {
  if (/\{%-?\s*endraw/.test(text)) throw unplaced('contains {% endraw %}');
  return `{% raw %}${text}{% endraw %}`;
}

/** Without the white space before or after it. */
export function trimmed(tags: string, before: boolean, behind: boolean): string {
  const nothing = '{% comment %}{% endcomment %}';
  const start = before && !/^\{[{%]/.test(tags) ? nothing + tags : tags;
  const whole = behind && !/[}%]\}$/.test(start) ? start + nothing : start;
  const opened = before ? whole.replace(/^(\{[{%])/, '$1-') : whole;
  return behind ? opened.replace(/([}%]\})$/, '-$1') : opened;
}
