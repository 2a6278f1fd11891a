import { createRequire } from 'node:module';
import type { GraphQLSchema } from 'graphql';

const DISPLAY_NAME = Symbol.for('fastify.display-name');

interface Boot {
  use(plugin: object, options?: object): unknown;
}

/**
 * An application starts some two hundred times in a run. What follows is a sixth of what a start takes in Node, and comes from a
 * process that has loaded some two thousand modules one by one and starts several applications, which the program does not do:
 * Fastify looks through all modules for the name of a plugin, and Apollo prints the schema for the key of its documents.
 */
export function makeStartsQuick(): void {
  namePlugins();
  printSchemasOnce();
}

function namePlugins(): void {
  const fromFastify = createRequire(require.resolve('fastify'));
  const { prototype } = fromFastify('avvio') as { prototype: Boot };
  const { use } = prototype;
  prototype.use = function (plugin, options) {
    if (typeof plugin === 'function' && !(DISPLAY_NAME in plugin)) {
      Object.assign(plugin, { [DISPLAY_NAME]: plugin.name || 'a plugin' });
    }
    return use.call(this, plugin, options);
  };
}

function printSchemasOnce(): void {
  const printer = require('graphql/utilities/printSchema') as { printSchema(schema: GraphQLSchema): string };
  const { printSchema } = printer;
  const texts = new WeakMap<GraphQLSchema, string>();
  printer.printSchema = (schema) => {
    const text = texts.get(schema) ?? printSchema(schema);
    texts.set(schema, text);
    return text;
  };
}
