import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';

@HasRole(...READERS)
@ObjectType('DeliveriesPause', {
  simpleResolvers: true,
  description: 'A pause of all deliveries: while it lasts, no attempt begins in any process.',
})
export class DeliveriesPauseType {
  @Field(() => GraphQLDateTime, {
    description: 'When the pause began. Attempts that had begun earlier were not interrupted.',
  })
  since: Date;

  @Field(() => String, { description: 'The reason, as given by the user who paused deliveries.' })
  reason: string;
}
