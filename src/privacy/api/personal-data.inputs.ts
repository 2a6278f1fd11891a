import { Field, ID, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';
import { RequestLogWhere } from '../../request-log/api/request-log.inputs';
import { REASON_RULE } from '../../text';

@InputType('ExportPersonalDataInput', {
  description: 'The person, and the reason: exactly one of `userId`, `documentType` with `name`, and `where`.',
})
export class ExportPersonalDataInput {
  @Field(() => ID, { nullable: true, description: 'The id of the user, `usr_...`.' })
  userId?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The type of the document that is about the person, 1 to 200 characters.',
  })
  documentType?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, { nullable: true, description: 'The name of the document, 1 to 200 characters.' })
  name?: string | null;

  @Field(() => RequestLogWhere, {
    nullable: true,
    description:
      'The filter of the requests, as in `webhookRequestLogs`: { search: "jane.doe@example.com" }. At most ' +
      '10,000 requests may meet it. Their events are included, with all deliveries and requests of these.',
  })
  where?: RequestLogWhere | null;

  @Field(() => String, {
    description: `The reason, recorded in the audit trail: ${REASON_RULE}`,
  })
  reason: string;
}
