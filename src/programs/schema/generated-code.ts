// Generates the tables of who may use what, for the dashboard: the roles are declared in the schema and nowhere else.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ASTNode,
  type ConstDirectiveNode,
  concatAST,
  type GraphQLSchema,
  isInputObjectType,
  isObjectType,
  parse,
  Source,
  validate,
} from 'graphql';

interface Element {
  name: string;
  astNode?: (ASTNode & { directives?: readonly ConstDirectiveNode[] }) | null | undefined;
}

/** `ROLES_OF` for fields with `@hasRole` or `@public`, `FILTER_ROLES` for `@onlyFor`, `CONTENT_FIELDS` for `@content` and `@masked`. */
export function accessCode(schema: GraphQLSchema): string {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const rootFields = roots.flatMap((type) => (type ? fieldsOf(type) : []));
  const fields = types.filter(isObjectType).flatMap(fieldsOf);
  const filters = types.filter(isInputObjectType).flatMap(fieldsOf);
  const names = (elements: readonly Element[], directive: string) =>
    elements.filter((element) => directiveOf(element, directive)).map(({ name }) => name);
  return [
    '// Generated from schema/schema.graphql: npm run generate',
    "export type Role = 'SYSTEM_MANAGER' | 'INTEGRATION_MANAGER' | 'SUPPORT' | 'AUDITOR' | 'PUBLISHER';",
    '',
    '/** Who may use a root field; null: no role is needed. */',
    table('ROLES_OF', rootFields, (field) => (directiveOf(field, 'public') ? null : rolesOf(field, 'hasRole'))),
    'export type RootField = keyof typeof ROLES_OF;',
    '',
    '/** Fields of other types that fewer roles may read than the type. */',
    table('FIELD_ROLES', without(fields, rootFields, 'hasRole'), (field) => rolesOf(field, 'hasRole')),
    '/** Filters that only some roles may use. */',
    table('FILTER_ROLES', withDirective(filters, 'onlyFor'), (field) => rolesOf(field, 'onlyFor')),
    `export const CONTENT_FIELDS: readonly string[] = ${JSON.stringify(names(fields, 'content'))};`,
    `export const MASKED_FIELDS: readonly string[] = ${JSON.stringify(names(fields, 'masked'))};`,
    '',
  ].join('\n');
}

function fieldsOf(type: { name: string; getFields(): Record<string, Element> }): Element[] {
  return Object.values(type.getFields()).map(({ name, astNode }) => ({ name: `${type.name}.${name}`, astNode }));
}

function directiveOf({ astNode }: Element, name: string): ConstDirectiveNode | undefined {
  return astNode?.directives?.find((directive) => directive.name.value === name);
}

function withDirective(elements: readonly Element[], name: string): Element[] {
  return elements.filter((element) => directiveOf(element, name));
}

function without(elements: readonly Element[], others: readonly Element[], directive: string): Element[] {
  const known = new Set(others.map(({ name }) => name));
  return withDirective(elements, directive).filter(({ name }) => !known.has(name));
}

function rolesOf(element: Element, directive: string): string[] {
  const roles = directiveOf(element, directive)?.arguments?.find(({ name }) => name.value === 'roles')?.value;
  return roles?.kind === 'ListValue' ? roles.values.map((value) => (value as { value: string }).value) : [];
}

function table(name: string, elements: readonly Element[], roles: (element: Element) => string[] | null): string {
  const lines = elements.map((element) => `  ${JSON.stringify(element.name)}: ${JSON.stringify(roles(element))},`);
  return `export const ${name} = {\n${lines.join('\n')}\n} as const satisfies Record<string, readonly Role[] | null>;`;
}

// Generates TypeScript for the operations in *.graphql files: a typed document for each, and the types that it needs.

interface DocumentFile {
  location: string;
  document: ReturnType<typeof parse>;
}

/**
 * Runs graphql-codegen on the operations in this folder. Calling its plugins directly takes 0.1 s; its command line
 * takes 2 s to start.
 * @throws Error with the first fault of an operation
 */
export async function clientCode(schema: GraphQLSchema, folder: string): Promise<string> {
  const { plugin: types } = await import('@graphql-codegen/typescript-operations');
  const { plugin: documents } = await import('@graphql-codegen/typed-document-node');
  const files = await readDocuments(schema, folder);
  const config = {
    documentMode: 'string',
    useTypeImports: true,
    scalars: { DateTime: 'string', ID: 'string', JSON: 'unknown' },
    strictScalars: true,
  } as const;
  const parts = [
    await types(schema, files, config, { outputFile: '' }),
    await documents(schema, files, config as Parameters<typeof documents>[2], { outputFile: '' }),
  ].map((part) => (typeof part === 'string' ? { content: part, prepend: [] } : part));
  const text = [...parts.flatMap(({ prepend = [] }) => prepend), ...parts.map(({ content }) => content)].join('\n');
  return `// Generated from documents/*.graphql: npm run generate\n${text.trimEnd()}\n`;
}

async function readDocuments(schema: GraphQLSchema, folder: string): Promise<DocumentFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.graphql')).sort();
  const files = await Promise.all(
    names.map(async (location) => {
      const text = await readFile(join(folder, location), 'utf8');
      return { location, document: parse(new Source(text, location)) };
    }),
  );
  const [fault] = validate(schema, concatAST(files.map(({ document }) => document)));
  if (fault) throw new Error(`${folder}: ${fault.toString()}`);
  return files;
}
