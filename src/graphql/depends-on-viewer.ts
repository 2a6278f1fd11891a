// Fields whose value is another one for each viewer with the same roles: an answer that has one of them is not shared.
import { type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/** For `@Extensions` of such a field. */
export const DEPENDS_ON_VIEWER = { dependsOnViewer: true };

/** Whether the document selects such a field. */
export function dependsOnViewer(schema: GraphQLSchema, document: DocumentNode): boolean {
  const types = new TypeInfo(schema);
  let found = false;
  const Field = () => {
    found ||= types.getFieldDef()?.extensions.dependsOnViewer === true;
  };
  visit(document, visitWithTypeInfo(types, { Field }));
  return found;
}
