import { Field, ID, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';
import { RequestLogWhere } from '../../request-log/api/request-log.inputs';

@InputType('PreviewErasureInput', {
  description: 'What is to be erased: exactly one of `documentType` with `name`, `userId`, and `where`.',
})
export class PreviewErasureInput {
  @ShortText(undefined, { nullable: true })
  @Field(() => String, { nullable: true, description: 'The type of the document, 1 to 200 characters.' })
  documentType?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, { nullable: true, description: 'The name of the document, 1 to 200 characters.' })
  name?: string | null;

  @Field(() => ID, { nullable: true, description: 'The id of the user, `usr_...`.' })
  userId?: string | null;

  @Field(() => RequestLogWhere, {
    nullable: true,
    description: 'The filter of the requests, as in `webhookRequestLogs`. At most 10,000 requests may meet it.',
  })
  where?: RequestLogWhere | null;
}

@InputType('EraseDocumentInput', { description: 'The document whose content is to be erased, and the reason.' })
export class EraseDocumentInput {
  @ShortText()
  @Field(() => String, { description: 'The type of the document, 1 to 200 characters.' })
  documentType: string;

  @ShortText()
  @Field(() => String, { description: 'The name of the document, 1 to 200 characters.' })
  name: string;

  @Field(() => String, {
    description:
      'The reason, 10 to 500 characters. The audit trail keeps it after the erasure: do not name the person.',
  })
  reason: string;
}

@InputType('ErasePersonInput', { description: 'The user who is to be erased, and the reason.' })
export class ErasePersonInput {
  @Field(() => ID, { description: 'The id of the user, `usr_...`.' })
  userId: string;

  @Field(() => String, {
    description:
      'The reason, 10 to 500 characters. The audit trail keeps it after the erasure: do not name the person.',
  })
  reason: string;
}

@InputType('EraseContentInput', { description: 'The requests whose content is to be erased, and the reason.' })
export class EraseContentInput {
  @Field(() => RequestLogWhere, {
    description:
      'The filter of the requests, as in `webhookRequestLogs`: { search: "jane.doe@example.com" }. At most ' +
      '10,000 requests may meet it. Their events are erased too, with all deliveries and requests of these.',
  })
  where: RequestLogWhere;

  @Field(() => String, {
    description:
      'The reason, 10 to 500 characters. The audit trail keeps it after the erasure: do not name the person.',
  })
  reason: string;
}

@InputType('ApproveErasureInput', { description: 'The erasure to approve.' })
export class ApproveErasureInput {
  @Field(() => ID, { description: 'The id of an erasure that is REQUESTED, `ers_...`.' })
  id: string;
}

@InputType('DeclineErasureInput', { description: 'The erasure to decline.' })
export class DeclineErasureInput {
  @Field(() => ID, { description: 'The id of an erasure that is REQUESTED, `ers_...`.' })
  id: string;
}
