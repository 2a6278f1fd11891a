// The filters by how long a request and its parts took.
import { Field, InputType } from 'type-graphql';
import { DocumentWhere } from '../../events/business-event.inputs';
import { IntFilter } from '../../graphql/lists/filter-inputs';
import { type FilterMap, intFilter } from '../../graphql/lists/where-to-sql';

// a base class: the API has no type of its own for it
@InputType()
export abstract class TimingWhere extends DocumentWhere {
  @Field(() => IntFilter, { nullable: true, description: 'The duration in milliseconds: { gte: 5000 }.' })
  durationMs?: IntFilter;

  @Field(() => IntFilter, {
    nullable: true,
    description: 'The milliseconds in which the name of the host was resolved: { gte: 1000 }.',
  })
  dnsMs?: IntFilter;

  @Field(() => IntFilter, {
    nullable: true,
    description: 'The milliseconds in which the partner was connected to; { isNull: false } matches new connections.',
  })
  connectMs?: IntFilter;

  @Field(() => IntFilter, { nullable: true, description: 'The milliseconds of the TLS handshake: { gte: 1000 }.' })
  tlsMs?: IntFilter;

  @Field(() => IntFilter, {
    nullable: true,
    description: 'The milliseconds until the response of the partner began: { gte: 5000 }.',
  })
  firstByteMs?: IntFilter;
}

export const TIMING_FILTER: FilterMap = {
  durationMs: intFilter('duration_ms'),
  dnsMs: intFilter('dns_ms'),
  connectMs: intFilter('connect_ms'),
  tlsMs: intFilter('tls_ms'),
  firstByteMs: intFilter('first_byte_ms'),
};
