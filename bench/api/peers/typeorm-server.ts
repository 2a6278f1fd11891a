// Apollo Server, TypeGraphQL and TypeORM written the usual way: one class is both table and type, lists are
// `find({ relations, where, order, take })`, nested lists are field resolvers. Over the same tables.
import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, buildSchema, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import {
  And,
  Column,
  DataSource,
  Entity,
  JoinColumn,
  LessThan,
  ManyToOne,
  MoreThanOrEqual,
  PrimaryColumn,
} from 'typeorm';

@ObjectType('User')
@Entity('users')
class User {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Field(() => String)
  @Column('text')
  name: string;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'full_name', nullable: true })
  fullName: string | null;

  @Column('boolean')
  active: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;
}

@ObjectType('Webhook')
@Entity('webhooks')
class Webhook {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Field(() => String)
  @Column('text')
  name: string;

  @Field(() => String)
  @Column('text')
  direction: string;

  @Field(() => String)
  @Column('text')
  status: string;

  @Field(() => String, { nullable: true })
  @Column('text', { nullable: true })
  url: string | null;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'document_type', nullable: true })
  documentType: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Field(() => User)
  @ManyToOne(() => User)
  @JoinColumn({ name: 'owner_id' })
  owner: User;
}

@ObjectType('Delivery')
@Entity('deliveries')
class Delivery {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Field(() => String)
  @Column('text')
  status: string;

  @Field(() => Int)
  @Column('integer')
  attempts: number;
}

@ObjectType('WebhookRequestLog')
@Entity('webhook_request_logs')
class WebhookRequestLog {
  @Field(() => ID)
  @PrimaryColumn('uuid')
  id: string;

  @Field(() => String)
  @Column('text')
  direction: string;

  @Field(() => String)
  @Column('text')
  status: string;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'document_type', nullable: true })
  documentType: string | null;

  @Field(() => String, { nullable: true })
  @Column('text', { nullable: true })
  event: string | null;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'reference_document', nullable: true })
  referenceDocument: string | null;

  @Field(() => Int)
  @Column('integer', { name: 'attempt_number' })
  attemptNumber: number;

  @Field(() => String)
  @Column('text')
  method: string;

  @Field(() => String)
  @Column('text')
  url: string;

  @Column('text', { nullable: true })
  headers: string | null;

  @Field(() => GraphQLDateTime)
  @Column('timestamptz', { name: 'started_at' })
  startedAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true })
  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt: Date | null;

  @Field(() => Int, { nullable: true })
  @Column('integer', { name: 'duration_ms', nullable: true })
  durationMs: number | null;

  @Field(() => Int, { nullable: true })
  @Column('integer', { name: 'response_status', nullable: true })
  responseStatus: number | null;

  @Field(() => String, { nullable: true })
  @Column('text', { nullable: true })
  error: string | null;

  @Field(() => String, { nullable: true })
  @Column('text', { name: 'error_code', nullable: true })
  errorCode: string | null;

  @Field(() => Webhook, { nullable: true })
  @ManyToOne(() => Webhook)
  @JoinColumn({ name: 'webhook_id' })
  webhook: Webhook | null;

  @Field(() => User, { nullable: true })
  @ManyToOne(() => User)
  @JoinColumn({ name: 'user_id' })
  user: User | null;

  @Field(() => Delivery, { nullable: true })
  @ManyToOne(() => Delivery)
  @JoinColumn({ name: 'delivery_id' })
  delivery: Delivery | null;
}

@ObjectType('PageInfo')
class PageInfo {
  @Field(() => Boolean)
  hasNextPage: boolean;

  @Field(() => String, { nullable: true })
  endCursor: string | null;
}

@ObjectType('WebhookRequestLogPage')
class WebhookRequestLogPage {
  @Field(() => [WebhookRequestLog])
  nodes: WebhookRequestLog[];

  @Field(() => PageInfo)
  pageInfo: PageInfo;
}

const source = new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL as string,
  entities: [User, Webhook, Delivery, WebhookRequestLog],
  poolSize: Number(process.env.POOL_SIZE),
});
const requests = source.getRepository(WebhookRequestLog);

function pageOf(found: WebhookRequestLog[], first: number): WebhookRequestLogPage {
  const nodes = found.slice(0, first);
  return { nodes, pageInfo: { hasNextPage: found.length > first, endCursor: nodes.at(-1)?.id ?? null } };
}

@Resolver(() => WebhookRequestLog)
class WebhookRequestLogResolver {
  @Query(() => WebhookRequestLogPage)
  async webhookRequestLogs(
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => ID, { nullable: true }) after?: string,
    @Arg('status', () => String, { nullable: true }) status?: string,
    @Arg('documentType', () => String, { nullable: true }) documentType?: string,
    @Arg('referenceDocument', () => String, { nullable: true }) referenceDocument?: string,
    @Arg('from', () => ID, { nullable: true }) from?: string,
    @Arg('to', () => ID, { nullable: true }) to?: string,
  ) {
    const range = from && to ? And(MoreThanOrEqual(from), LessThan(to)) : undefined;
    const found = await requests.find({
      relations: { webhook: { owner: true }, user: true, delivery: referenceDocument !== undefined },
      where: {
        ...(status && { status }),
        ...(documentType && { documentType }),
        ...(referenceDocument && { referenceDocument }),
        ...((after || range) && { id: after ? LessThan(after) : range }),
      },
      order: { id: 'DESC' },
      take: first + 1,
    });
    return pageOf(found, first);
  }
}

@Resolver(() => Webhook)
class WebhookResolver {
  @Query(() => Webhook, { nullable: true })
  webhook(@Arg('id', () => ID) id: string) {
    return source.getRepository(Webhook).findOne({ where: { id }, relations: { owner: true } });
  }

  @FieldResolver(() => WebhookRequestLogPage)
  async requests(@Root() webhook: Webhook, @Arg('first', () => Int, { defaultValue: 20 }) first: number) {
    const found = await requests.find({
      relations: { user: true },
      where: { webhook: { id: webhook.id } },
      order: { id: 'DESC' },
      take: first + 1,
    });
    return pageOf(found, first);
  }
}

async function main(): Promise<void> {
  await source.initialize();
  const schema = await buildSchema({ resolvers: [WebhookRequestLogResolver, WebhookResolver], validate: false });
  const server = new ApolloServer({ schema });
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
  process.stdout.write(`${JSON.stringify({ msg: 'running', url })}\n`);
}

void main();
