// What a client developer learns of one part of the schema holds in all parts of it.
import { type GraphQLObjectType, isObjectType } from 'graphql';
import { sharedSchema } from '../../src/server/schema/schema';

const schema = sharedSchema();
const objects = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);

/** Types with an id that `node` does not find. */
const NOT_NODES = {
  OwnAuditEntry: 'a caller without the role to read AuditEntry sees its own entries in another type',
  PublishedEvent: 'the id of a BusinessEvent, which a PUBLISHER may not read',
  SigningKey: 'the `kid` of a published key',
  VerificationKey: 'the `keyId` of an explanation',
  WebhookRequestLogChange: 'a position in the feed of changes',
};

test('each type with an id is a Node, or it is said why not', () => {
  const others = objects.filter((type) => type.getFields().id && type.getInterfaces().length === 0);
  expect(others.map(({ name }) => name).sort()).toEqual(Object.keys(NOT_NODES));
});
