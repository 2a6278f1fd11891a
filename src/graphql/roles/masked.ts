// Fields with content pass through the masks of the viewer, below every path that leads to them.
import {
  DirectiveLocation,
  defaultFieldResolver,
  GraphQLDirective,
  GraphQLEnumType,
  GraphQLNonNull,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
} from 'graphql';
import { Directive } from 'type-graphql';
import { Denied } from '../../errors/errors';
import { CONTENT_PARTS, type ContentForm, type ContentPart, maskedContent } from '../../masking/masked-content';
import type { MaskingRules, Masks } from '../../masking/masks-of-viewer';
import type { Origin } from '../../masking/rule';
import type { Context } from '../context';
import { type Annotated, directiveOf } from '../directives';
import { changeFields, type Field } from '../field-rules';

declare module '../context' {
  interface Services {
    maskingRules: MaskingRules;
  }
}

/** What is hidden from the viewer of a request. `refresh` of the rules must have been awaited for the request. */
export function masksOf({ services, viewer }: Context): Masks {
  return services.maskingRules.masksFor(viewer);
}

/**
 * Refuses what would show content to a viewer from whom some is hidden.
 * @param what `Type.field`, for the audit trail. @param path in the arguments
 * @throws Denied
 */
export function refuseMasked(masks: Masks, what: string, path: string[]): void {
  if (masks.seesAll) return;
  const name = path.join('.');
  const message = `${name} is not allowed for your roles: masking rules hide content from them, and it would reveal this content.`;
  throw new Denied(what, message, path);
}

/** The field has content: masking rules say how much of it a viewer sees. Printed in the SDL and enforced. */
export function Masked(part: ContentPart): MethodDecorator & PropertyDecorator {
  return Directive(`@masked(part: ${part})`) as MethodDecorator & PropertyDecorator;
}

export function maskedPartOf(schema: GraphQLSchema, field: Annotated): ContentPart | null {
  return (directiveOf(schema, field, 'masked')?.part as ContentPart | undefined) ?? null;
}

/** How the value of a field of this type is made. */
export function formOf(type: GraphQLOutputType): ContentForm {
  const { name } = getNamedType(type);
  if (name === 'Body') return 'BODY';
  return name === 'HttpHeader' ? 'HEADER_LIST' : 'JSON';
}

/** Adds the masks to each field that has the directive. */
export function enforceMasks(schema: GraphQLSchema): void {
  changeFields(schema, (field) => addMasks(schema, field));
}

export function maskDirectives(): GraphQLDirective[] {
  const part = new GraphQLEnumType({
    name: 'ContentPart',
    description: 'The part of an exchange that a field shows.',
    values: Object.fromEntries(CONTENT_PARTS.map((name) => [name, { description: DESCRIPTIONS[name] }])),
  });
  const masked = new GraphQLDirective({
    name: 'masked',
    description: 'The field has content. Masking rules say how much of it a viewer sees.',
    locations: [DirectiveLocation.FIELD_DEFINITION],
    args: { part: { type: new GraphQLNonNull(part), description: 'The part of the exchange that the field shows.' } },
  });
  return [masked];
}

const DESCRIPTIONS: Record<ContentPart, string> = {
  DATA: 'The body of a request, and the document of an event.',
  HEADERS: 'The headers of a request.',
  RESPONSE: 'The body of a response.',
  RESPONSE_HEADERS: 'The headers of a response.',
  ADDRESS: 'The IP address of a partner. Viewers whose only role is SUPPORT see its network.',
  FILTER:
    'Filters of other users, which may contain values of content. Viewers from whom masking rules hide ' +
    'content see these values masked.',
};

function addMasks(schema: GraphQLSchema, field: Field): void {
  const part = maskedPartOf(schema, field);
  if (!part) return;
  const form = formOf(field.type);
  field.description = `${field.description ?? ''}\n\n${noteOn(part)}`.trim();
  const { resolve = defaultFieldResolver } = field;
  field.resolve = async (source, args, context, info) => {
    const value = await resolve(source, args, context, info);
    return maskedContent(masksOf(context), part, form, originOf(source), value);
  };
}

// introspection shows no directives
function noteOn(part: ContentPart): string {
  if (part === 'ADDRESS') return 'SUPPORT sees its network: 192.0.2.0/24, or 2001:db8:1::/48.';
  return part === 'FILTER'
    ? 'For viewers from whom masking rules hide content, the values of filters on content are masked.'
    : `Masked as the rules for ${part} say.`;
}

function originOf(source: unknown): Origin {
  const { documentType = null, webhookId = null } = source as Partial<Origin>;
  return { documentType, webhookId };
}
