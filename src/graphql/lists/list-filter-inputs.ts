// Tests on a list within a row.
import { Field, InputType } from 'type-graphql';

const EACH = 'Where several tests are given, all must hold.';

function listFilterInput<Value extends string>(name: string, type: unknown, what: string) {
  @InputType(`${name}ListFilter`, { description: `Tests on a list of ${what}. ${EACH}` })
  class ListFilter {
    @Field(() => type as typeof String, { nullable: true, description: 'This is in the list.' })
    contains?: Value;

    @Field(() => [type as typeof String], {
      nullable: true,
      description: 'At least one of these, 1 to 100, is in the list.',
    })
    containsAny?: Value[];

    @Field(() => Boolean, { nullable: true, description: 'true: the list has no entry; false: it has one or more.' })
    isEmpty?: boolean;
  }
  return ListFilter;
}

export const StringListFilter = listFilterInput<string>('String', String, 'texts; upper and lower case differ');

/** The filter of a list of an enum's values. */
export function enumListFilter<Value extends string>(name: string, type: Record<Value, Value>) {
  return listFilterInput<Value>(name, type, `${name} values`);
}
