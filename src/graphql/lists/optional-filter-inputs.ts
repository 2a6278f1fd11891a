// Tests on what may be missing.
import { Field, InputType } from 'type-graphql';
import { DateTimeFilter } from './filter-inputs';

const IS_NULL = 'true: has no value; false: has one.';
const EACH = 'Where several tests are given, all must hold.';

@InputType('OptionalDateTimeFilter', {
  description: `Tests on a time that may be missing, to the millisecond; a missing one meets none but isNull. ${EACH}`,
})
export class OptionalDateTimeFilter extends DateTimeFilter {
  @Field(() => Boolean, { nullable: true, description: IS_NULL })
  isNull?: boolean;
}

/** The filter of an enum that may be missing: `eq`, `in` and `isNull`. */
export function optionalEnumFilter<Value extends string>(name: string, type: Record<Value, Value>) {
  @InputType(`${name}Filter`, { description: `Tests on a ${name} that may be missing. ${EACH}` })
  class OptionalEnumFilter {
    @Field(() => type, { nullable: true, description: 'Exactly this one.' })
    eq?: Value;

    @Field(() => [type], { nullable: true, description: 'Any of these, 1 to 100.' })
    in?: Value[];

    @Field(() => Boolean, { nullable: true, description: IS_NULL })
    isNull?: boolean;
  }
  return OptionalEnumFilter;
}
