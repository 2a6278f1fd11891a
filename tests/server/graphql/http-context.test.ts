import type { FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { textOf } from '../../../src/json/json-part';
import { readJsonText } from '../../../src/json/json-text';
import { httpContext } from '../../../src/server/graphql/graphql-route';

const requestWith = (body: string) =>
  ({ json: readJsonText(body), id: 'r', ip: '::1', headers: {} }) as unknown as FastifyRequest;
const contextOf = (request: FastifyRequest) => httpContext(request, {} as DataSource, {} as never);

describe('the context of a request', () => {
  it('has no getters: V8 keeps those of an object literal, and so the request, until all garbage is collected', () => {
    const properties = Object.getOwnPropertyDescriptors(contextOf(requestWith('{}')));
    expect(Object.entries(properties).filter(([, { get }]) => get)).toEqual([]);
  });

  it('reads the variables with their exact text, once', () => {
    const context = contextOf(requestWith('{"query":"{ a }","variables":{"amount":1.50}}'));
    const variables = context.variables();
    expect(variables && textOf(variables)).toBe('{"amount":1.50}');
    expect(context.variables()).toBe(variables);
  });

  it.each(['{}', '{"query":"{ a }"}'])('has none of %s', (body) => {
    expect(contextOf(requestWith(body)).variables()).toBeUndefined();
  });
});
