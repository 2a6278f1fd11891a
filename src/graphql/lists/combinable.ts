import { Field } from 'type-graphql';
import { AND_TEXT, NOT_TEXT, OR_TEXT } from './filter-inputs';

/** Adds `and`, `or` and `not` to the `where` of a list: the same conditions, combined. They come after its own fields. */
export function Combinable(): ClassDecorator {
  return (where) => {
    const type = where as unknown as typeof String;
    Field(() => [type], { nullable: true, description: AND_TEXT })(where.prototype, 'and');
    Field(() => [type], { nullable: true, description: OR_TEXT })(where.prototype, 'or');
    Field(() => type, { nullable: true, description: NOT_TEXT })(where.prototype, 'not');
  };
}
