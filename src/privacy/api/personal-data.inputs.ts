import { Field, ID, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';
import { RequestLogWhere } from '../../request-log/api/request-log.inputs';

@InputType('ExportPersonalDataInput', {
  description: 'The person, and why: exactly 1 of `userId`, `documentType` with `name`, and `where`.',
})
export class ExportPersonalDataInput {
  @Field(() => ID, { nullable: true, description: 'The user, `usr_...`.' })
  userId?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The type of the document that is about the person, 1 to 200 characters.',
  })
  documentType?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, { nullable: true, description: 'The document, 1 to 200 characters.' })
  name?: string | null;

  @Field(() => RequestLogWhere, {
    nullable: true,
    description:
      'Requests that meet this filter of `webhookRequestLogs`, at most 10,000, with their events, and all deliveries and ' +
      'requests of these: { search: "jane.doe@example.com" }.',
  })
  where?: RequestLogWhere | null;

  @Field(() => String, {
    description: 'Why: 10 to 500 characters, for the audit trail, which keeps it. Do not name the person.',
  })
  reason: string;
}
