import type { Context, FilterImplOptions } from 'liquidjs';
import type { SourcedJson } from '../json/json-sourced';
import { ExactNumber } from './exact-number';

/** A filter, called with its input and its arguments. */
export type FilterHandler = Extract<FilterImplOptions, (...values: never[]) => unknown>;

/** The document for which a template is rendered. Set before rendering. */
export const documentOf = new WeakMap<Context, SourcedJson>();

/**
 * The filter `json`: the exact text of a part of the document. Values that filters created are written from their
 * parts.
 */
export const jsonOf: FilterHandler = function (value: unknown) {
  return write(this.context, value);
};

function write(context: Context, value: unknown): string {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber)
    return counted(context, scalar(value));
  const source = documentOf.get(context)?.sourceOf(value);
  if (source !== undefined) return counted(context, source);
  if (Array.isArray(value)) return `[${value.map((element) => write(context, element)).join(',')}]`;
  const members = Object.entries(value).map(([key, member]) => `${scalar(key)}:${write(context, member)}`);
  return `{${members.join(',')}}`;
}

function scalar(value: unknown): string {
  if (value instanceof ExactNumber) return value.toString();
  return JSON.stringify(value) ?? 'null';
}

function counted(context: Context, text: string): string {
  context.memoryLimit.use(text.length + 1);
  return text;
}
