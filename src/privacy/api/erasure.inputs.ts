import { Field, ID, InputType } from 'type-graphql';
import { ShortText } from '../../graphql/arguments/check-input';
import { RequestLogWhere } from '../../request-log/api/request-log.inputs';

@InputType('ErasureTargetInput', {
  description: 'What shall be erased: exactly 1 of `documentType` with `name`, `userId`, and `where`.',
})
export class ErasureTargetInput {
  @ShortText(undefined, { nullable: true })
  @Field(() => String, { nullable: true, description: 'The type of the document, 1 to 200 characters.' })
  documentType?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, { nullable: true, description: 'The document, 1 to 200 characters.' })
  name?: string | null;

  @Field(() => ID, { nullable: true, description: 'The user, `usr_...`.' })
  userId?: string | null;

  @Field(() => RequestLogWhere, {
    nullable: true,
    description: 'Requests that meet this filter of `webhookRequestLogs`, at most 10,000.',
  })
  where?: RequestLogWhere | null;
}

@InputType('EraseDocumentInput', { description: 'The document whose content is erased, and why.' })
export class EraseDocumentInput {
  @ShortText()
  @Field(() => String, { description: 'The type of the document, 1 to 200 characters.' })
  documentType: string;

  @ShortText()
  @Field(() => String, { description: 'The document, 1 to 200 characters.' })
  name: string;

  @Field(() => String, {
    description: 'Why: 10 to 500 characters, for the audit trail, which keeps it. Do not name the person.',
  })
  reason: string;
}

@InputType('ErasePersonInput', { description: 'The user who is erased, and why.' })
export class ErasePersonInput {
  @Field(() => ID, { description: 'The user, `usr_...`.' })
  userId: string;

  @Field(() => String, {
    description: 'Why: 10 to 500 characters, for the audit trail, which keeps it. Do not name the person.',
  })
  reason: string;
}

@InputType('EraseContentInput', { description: 'The requests whose content is erased, and why.' })
export class EraseContentInput {
  @Field(() => RequestLogWhere, {
    description:
      'Requests that meet this filter of `webhookRequestLogs`, at most 10,000. Their events are erased too, with all ' +
      'deliveries and requests of these: { search: "jane.doe@example.com" }.',
  })
  where: RequestLogWhere;

  @Field(() => String, {
    description: 'Why: 10 to 500 characters, for the audit trail, which keeps it. Do not name the person.',
  })
  reason: string;
}

@InputType('DecideErasureInput', { description: 'The erasure that is approved or declined.' })
export class DecideErasureInput {
  @Field(() => ID, { description: 'The erasure.' })
  id: string;
}
