import { Context, type Liquid, LiquidError, Tokenizer, TokenKind, UndefinedVariableError } from 'liquidjs';
import { createCompileCache } from './compile-cache';
import { ENGINES, MAX_TEMPLATE, renderWith, TAG_NAMES, type TemplateUse } from './liquid-engine';
import { documentOf, TemplateFault } from './liquid-filters';
import { excerpt, type ProgramFault, positionAt, unstorableAt } from './text-position';
import type { Subject } from './variables';

/** A compiled Liquid template (shopify.github.io/liquid) over `doc`, `event` and `user`. */
export interface Template {
  /** @returns the text, or why it cannot be rendered; the message does not quote the document */
  render(subject: Subject): { readonly text: string } | ProgramFault;
}

const compilers: Record<TemplateUse, (text: string) => Template | ProgramFault> = {
  URL: createCompileCache(200_000, (text) => compile('URL', text)),
  HEADER: createCompileCache(200_000, (text) => compile('HEADER', text)),
  JSON: createCompileCache(500_000, (text) => compile('JSON', text)),
};

/** Cached by text. A text without `{{` or `{%` is fixed and is not compiled. */
export function compileTemplate(use: TemplateUse, text: string): Template | ProgramFault {
  return compilers[use](text);
}

export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

/** The fault of a template that is saved, with its position, or null. @param field the name of the field */
export function templateFault(use: TemplateUse, text: string, field: string): string | null {
  if (text.length > MAX_TEMPLATE[use]) {
    return `${field} has ${text.length} characters; at most ${MAX_TEMPLATE[use]} are allowed.`;
  }
  const compiled = compileTemplate(use, text);
  const fault = 'message' in compiled ? compiled.message : unstorableAt(text);
  if (fault !== null) return fault;
  return text.length <= MAX_ANALYZED ? unknownVariable(ENGINES[use], text) : null;
}

// The analysis of liquidjs takes quadratic time. In a longer template, unknown variables are found when it is rendered.
const MAX_ANALYZED = 8 * 1024;

/** An example of the result: the text without tags and with a harmless word for each output. */
export function sampleOf(text: string): string {
  const tokens = new Tokenizer(text).readTopLevelTokens();
  const parts = tokens.map((token) => {
    if (token.kind === TokenKind.Output) return 'x';
    return token.kind === TokenKind.HTML ? token.getText() : '';
  });
  return parts.join('');
}

function compile(use: TemplateUse, text: string): Template | ProgramFault {
  try {
    const templates = ENGINES[use].parse(text);
    return { render: (subject) => render(use, text, templates, subject) };
  } catch (error) {
    return { message: compileMessage(text, error) };
  }
}

function unknownVariable(engine: Liquid, text: string): string | null {
  const { globals } = engine.analyzeSync(engine.parse(text));
  const unknown = Object.entries(globals).find(([name]) => !VARIABLES.includes(name));
  if (!unknown) return null;
  const [name, uses] = unknown;
  const { row, col } = uses[0]?.location ?? { row: 1, col: 1 };
  const place = `line ${row}, column ${col}`;
  return `There is no variable ${excerpt(name)} (${place}): there are doc, event and user.`;
}

const VARIABLES = ['doc', 'event', 'user'];

/** When the stack is full, a regular expression that V8 has yet to compile throws a SyntaxError. */
const FULL_STACK = ['RangeError', 'SyntaxError'];

function compileMessage(text: string, error: unknown): string {
  if (!LiquidError.is(error) || FULL_STACK.includes(error.originalError?.name ?? '')) {
    return 'The template nests too deeply.';
  }
  const place = positionAt(text, error.token.begin);
  const what = error.message.replace(/, line:\d+, col:\d+$/, '');
  const tag = /^tag "(.*)" not found$/s.exec(what);
  const filter = /^undefined filter: (.*)$/s.exec(what);
  if (filter) return `There is no filter ${excerpt(filter[1] as string)} (${place}).`;
  if (tag) return `There is no tag ${excerpt(tag[1] as string)} (${place}): there are ${TAG_NAMES.join(', ')}.`;
  return `${excerpt(what)} at ${place}.`;
}

function render(
  use: TemplateUse,
  text: string,
  templates: ReturnType<Liquid['parse']>,
  subject: Subject,
): { text: string } | ProgramFault {
  const engine = ENGINES[use];
  try {
    const { event, user } = subject;
    const document = subject.liquidDocument();
    const scope = Object.assign(Object.create(null), { doc: document.value, event, user });
    const context = new Context(scope, engine.options, { sync: true }, { liquid: engine });
    documentOf.set(context, document);
    return { text: renderWith(use, templates, context) };
  } catch (error) {
    return { message: renderMessage(text, error) };
  }
}

// Messages of the library may quote values, and its tokens may belong to a text other than the template.
function renderMessage(text: string, error: unknown): string {
  if (!LiquidError.is(error)) return 'The template cannot be rendered for this document.';
  const isHere = error.token.input === text;
  const part = isHere ? excerpt(error.token.getText()) : 'A filter';
  const place = isHere ? ` (${positionAt(text, error.token.begin)})` : '';
  if (error instanceof UndefinedVariableError) {
    return isHere ? `There is no ${part}${place}.` : 'A filter asks for a key that an element does not have.';
  }
  const cause = error.originalError;
  if (cause instanceof TemplateFault) return `${part}${place} ${cause.message}.`;
  if (cause?.message === 'memory alloc limit exceeded')
    return `${part}${place} makes too much text or too long a list.`;
  return `${part} cannot be rendered for this document${place}.`;
}
