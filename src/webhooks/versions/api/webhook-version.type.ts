import { GraphQLDateTime, GraphQLJSON } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { connectionOf } from '../../../graphql/lists/connection';
import { NodeType } from '../../../graphql/node';
import { HasRole } from '../../../graphql/roles/has-role';
import { CONTENT_READERS, READERS } from '../../../viewer';

@HasRole(...CONTENT_READERS)
@ObjectType('SettingChange', { simpleResolvers: true, description: 'A setting of a webhook that differs.' })
export class SettingChangeType {
  @Field(() => String, { description: 'The name of the setting, as in UpdateWebhookInput, or `credentials`.' })
  setting: string;

  @Field(() => GraphQLJSON, { nullable: true, description: 'The value in the earlier version.' })
  before: unknown;

  @Field(() => GraphQLJSON, { nullable: true, description: 'The value in this version.' })
  after: unknown;
}

@HasRole(...READERS)
@ObjectType('WebhookVersion', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'The settings of a webhook after a change. It never changes.',
})
export class WebhookVersionType extends NodeType {
  @Field(() => Int, { description: 'The number of the version: 1 is the webhook as it was created.' })
  version: number;

  @Field(() => GraphQLDateTime, { description: 'When the settings became these. The id contains the same time.' })
  createdAt: Date;
}

export const WebhookVersionConnection = connectionOf('WebhookVersion', () => WebhookVersionType);
