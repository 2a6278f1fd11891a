import { GraphQLDateTime } from 'graphql-scalars';
import { Ctx, Field, Float, ObjectType, Query, Resolver } from 'type-graphql';
import { READERS } from '../access/viewer';
import type { Context } from '../graphql/context';
import { publishEnum, withExample } from '../graphql/directives';
import { HasRole } from '../graphql/roles/has-role';
import { HEALTH_STATES, type HealthState } from './system-health';

const HealthStateEnum = publishEnum('HealthState', HEALTH_STATES, 'How a part of the installation does.', {
  OK: { description: 'It does its work, and nothing has waited for more than a minute.' },
  BEHIND: { description: 'It works, or nobody knows why not: something has waited for more than a minute.' },
  PAUSED: { description: 'A person has paused all deliveries: see `deliveriesPaused`.' },
  FULL: { description: 'The backlog is at its limit, and publishing is refused until workers have caught up.' },
  INCOMPLETE: { description: 'A part of its work cannot be done, and waits; the rest is done.' },
  STOPPED: { description: 'It does nothing of its work.' },
  UNKNOWN: { description: 'It could not be asked.' },
});

@HasRole(...READERS)
@ObjectType('PartHealth', { simpleResolvers: true, description: 'How a part of the installation does.' })
export class PartHealthType {
  @Field(() => HealthStateEnum, { description: 'How it does.' })
  state: HealthState;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'Since when; BEHIND: since when the oldest work has waited. null: it is OK, or the time is not known.',
  })
  since: Date | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'For how many seconds the oldest work has waited; 0: none waits. null: the part could not be asked, or is the database.',
  })
  behindSeconds: number | null;

  @Field(() => String, { nullable: true, description: 'Why, as at /readyz; null: `state` says all.' })
  message: string | null;
}

@HasRole(...READERS)
@ObjectType('SystemHealth', {
  simpleResolvers: true,
  description: 'How the parts of the installation do, over all processes, as /readyz and the metrics show it.',
})
class SystemHealthType {
  @Field(() => PartHealthType, {
    description: 'The database, as the process that answers sees it. STOPPED: it has a fault, such as a full disk.',
  })
  database: PartHealthType;

  @Field(() => PartHealthType, {
    description:
      'Events that are not fanned out yet, and deliveries whose attempt is due. Those that wait for their time do not count.',
  })
  queue: PartHealthType;

  @Field(() => PartHealthType, {
    description:
      'The processes with the part `worker`. STOPPED: none is connected. `behindSeconds` is how long the attempts of a process that has ended wait for another one.',
  })
  workers: PartHealthType;

  @Field(() => PartHealthType, { description: 'The search index: requests that searches do not find yet.' })
  index: PartHealthType;

  @Field(() => PartHealthType, { description: 'Statistics: requests and deliveries that they do not count yet.' })
  statistics: PartHealthType;

  @Field(() => PartHealthType, { description: 'Rows that no signed head contains yet: see `evidenceStatus`.' })
  sealing: PartHealthType;

  @Field(() => PartHealthType, {
    nullable: true,
    description:
      'The standby from which the process that answers reads; null: it reads from the primary. BEHIND: queries do not show what was committed in the last `behindSeconds`. STOPPED: it does not answer, or follows no primary.',
  })
  standby: PartHealthType | null;
}

@Resolver()
export class SystemHealthResolver {
  @HasRole(...READERS)
  @Query(() => SystemHealthType, {
    nullable: true,
    description: withExample(
      'How the parts of the installation do: what /readyz says, up to 1 s old. While the database is away, only /readyz answers.',
      '{ systemHealth { queue { state since behindSeconds message } workers { state } } }',
    ),
  })
  systemHealth(@Ctx() { services }: Context): Promise<SystemHealthType> {
    return services.systemHealth();
  }
}
