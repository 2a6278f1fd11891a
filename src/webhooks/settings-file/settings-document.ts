// The file with the settings of webhooks: its form, and how it is read.
import { AppError, InputError, quoted, type UserError } from '../../errors/errors';
import { isObject } from '../../json/json-form';
import { problemsOf, rootOf } from '../../json/json-part';
import { countParts, MAX_MEMBERS } from '../../json/json-size';
import { type JsonDocument, readJsonText } from '../../json/json-text';
import { nextTurn } from '../../json/turns';
import { SHORT_TEXT } from '../../values/text';

const FORMAT = 'hookledger/webhooks';
const FORMAT_VERSION = 1;
export const MAX_BYTES = 4 * 1024 * 1024;
export const MAX_WEBHOOKS = 500;
/** CreateWebhookInput has half as many fields. */
const MAX_SETTINGS = 100;
/** The settings of a webhook have six levels. */
const MAX_DEPTH = 12;

/** A webhook of a file: its settings by the names of CreateWebhookInput, without what the others here say. */
export interface FileWebhook {
  index: number;
  name: string;
  /** The name that it has had so far. */
  previousName: string | null;
  settings: Record<string, unknown>;
}

/** The text of a file: the same for the same webhooks. @param webhooks in order */
export function documentText(webhooks: readonly object[]): string {
  return `${JSON.stringify({ format: FORMAT, formatVersion: FORMAT_VERSION, webhooks }, null, 2)}\n`;
}

/** @returns the webhooks whose name can be read, and the faults of the others. @throws InputError if it is no such file */
export async function readDocument(text: string): Promise<{ webhooks: FileWebhook[]; faults: UserError[] }> {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_BYTES) {
    refuse(
      [],
      `The document has ${bytes} bytes; at most ${MAX_BYTES} (4 MiB) are allowed: import it in parts.`,
      'TOO_LARGE',
    );
  }
  const { members } = countParts(text);
  if (members > MAX_MEMBERS) {
    const message = `The document has ${members} members of objects and lists; at most ${MAX_MEMBERS} are allowed: import it in parts.`;
    refuse([], message, 'TOO_LARGE');
  }
  const document = parsed(text);
  await nextTurn();
  if (document.index.levels > MAX_DEPTH) {
    const message = `The document is nested ${document.index.levels} levels deep; at most ${MAX_DEPTH} are allowed.`;
    refuse([], message, 'TOO_LARGE');
  }
  const problems = problemsOf(rootOf(document));
  if (problems.length > 0) {
    throw new InputError(
      problems.map(({ path, message }) => ({ field: ['document', ...path], code: 'INVALID', message })),
    );
  }
  return readWebhooks(listOf(document.value));
}

function parsed(text: string): JsonDocument {
  try {
    return readJsonText(text);
  } catch (error) {
    if (error instanceof AppError) refuse([], error.message);
    throw error;
  }
}

function listOf(value: unknown): unknown[] {
  if (!isObject(value)) refuse([], `The document is not a JSON object with format, formatVersion and webhooks.`);
  const { format, formatVersion, webhooks, ...others } = value;
  if (format !== FORMAT) refuse(['format'], `format is ${shown(format)}; it must be ${quoted(FORMAT)}.`);
  if (formatVersion !== FORMAT_VERSION) {
    const message = `formatVersion is ${shown(formatVersion)}; this version of Hookledger reads ${FORMAT_VERSION}.`;
    refuse(['formatVersion'], message);
  }
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    refuse([unknown], `The document has no field ${quoted(unknown)}: it has format, formatVersion and webhooks.`);
  }
  if (!Array.isArray(webhooks)) refuse(['webhooks'], `webhooks is ${shown(webhooks)}; it must be a list.`);
  if (webhooks.length > MAX_WEBHOOKS) {
    const message = `The document has ${webhooks.length} webhooks; at most ${MAX_WEBHOOKS} are allowed: import it in parts.`;
    refuse(['webhooks'], message, 'TOO_LARGE');
  }
  return webhooks;
}

function readWebhooks(list: readonly unknown[]): { webhooks: FileWebhook[]; faults: UserError[] } {
  const faults: UserError[] = [];
  const webhooks: FileWebhook[] = [];
  const names = new Map<string, number>();
  for (const [index, entry] of list.entries()) {
    const read = readWebhook(index, entry);
    if ('code' in read) {
      faults.push(read);
      continue;
    }
    const earlier = names.get(read.name);
    names.set(read.name, earlier ?? index);
    if (earlier === undefined) webhooks.push(read);
    else {
      const message = `${quoted(read.name)} is also the name of webhooks.${earlier}: each name is given once.`;
      faults.push(entryFault(index, ['name'], message, 'CONFLICT'));
    }
  }
  return { webhooks, faults };
}

function readWebhook(index: number, entry: unknown): FileWebhook | UserError {
  if (!isObject(entry)) return entryFault(index, [], `webhooks.${index} is ${shown(entry)}; it must be an object.`);
  const { length } = Object.keys(entry);
  if (length > MAX_SETTINGS) {
    const message = `webhooks.${index} has ${length} settings; at most ${MAX_SETTINGS} are allowed.`;
    return entryFault(index, [], message, 'TOO_LARGE');
  }
  const { name, previousName = null, ...settings } = entry;
  if (typeof name !== 'string') {
    const code = name === undefined || name === null ? 'REQUIRED' : 'INVALID';
    return entryFault(index, ['name'], `name is ${shown(name)}; it must be a text.`, code);
  }
  // it stands in the message of each fault of the entry
  if (name.length > SHORT_TEXT) {
    const message = `name has ${name.length} characters; at most ${SHORT_TEXT} are allowed.`;
    return entryFault(index, ['name'], message, 'TOO_LARGE');
  }
  if (previousName !== null && (typeof previousName !== 'string' || previousName === name)) {
    const message = `previousName is ${shown(previousName)}; it must be another name, which the webhook has had so far.`;
    return entryFault(index, ['previousName'], message);
  }
  return { index, name, previousName, settings };
}

function entryFault(index: number, field: string[], message: string, code: UserError['code'] = 'INVALID'): UserError {
  return { field: ['document', 'webhooks', String(index), ...field], code, message };
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  return typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'a list' : 'an object') : quoted(value);
}

function refuse(field: string[], message: string, code: UserError['code'] = 'INVALID'): never {
  throw new InputError([{ field: ['document', ...field], code, message }]);
}
